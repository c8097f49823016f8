"""Models as SQL: a table macro for each fit, which scores at any moment in any client, and a view of the scores that are kept.

Both are made of the rows of the schema `model`, which are what is kept; so they can be made again wherever the rows are.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from martlet.engine.relation import comments_on, quote
from martlet.engine.relations import relations
from martlet.loaders.fitting.predicting import rows
from martlet.loaders.fitting.predicting.differing import UPLIFT, Difference
from martlet.loaders.fitting.predicting.tasks import TASKS, task
from martlet.models.predicting.calibrating import Exponential, Isotonic, Line, Platt
from martlet.models.predicting.linear import Linear

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from martlet.loaders.fitting.predicting.differing import Scoring
    from martlet.loaders.fitting.predicting.learned import Learned
    from martlet.loaders.fitting.predicting.tasks import Task
    from martlet.models.predicting.trees import Node

__all__ = ["create_macros", "score_query"]

# Columns of the view, as the table of scores describes them.
_LATEST: Final = ("customer_key", "as_of", "score", "band", "reason_1", "reason_2", "reason_3")


def create_macros(connection: duckdb.DuckDBPyConnection) -> int:
    """Make the macro `model.NAME_scores` of each fit that foretells, and where scores are kept the view `model.latest_NAME`; return of how many.

    The packs that they ask must be there, and whoever made some writes the catalogue anew.
    """
    sql = "SELECT model, task FROM model.registry WHERE is_chosen AND list_contains($tasks, task) ORDER BY model"
    fits = connection.execute(sql, {"tasks": [*TASKS, UPLIFT]}).fetchall()
    (scores,) = (relation for relation in relations() if relation.qualified == "model.score")
    columns = {name: scores.unit.columns[name] for name in _LATEST}
    for model, of in fits:
        name = model.rpartition(".")[0]
        learned, bands = rows.read_back(connection, model), rows.parameters(connection, model)
        query = score_query(learned, task(of), bands, _source(task(of)))
        days = ", days := 30" if task(of).subject.is_of_a_time else ""
        doc = f"Scores of {model} as of any moment, made of its rows in the schema model: {task(of).event}."
        connection.execute(
            f"CREATE OR REPLACE MACRO model.{name}_scores(as_of := CAST(NULL AS TIMESTAMP){days}) AS TABLE {query}"
        )
        connection.execute(f"COMMENT ON MACRO TABLE model.{name}_scores IS {quote(doc)}")
        if not task(of).subject.is_kept:
            continue
        latest = f"model.latest_{name}"
        connection.execute(
            f"CREATE OR REPLACE VIEW {latest} AS SELECT {', '.join(_LATEST)} FROM model.score WHERE model = {quote(model)} "
            f"AND as_of = (SELECT max(as_of) FROM model.score WHERE model = {quote(model)})"
        )
        for comment in comments_on("VIEW", latest, f"The latest scores of {model} that are kept.", columns):
            connection.execute(comment)
    return len(fits)


def _source(task: Task) -> str:
    """Return a relation with the features of a task at the macro's moment."""
    days = ", days := days" if task.subject.is_of_a_time else ""
    first, *others = (path.replace("/", ".") for path in task.features)
    joins = "".join(f" INNER JOIN {other}() USING ({task.subject.key})" for other in others)
    return f"(SELECT * FROM {first}(as_of := as_of{days}){joins})"


