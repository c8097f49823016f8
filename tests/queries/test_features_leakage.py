"""Features know nothing of what comes at their moment or later: with the future deleted, and what may still change made unreadable, none of them changes."""

from datetime import datetime, timedelta

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


def forget_the_future(connection, as_of=AS_OF):
    """Delete rows of as_of or later, and what came to be known of earlier rows then; return how many rows each table lost."""
    lost = {}
    for relation in facts():
        kinds = columns_of(connection, relation.qualified)
        at = moment_of(relation, kinds)
        if at is None:
            continue
        gone = connection.execute(f"DELETE FROM {relation.qualified} WHERE {at} >= $1", [as_of]).fetchone()[0]
        lost[relation.name] = gone
        for column, kind in kinds.items():
            if kind == "TIMESTAMP" and column != relation.unit.header.get("at"):
                connection.execute(
                    f"UPDATE {relation.qualified} SET {column} = NULL WHERE {column} >= $1", [as_of]
                )
        for column in relation.unit.header.get("open", ()):
            if (
                kinds[column] in ("INTEGER", "BIGINT", "DECIMAL(18,2)")
                and f"{relation.qualified}.{column}" not in KNOWN_BY_ANOTHER
            ):
                if column.endswith("_key"):
                    continue
                # A week of stock that is over is closed.
                where = "WHERE date_key > $1" if relation.name == "fact_inventory" else "WHERE $1 > 0"
                last_closed = int(f"{as_of - timedelta(days=7):%Y%m%d}")
                connection.execute(f"UPDATE {relation.qualified} SET {column} = 77 {where}", [last_closed])
    connection.execute("DELETE FROM star.dim_customer_history WHERE valid_from >= $1", [as_of])
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
        products = [ask(connection, "features/product", as_of=AS_OF)]
        outcomes = [ask(connection, "features/customer_outcome", as_of=AS_OF)]
        lost = forget_the_future(connection)
        found.append(ask(connection, "features/customer", as_of=AS_OF))
        products.append(ask(connection, "features/product", as_of=AS_OF))
        outcomes.append(ask(connection, "features/customer_outcome", as_of=AS_OF))
    return found, outcomes, lost, products


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_does_not_change_when_the_future_is_deleted(feature, before_and_after):
    (before, after), _, _, _ = before_and_after
    assert before["customer_key"].equals(after["customer_key"])
    changed = before.filter(before[feature].ne_missing(after[feature]))
    assert changed.is_empty(), f"{feature} knows of the future of {changed.height} customers"


def test_there_was_a_future_to_delete(before_and_after):
    (before, _), (outcome, outcome_after), lost, _ = before_and_after
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
    (before, _), _, _, _ = before_and_after
    told = {name for name in FEATURES if name.startswith("told_")}
    alike = {name for name in FEATURES if before[name].n_unique() == 1}
    # Of a company without a source that tells figures, and of 300 customers nobody complains of mail.
    assert alike - told <= {"as_of", "complained_mails", "complaints", "education", "marital_status"}


@pytest.mark.parametrize("feature", packs.get("features/product").columns)
def test_a_feature_of_a_product_does_not_change_when_the_future_is_deleted(feature, before_and_after):
    *_, (before, after) = before_and_after
    assert before.height > 100
    assert before["product_key"].equals(after["product_key"])
    changed = before.filter(before[feature].ne_missing(after[feature]))
    assert changed.is_empty(), f"{feature} knows of the future of {changed.height} products"


