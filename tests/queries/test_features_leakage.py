"""Features know nothing of what comes at their moment or later: with the future deleted, and what may still change made unreadable, none of them changes."""

from datetime import datetime

import duckdb
import pytest

from martlet.engine import packs
from martlet.engine.connection import named_in
from martlet.engine.relations import relations

AS_OF = datetime(2025, 6, 1)
FEATURES = packs.get("features/customer").columns
# The columns of `open` whose moment another column tells, or whose word a feature takes as it stands: fact_order.status decides what a sale is.
KNOWN_BY_ANOTHER = {"star.fact_order.status", "star.fact_support_contact.satisfaction"}
# Who a customer is now, of which a version of its own tells how it was.
NOW = ("region", "loyalty_tier", "income_range", "is_email_opted_in")


def ask(connection, path, **params):
    query = packs.get(path)
    values = query.values(params)
    sql = query.render(values).sql
    return connection.sql(sql, params=named_in(connection, sql, values)).pl()


def facts():
    """Return the tables with what happened, each with its header and the types of its columns."""
    return [one for one in relations() if one.kind == "table" and one.unit.folder in ("facts", "bridges")]


def columns_of(connection, table):
    return dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name || '.' || table_name = $1",
            [table],
        ).fetchall()
    )


def moment_of(relation, kinds):
    """Return the SQL of the moment at which a row is there: its `at`, else a day told, else that of its date key."""
    header = relation.unit.header
    if "at" in header:
        return header.get("there_from", header["at"])
    for column in ("snapshot_on", "valid_from", "first_seen_at"):
        if column in kinds:
            return f"CAST({column} AS TIMESTAMP)"
    if "date_key" in kinds:
        return "CASE WHEN date_key > 0 THEN strptime(CAST(date_key AS VARCHAR), '%Y%m%d') END"
    return None


def forget_the_future(connection):
    """Delete rows of AS_OF or later, and what came to be known of earlier rows then; return how many rows each table lost."""
    lost = {}
    for relation in facts():
        kinds = columns_of(connection, relation.qualified)
        at = moment_of(relation, kinds)
        if at is None:
            continue
        gone = connection.execute(f"DELETE FROM {relation.qualified} WHERE {at} >= $1", [AS_OF]).fetchone()[0]
        lost[relation.name] = gone
        for column, kind in kinds.items():
            if kind == "TIMESTAMP" and column != relation.unit.header.get("at"):
                connection.execute(
                    f"UPDATE {relation.qualified} SET {column} = NULL WHERE {column} >= $1", [AS_OF]
                )
        for column in relation.unit.header.get("open", ()):
            if (
                kinds[column] in ("INTEGER", "BIGINT", "DECIMAL(18,2)")
                and f"{relation.qualified}.{column}" not in KNOWN_BY_ANOTHER
            ):
                if column.endswith("_key"):
                    continue
                connection.execute(f"UPDATE {relation.qualified} SET {column} = 77")
    connection.execute("DELETE FROM star.dim_customer_history WHERE valid_from >= $1", [AS_OF])
    connection.execute("UPDATE star.dim_customer_history SET valid_until = NULL, is_current = true")
    connection.execute(f"UPDATE star.dim_customer SET {', '.join(f'{name} = NULL' for name in NOW)}")
    # Whom nobody knew then.
    connection.execute("UPDATE star.bridge_visitor SET customer_key = 0 WHERE identified_at IS NULL")
    return lost


@pytest.fixture(scope="module")
def before_and_after(warehouse_path, tmp_path_factory):
    path = tmp_path_factory.mktemp("future") / "warehouse.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    with duckdb.connect(path) as connection:
        found = [ask(connection, "features/customer", as_of=AS_OF)]
        outcomes = [ask(connection, "features/customer_outcome", as_of=AS_OF)]
        lost = forget_the_future(connection)
        found.append(ask(connection, "features/customer", as_of=AS_OF))
        outcomes.append(ask(connection, "features/customer_outcome", as_of=AS_OF))
    return found, outcomes, lost


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_does_not_change_when_the_future_is_deleted(feature, before_and_after):
    (before, after), _, _ = before_and_after
    assert before["customer_key"].equals(after["customer_key"])
    changed = before.filter(before[feature].ne_missing(after[feature]))
    assert changed.is_empty(), f"{feature} knows of the future of {changed.height} customers"


def test_there_was_a_future_to_delete(before_and_after):
    (before, _), (outcome, outcome_after), lost = before_and_after
    assert before.height > 100
    for table in (
        "fact_order",
        "fact_order_line",
        "fact_return",
        "fact_session",
        "fact_event",
        "fact_email",
        "fact_survey",
        "fact_review",
    ):
        assert lost[table] > 0, table
    # What came later is in the outcome alone.
    assert outcome["has_bought"].sum() > 0
    assert outcome_after["has_bought"].sum() == 0


def test_most_features_vary_in_the_company(before_and_after):
    (before, _), _, _ = before_and_after
    told = {name for name in FEATURES if name.startswith("told_")}
    alike = {name for name in FEATURES if before[name].n_unique() == 1}
    # Of a company without a source that tells figures, and of 300 customers nobody complains of mail.
    assert alike - told <= {"as_of", "complained_mails", "complaints", "education", "marital_status"}