def score_query(learned: Scoring, task: Task, bands: Mapping[str, float], source: str) -> str:
    """Return a SELECT of the key, as_of, score and band over a relation with the columns of the features."""
    inputs = ", ".join(
        f"{_input(column.feature, column.level)} AS f{place}"
        for place, column in enumerate(learned.design.columns)
    )
    key = task.subject.key
    keys = f"features.{key}, features.as_of AS moment"
    inner = f"SELECT {keys}{', ' if inputs else ''}{inputs} FROM {source} AS features WHERE {task.population}"
    parts = learned.parts if isinstance(learned, Difference) else (learned,)
    raws = ", ".join(f"{_raw(part)} AS raw_{place}" for place, part in enumerate(parts, 1))
    summed = f"SELECT {key}, moment, {raws} FROM ({inner}) AS inputs"
    curved = f"SELECT {key}, moment, {_score(learned)} AS score FROM ({summed}) AS sums"
    band = f"CASE WHEN score >= {_number(bands['band_high'])} THEN 'high' WHEN score >= {_number(bands['band_medium'])} THEN 'medium' ELSE 'low' END"
    return f"SELECT {key}, moment AS as_of, score, {band} AS band FROM ({curved}) AS scores"


def _input(feature: str, level: str | None) -> str:
    """Return a feature as a number; a word is 1 where it is there, and 0 where it is not known."""
    if level is None:
        return f"CAST(features.{feature} AS DOUBLE)"
    return f"CASE WHEN features.{feature} = {quote(level)} THEN 1e0 ELSE 0e0 END"


def _raw(learned: Learned) -> str:
    predictor = learned.predictor
    if isinstance(predictor, Linear):
        terms = [
            f"{_number(term.coefficient)} * ({_value(term.column, term.fill, is_missing=term.is_missing)} - {_number(term.centre)}) "
            f"/ {_number(term.spread)}"
            for term in predictor.terms
        ]
        return " + ".join([_number(predictor.intercept), *terms])
    return " + ".join([_number(predictor.baseline), *(_tree(tree, 0) for tree in predictor.trees)])


def _value(column: int, fill: float, *, is_missing: bool) -> str:
    if is_missing:
        return f"CASE WHEN f{column} IS NULL THEN 1e0 ELSE 0e0 END"
    return f"coalesce(f{column}, {_number(fill)})"


def _tree(tree: tuple[Node, ...], place: int) -> str:
    node = tree[place]
    if node.column is None:
        return _number(node.value)
    asked = f"f{node.column} <= {_number(node.threshold)}"
    # A condition that is not known is not met, so that what is not known goes right by itself.
    asked = f"f{node.column} IS NULL OR {asked}" if node.missing_left else asked
    return f"CASE WHEN {asked} THEN {_tree(tree, node.left)} ELSE {_tree(tree, node.right)} END"


def _score(learned: Scoring) -> str:
    """Return the score of the sums raw_1 and, of a difference of two, raw_2."""
    if not isinstance(learned, Difference):
        return _curve(learned, "raw_1")
    if len(learned.parts) == 1:
        return "raw_1"
    treated, control = learned.parts
    return f"{_curve(treated, 'raw_1')} - {_curve(control, 'raw_2')}"


def _curve(learned: Learned, raw: str) -> str:
    match learned.curve:
        case Platt(slope, intercept):
            return f"1e0 / (1e0 + exp(-({_number(slope)} * {raw} + {_number(intercept)})))"
        case Isotonic(knots, rate):
            steps = [f"WHEN {raw} <= {_number(knots[0])} THEN {_number(rate[0])}"]
            steps += [
                f"WHEN {raw} <= {_number(until)} THEN {_number(low)} + ({raw} - {_number(since)}) * {_number((high - low) / (until - since))}"
                for since, until, low, high in zip(knots[:-1], knots[1:], rate[:-1], rate[1:], strict=True)
            ]
            return f"CASE {' '.join(steps)} ELSE {_number(rate[-1])} END"
        case Line(slope, intercept):
            return f"greatest({_number(slope)} * {raw} + {_number(intercept)}, 0e0)"
        case Exponential(factor):
            return f"{_number(factor)} * exp({raw})"


def _number(value: float) -> str:
    """Return a DOUBLE as SQL reads it back to the last bit: without an exponent it would be a DECIMAL."""
    if math.isinf(value):
        return f"CAST('{value}' AS DOUBLE)"
    text = repr(float(value))
    return f"({text if 'e' in text else text + 'e0'})" if value < 0 else text if "e" in text else text + "e0"
