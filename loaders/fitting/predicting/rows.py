"""A model as rows, and read back from them: coefficients or nodes, and parameters of its curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.loaders.fitting.predicting.differing import Difference, part_names
from martlet.loaders.fitting.predicting.learned import LINEAR, Learned
from martlet.models.predicting.calibrating import Exponential, Isotonic, Line, Platt
from martlet.models.predicting.design import Column, Design
from martlet.models.predicting.linear import Linear, Term
from martlet.models.predicting.trees import Node, Trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from martlet.loaders.fitting.predicting.differing import Scoring

__all__ = ["coefficients", "curve_parameters", "nodes", "parameters", "read_back", "typical"]

_CONSTANT: Final = "(constant)"


def coefficients(learned: Learned) -> pl.DataFrame:
    """Return the rows of model.coefficient of a linear model, without the model's name."""
    linear = learned.predictor
    if not isinstance(linear, Linear):
        return pl.DataFrame()
    constant = {
        "position": 0,
        "feature": _CONSTANT,
        "level": None,
        "is_missing": False,
        "fill": 0.0,
        "centre": 0.0,
        "spread": 1.0,
    }
    rows: list[dict[str, Any]] = [{**constant, "coefficient": linear.intercept}]
    for position, term in enumerate(linear.terms, 1):
        column = learned.design.columns[term.column]
        rows.append(
            {
                "position": position,
                "feature": column.feature,
                "level": column.level,
                "is_missing": term.is_missing,
                "fill": term.fill,
                "centre": term.centre,
                "spread": term.spread,
                "coefficient": term.coefficient,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"level": pl.String})


def nodes(learned: Learned) -> pl.DataFrame:
    """Return the rows of model.tree_node of a boosted model, without the model's name."""
    trees = learned.predictor
    if not isinstance(trees, Trees):
        return pl.DataFrame()
    rows: list[dict[str, Any]] = [_leaf(0, 0, trees.baseline)]
    for number, tree in enumerate(trees.trees, 1):
        for place, node in enumerate(tree):
            if node.column is None:
                rows.append(_leaf(number, place, node.value))
                continue
            column = learned.design.columns[node.column]
            rows.append(
                {
                    "tree": number,
                    "node": place,
                    "feature": column.feature,
                    "level": column.level,
                    "threshold": node.threshold,
                    "left_node": node.left,
                    "right_node": node.right,
                    "missing_left": node.missing_left,
                    "value": None,
                }
            )
    return pl.DataFrame(rows, infer_schema_length=None, schema_overrides={"level": pl.String})


def curve_parameters(learned: Learned) -> dict[str, float]:
    """Return the parameters of the curve to a probability or an amount."""
    match learned.curve:
        case Platt(slope, intercept):
            return {"platt_slope": slope, "platt_intercept": intercept}
        case Isotonic(raw, rate):
            return {
                **{f"isotonic_raw_{place:02}": value for place, value in enumerate(raw, 1)},
                **{f"isotonic_rate_{place:02}": value for place, value in enumerate(rate, 1)},
            }
        case Line(slope, intercept):
            return {"line_slope": slope, "line_intercept": intercept}
        case Exponential(factor):
            return {"exponential_factor": factor}


def parameters(connection: duckdb.DuckDBPyConnection, model: str) -> dict[str, float]:
    """Return the parameters of a model, by name."""
    sql = "SELECT name, value FROM model.parameter WHERE model = $model ORDER BY name"
    return dict(connection.execute(sql, {"model": model}).fetchall())


def read_back(connection: duckdb.DuckDBPyConnection, model: str) -> Scoring:
    """Return the model that these rows are, with the columns alone that it asks about."""
    places: dict[Column, int] = {}
    kind = model.rpartition(".")[2]
    names = part_names(model)
    predictors = [
        (_linear if name.endswith(f".{LINEAR}") else _trees)(connection, name, places)
        for name in names or [model]
    ]
    # What several parts ask about is one design.
    design = Design(tuple(places))
    parts = tuple(
        Learned(
            name.rpartition(".")[2], design, predictor, _curve(parameters(connection, name)), float("nan")
        )
        for name, predictor in zip(names or [model], predictors, strict=True)
    )
    return Difference(kind, parts) if names else parts[0]


def typical(connection: duckdb.DuckDBPyConnection, model: str) -> dict[str, float | str | None]:
    """Return the customer with whom each is compared, by feature: a number, a word, or None."""
    sql = """
        SELECT importance.feature, importance.typical, kinds.is_word
        FROM model.importance
        INNER JOIN (
            SELECT feature, bool_or(level IS NOT NULL) AS is_word
            FROM model.reference
            WHERE model = $model
            GROUP BY feature
        ) AS kinds ON kinds.feature = importance.feature
        WHERE model = $model"""
    found = connection.execute(sql, {"model": model}).fetchall()
    return {feature: value if is_word or value is None else float(value) for feature, value, is_word in found}


def _curve(found: Mapping[str, float]) -> Platt | Isotonic | Line | Exponential:
    if "platt_slope" in found:
        return Platt(found["platt_slope"], found["platt_intercept"])
    if "line_slope" in found:
        return Line(found["line_slope"], found["line_intercept"])
    if "exponential_factor" in found:
        return Exponential(found["exponential_factor"])
    raw, rate = (
        tuple(value for name, value in found.items() if name.startswith(f"isotonic_{axis}_"))
        for axis in ("raw", "rate")
    )
    return Isotonic(raw, rate)


def _linear(connection: duckdb.DuckDBPyConnection, model: str, places: dict[Column, int]) -> Linear:
    sql = (
        "SELECT feature, level, is_missing, fill, centre, spread, coefficient FROM model.coefficient "
        "WHERE model = $model ORDER BY position"
    )
    (constant, *rows) = connection.execute(sql, {"model": model}).fetchall()
    terms = tuple(Term(places.setdefault(Column(*row[:2]), len(places)), *row[2:]) for row in rows)
    return Linear(constant[-1], terms)


def _trees(connection: duckdb.DuckDBPyConnection, model: str, places: dict[Column, int]) -> Trees:
    sql = (
        "SELECT tree, feature, level, threshold, left_node, right_node, missing_left, value FROM model.tree_node "
        "WHERE model = $model ORDER BY tree, node"
    )
    trees: list[list[Node]] = []
    for tree, feature, level, threshold, left, right, missing_left, value in connection.execute(
        sql, {"model": model}
    ).fetchall():
        if tree == len(trees):
            trees.append([])
        if feature is None:
            trees[-1].append(Node(None, 0.0, 0, 0, missing_left=False, value=value))
        else:
            place = places.setdefault(Column(feature, level), len(places))
            trees[-1].append(Node(place, threshold, left, right, missing_left, 0.0))
    ((constant,), *others) = trees
    return Trees(constant.value, tuple(map(tuple, others)))


def _leaf(tree: int, node: int, value: float) -> dict[str, Any]:
    inner = ("feature", "level", "threshold", "left_node", "right_node", "missing_left")
    return {"tree": tree, "node": node, **dict.fromkeys(inner), "value": value}
