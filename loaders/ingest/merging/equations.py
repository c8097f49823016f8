"""Amounts of a row that must agree (gross less discount is net): which single cell is wrong where they do not.

A cell is taken for the wrong one if it is 10, 100 or 1,000 times what the others make of it, as when a decimal point was
left out, and is the more usual for it; or if it alone is far from all others of its column. It becomes what the others
make of it. Cells that agree by another equation of the row are right. What this can't decide is left as it is, told and flagged.
An equation that fails in most rows of a file is none of that file's, and decides nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.tables import count, quoted, sql_type

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.entity import Equation
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["balance", "filled_by", "holds"]

_EXAMPLES = 3
_LISTED = 10_000
_FACTORS = (10, 100, 1000)
# Of fewer rows nobody can say what is usual; a tenfold amount may be chance then.
_ENOUGH = 20
_SURE = 100
_ROUNDING = 0.002
# Of a row that does not tell what it takes off, the others say what a cell should be up to this many times.
_NEARLY = 2
# Amounts spread by shares, not by sums, so what is usual is held against their logarithms.
_FENCE = 3
_LEAST_SPREAD = 0.5
# The usual suspect must be so many times as unusual as the next.
_CLEARLY = 2


def balance(connection: duckdb.DuckDBPyConnection, staged: Staged, load_id: int) -> list[Change]:
    """Put right the cells that the others of their row convict, and tell and flag the contradictions that stay."""
    changes: list[Change] = []
    for equation in staged.entity.equations:
        named = set(equation.solved)
        if named - set(equation.absent) <= set(staged.fed) and equation.result in staged.fed:
            changes += _Balance(connection, staged, equation).run(load_id)
    return changes


def filled_by(staged: Staged, rows: str) -> str:
    """Return a subquery of rows over stored ones: where they disagree, what only the stored row tells follows.

    `rows` have `told_<field>` for the fields of each equation: whether the new row tells it.
    """
    for equation in staged.entity.equations:
        differs = f"NOT ({holds(equation)})"
        absent = ", ".join(
            f"coalesce({quoted(name)}, {sql}) AS {quoted(name)}" for name, sql in equation.absent.items()
        )
        rows = f"(SELECT * REPLACE ({absent}) FROM {rows})" if absent else rows
        for name in equation.follows:
            column = quoted(name)
            possible = f"{equation.solved[name]} >= 0"
            rows = (
                f"(SELECT * REPLACE (CASE WHEN {differs} AND NOT told_{name} AND {possible} THEN {equation.solved[name]} ELSE {column} END AS {column}) "
                f"FROM {rows})"
            )
    return rows


def holds(equation: Equation) -> str:
    """Return the condition that an equation holds, NULL where a field is."""
    return f"abs({quoted(equation.result)} - ({equation.solved[equation.result]})) <= {equation.within}"


@dataclass(frozen=True)
class _Balance:
    connection: duckdb.DuckDBPyConnection
    staged: Staged
    equation: Equation

    def run(self, load_id: int) -> list[Change]:
        """Judge the rows that contradict the equation."""
        equation = self.equation
        told = f"SELECT row, part, {', '.join(self._told(name) for name in equation.solved)} FROM {self.staged.name}"
        given = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in equation.solved)
        self._make(
            "told",
            f"SELECT *, {holds(equation)} AS holds, {self._fillable()} AS is_filled FROM ({told}) WHERE {given}",
        )
        rows, contradictions, suspicious = self.connection.execute(
            "SELECT count(*) FILTER (WHERE NOT is_filled), count(*) FILTER (WHERE NOT is_filled AND NOT holds), "
            "count(*) FILTER (WHERE NOT holds) FROM told"
        ).fetchall()[0]
        changes: list[Change] = []
        if contradictions and rows >= _ENOUGH and 2 * contradictions > rows:
            changes.append(
                Change(
                    f"does not hold in most rows, so it decides nothing: {equation.doc}",
                    equation.result,
                    contradictions,
                )
            )
        elif suspicious:
            changes = self._judge(load_id)
        for table in ("told", "usual", "suspect", "convicted"):
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        return changes

    def _judge(self, load_id: int) -> list[Change]:
        equation = self.equation
        self._make(
            "usual",
            " UNION ALL ".join(
                f"SELECT '{name}' AS name, median(ln({quoted(name)})) AS middle, "
                f"greatest(quantile_cont(ln({quoted(name)}), 0.75) - quantile_cont(ln({quoted(name)}), 0.25), {_LEAST_SPREAD}) AS spread "
                f"FROM {self.staged.name} WHERE {quoted(name)} > 0 HAVING count(*) >= {_ENOUGH}"
                for name in equation.solved
                if name in self.staged.fed
            ),
        )
        self._make(
            "suspect",
            " UNION ALL ".join(self._suspects(name) for name in equation.solved if name in self.staged.fed),
        )
        self._make("convicted", _CONVICTED)
        changes = []
        for name in equation.solved:
            for way, rule in (
                ("factor", f"a decimal point was left out, by {equation.doc}"),
                ("outlier", f"the others make it so, by {equation.doc}"),
            ):
                change = self._put_right(name, way, rule)
                changes += [change] if change else []
        return [*changes, *self._leave(load_id)]

    def _suspects(self, name: str) -> str:
        """Return each row's judgement of one of its cells: what it should be, and how unusual it is before and after."""
        of, solved = self.staged.entity.fields[name], self.equation.solved[name]
        type_ = sql_type(of)
        possible = f" AND should >= {of.min}" if of.min is not None else ""
        is_whole = " AND ".join(f"NOT absent_{other}" for other in self.equation.solved)
        # What is not told is taken off: the result is less than the others make of it, and these are more.
        low, high = (f"1 / {_NEARLY}", "1") if name == self.equation.result else ("1", f"{_NEARLY}")
        whole = " AND value % {} = 0".format if of.type == "count" else lambda _factor: ""
        exactly = " ".join(
            f"WHEN abs(should) > 0 AND abs(value / {factor} - should) <= {_ROUNDING} * abs(should){whole(factor)} THEN {factor}"
            for factor in _FACTORS
        )
        nearly = (
            f"WHEN NOT is_whole AND before > {_FENCE} AND should > 0 "
            f"AND value / {_SURE} / should BETWEEN {low} AND {high}{whole(_SURE)} THEN {_SURE}"
        )
        return (
            f"SELECT row, part, '{name}' AS name, value, should, is_whole, "
            "abs(ln(nullif(greatest(value, 0), 0)) - middle) / spread AS before, "
            "abs(ln(nullif(greatest(should, 0), 0)) - middle) / spread AS after, "
            f"CASE {exactly} {nearly} END AS factor "
            f"FROM (SELECT row, part, CAST({quoted(name)} AS DOUBLE) AS value, CAST({solved} AS DOUBLE) AS should, {is_whole} AS is_whole "
            f"FROM told WHERE NOT holds AND NOT absent_{name}) LEFT JOIN usual ON usual.name = '{name}' "
            f"WHERE TRY_CAST(should AS {type_}) IS NOT NULL{possible}"
        )

    def _put_right(self, name: str, way: str, rule: str) -> Change | None:
        of = self.staged.entity.fields[name]
        column, type_ = quoted(name), sql_type(of)
        mine = f"FROM convicted WHERE name = '{name}' AND way = '{way}'"
        number = count(self.connection, mine.removeprefix("FROM "))
        if not number:
            return None
        examples = self.connection.execute(
            f"SELECT CAST(CAST(value AS {type_}) AS VARCHAR), CAST(CAST(should AS {type_}) AS VARCHAR) {mine} ORDER BY row, part LIMIT {_EXAMPLES}"
        ).fetchall()
        self.connection.execute(
            f"UPDATE {self.staged.name} AS staged SET {column} = CAST(right_.should AS {type_}) FROM (SELECT * {mine}) AS right_ "
            "WHERE staged.row = right_.row AND staged.part = right_.part"
        )
        return Change(f"made consistent: {rule}", name, number, tuple(examples))

    def _leave(self, load_id: int) -> list[Change]:
        equation, result = self.equation, quoted(self.equation.result)
        left = "FROM told WHERE NOT holds AND NOT is_filled AND (row, part) NOT IN (SELECT (row, part) FROM convicted)"
        number, amount = self.connection.execute(f"SELECT count(*), sum({result}) {left}").fetchall()[0]
        if not number:
            return []
        shown = (
            "concat_ws(', ', "
            + ", ".join(
                f"concat('{name} ', CASE WHEN absent_{name} THEN 'not told' ELSE CAST({quoted(name)} AS VARCHAR) END)"
                for name in equation.solved
            )
            + ")"
        )
        self.connection.execute(
            "INSERT INTO quarantine.flagged_value SELECT $load_id, $relation, concat('row ', row), 'contradiction', $column, "
            f"CAST({result} AS VARCHAR), concat($doc, ', but here: ', {shown}) {left} "
            f"QUALIFY row_number() OVER (PARTITION BY row ORDER BY part) = 1 ORDER BY row LIMIT {_LISTED}",
            {
                "load_id": load_id,
                "relation": self.staged.entity.name,
                "column": equation.result,
                "doc": equation.doc,
            },
        )
        examples = self.connection.execute(
            f"SELECT CAST({result} AS VARCHAR), {shown} {left} ORDER BY row, part LIMIT {_EXAMPLES}"
        ).fetchall()
        return [
            Change(
                f"flagged: contradicts {equation.doc}, left as it is: {amount:,} in all",
                equation.result,
                int(number),
                tuple(examples),
            )
        ]

    def _fillable(self) -> str:
        """Return the condition that a cell is absent and that the others make of it something possible."""
        ways = [f"absent_{name} AND {self.equation.solved[name]} >= 0" for name in self.equation.absent]
        return " OR ".join(ways) or "false"

    def _told(self, name: str) -> str:
        column = quoted(name)
        if name not in self.staged.fed:
            return f"{self.equation.absent[name]} AS {column}, true AS absent_{name}"
        value = (
            f"coalesce({column}, {self.equation.absent[name]})" if name in self.equation.absent else column
        )
        return f"{value} AS {column}, {column} IS NULL AS absent_{name}"

    def _make(self, table: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}")