def test_figures_of_products_add_up_to_the_lines(warehouse_path):
    with duckdb.connect(warehouse_path, read_only=True) as connection:
        features = ask(connection, "features/product", as_of=AS_OF)
        outcome = ask(connection, "features/product_outcome", as_of=AS_OF, gap=0, horizon=3650)
        sql = """
            SELECT
                sum(line.quantity) FILTER (WHERE line.ordered_at >= $1 - INTERVAL 365 DAY AND line.ordered_at < $1),
                sum(line.net_revenue) FILTER (WHERE line.ordered_at >= $1 - INTERVAL 90 DAY AND line.ordered_at < $1),
                sum(line.quantity) FILTER (WHERE line.ordered_at > $1 AND line.product_key IN (SELECT unnest($2)))
            FROM star.fact_order_line AS line
            INNER JOIN star.fact_order AS placed USING (order_id)
            WHERE main.is_sale(placed.status) AND line.product_key <> 0"""
        ((units, revenue, later),) = connection.execute(
            sql, [AS_OF, features["product_key"].to_list()]
        ).fetchall()
        ((on_hand,),) = connection.execute(
            "SELECT sum(on_hand) FROM star.fact_inventory WHERE date_key = 20250519"
        ).fetchall()
    assert features["units_365d"].sum() == units
    assert features["revenue_90d"].sum() == revenue
    assert outcome["units"].sum() == later
    # The last week that was over by then began on the 19th.
    assert features["on_hand"].sum() == on_hand
    assert features["product_key"].equals(outcome["product_key"])


VISIT_FEATURES = packs.get("features/visit").columns
# A visit that is asked while it runs, for so many seconds, of each kind that is likeliest to give its order away.
RUNNING = {
    "known before": "visitor.identified_at < visit.started_at",
    "known by the order": "visitor.identified_at >= visit.started_at",
}


@pytest.fixture(scope="module", params=RUNNING)
def visits_before_and_after(request, warehouse_path, tmp_path_factory):
    path = tmp_path_factory.mktemp("visit") / "warehouse.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    with duckdb.connect(path) as connection:
        ((visit, at),) = connection.execute(
            f"""
            SELECT visit.session_id, visit.started_at + INTERVAL 60 SECOND + INTERVAL 1 MICROSECOND
            FROM star.fact_session AS visit
            INNER JOIN star.fact_order AS orders ON orders.session_id = visit.session_id
            INNER JOIN star.bridge_visitor AS visitor ON visitor.visitor_id = visit.visitor_id
            WHERE {RUNNING[request.param]} AND orders.ordered_at > visit.started_at + INTERVAL 90 SECOND
            ORDER BY visit.started_at DESC
            LIMIT 1"""
        ).fetchall()
        found = [ask(connection, "features/visit", as_of=at)]
        forget_the_future(connection, at)
        found.append(ask(connection, "features/visit", as_of=at))
    assert visit in found[0]["session_id"]
    return found


@pytest.mark.parametrize("feature", VISIT_FEATURES)
def test_a_feature_of_a_running_visit_does_not_change_when_the_rest_of_it_is_deleted(
    feature, visits_before_and_after
):
    before, after = visits_before_and_after
    assert before["session_id"].equals(after["session_id"])
    changed = before.filter(before[feature].ne_missing(after[feature]))
    assert changed.is_empty(), f"{feature} knows of the future of {changed.height} visits"


def test_who_is_known_by_the_order_alone_is_not_known_before_it(warehouse_path):
    with duckdb.connect(warehouse_path, read_only=True) as connection:
        features = ask(connection, "features/visit", days=365)
        ordered = ask(connection, "features/visit_outcome", days=365)
        told = connection.sql(
            "SELECT session_id FROM star.fact_session AS visit INNER JOIN star.bridge_visitor AS visitor USING (visitor_id) "
            "WHERE visit.customer_key <> 0 AND visitor.identified_at >= visit.started_at"
        ).pl()
    assert ordered["has_ordered"].sum() > 20
    late = features.join(told, on="session_id")
    assert late.height > 20
    assert late["is_known"].sum() == 0
    assert late["orders_before"].null_count() == late.height


def test_features_and_outcome_of_visits_have_the_same_rows_and_all_orders(warehouse_path):
    with duckdb.connect(warehouse_path, read_only=True) as connection:
        features = ask(connection, "features/visit", days=3650, seconds=0)
        outcome = ask(connection, "features/visit_outcome", days=3650, seconds=0)
        ((visits, revenue),) = connection.execute(
            "SELECT count(DISTINCT session_id), sum(net_revenue) FROM star.fact_order INNER JOIN star.fact_session AS visit USING (session_id) "
            "WHERE main.is_sale(status) AND ordered_at > visit.started_at"
        ).fetchall()
    assert features["session_id"].equals(outcome["session_id"])
    assert outcome["has_ordered"].sum() == visits
    assert outcome["revenue"].sum() == revenue