# One cell of a row at most. Where nobody knows what is usual, a factor of 100 or more is no chance; of several cells that a factor
# explains, the one that is clearly the more usual without it.
_CONVICTED = f"""
WITH by_factor AS (
    SELECT *, before - after AS gain, count(*) OVER (PARTITION BY row, part) AS candidates,
        row_number() OVER (PARTITION BY row, part ORDER BY before - after DESC NULLS LAST) AS place,
        lead(before - after) OVER (PARTITION BY row, part ORDER BY before - after DESC NULLS LAST) AS next_gain
    FROM suspect
    WHERE factor IS NOT NULL AND (factor >= {_SURE} OR (is_whole AND before IS NOT NULL AND after IS NOT NULL)) AND coalesce(after < before, true)
),
by_outlier AS (
    SELECT *, count(*) OVER (PARTITION BY row, part) AS candidates
    FROM suspect
    WHERE is_whole AND before > {_FENCE} AND (after <= {_FENCE} OR should = 0) AND (row, part) NOT IN (SELECT (row, part) FROM by_factor)
)
SELECT row, part, name, value, value / factor AS should, 'factor' AS way
FROM by_factor
WHERE place = 1 AND (candidates = 1 OR gain > {_CLEARLY} * coalesce(next_gain, 0))
UNION ALL
SELECT row, part, name, value, should, 'outlier' FROM by_outlier WHERE candidates = 1
"""
