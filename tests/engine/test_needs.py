"""The facts that a query needs: named in its header, looked for in a file, missed in a sentence, never answered by zeros."""

import pickle

import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.engine import needs, packs
from martlet.engine.errors import UnitError
from martlet.engine.query import load

TEXT = """/*
question = "Which?"
doc      = "A channel."
grain    = ["channel"]
needs    = NEEDS

[columns]
channel = "Channel."
*/
SELECT 'a' AS channel ORDER BY channel
"""
NEEDED = sorted({need for query in packs.queries().values() for need in query.needs})


def query(written):
    found = load("queries/pack/words.sql", TEXT.replace("NEEDS", written))
    found.check()
    return found


def test_a_query_says_what_it_needs():
    said = query('["star.fact_email or star.fact_email_report", "star.dim_campaign.subject_line"]')
    assert said.needs == ("star.fact_email or star.fact_email_report", "star.dim_campaign.subject_line")
    assert query("[]").needs == ()


@pytest.mark.parametrize(
    "written", ['["fact_email"]', '["star.fact_email; star.fact_order"]', "[1]", '["star.fact_email OR x.y"]']
)
def test_what_is_no_relation_or_column_is_refused_with_its_line(written):
    with pytest.raises(UnitError, match=r"sql:5: needs must hold texts such as"):
        query(written)


@pytest.mark.parametrize("need", NEEDED)
def test_every_need_of_the_packs_is_a_column_or_relation_of_the_star(star, need):
    star.empty()
    for name in need.split(" or "):
        schema, relation, *column = name.split(".")
        star.connection.execute(f"SELECT {column[0] if column else '*'} FROM {schema}.{relation} LIMIT 0")
    assert needs.missing(star.connection, [need]) == [need]


def test_a_relation_is_met_by_a_row_a_column_by_a_known_value_and_alternatives_by_any(star):
    asked = [
        "star.fact_email",
        "star.dim_campaign",
        "star.dim_campaign.subject_line",
        "star.fact_email or star.fact_order",
    ]
    star.empty()
    assert needs.missing(star.connection, asked) == asked
    star.fill(dim_campaign=[{"campaign_key": 1, "campaign_id": "c1"}])
    assert needs.missing(star.connection, asked) == [asked[0], asked[2], asked[3]]
    star.fill(dim_campaign=[{"campaign_key": 1, "campaign_id": "c1", "subject_line": "News"}])
    assert needs.missing(star.connection, asked) == [asked[0], asked[3]]


def test_what_a_file_has_not_at_all_is_missing(star):
    assert needs.missing(star.connection, ["star.fact_mail", "star.fact_email.colour"]) == [
        "star.fact_mail",
        "star.fact_email.colour",
    ]


def test_the_note_names_what_is_missing():
    assert needs.note_of([], 0) is None
    assert (
        needs.note_of(["star.fact_email or star.fact_email_report", "star.fact_order"], 0)
        == "there is nothing to answer from: this warehouse has nothing in star.fact_email or star.fact_email_report, nothing in star.fact_order"
    )
    assert (
        needs.note_of(["star.fact_order"], 3)
        == "not all could be answered: this warehouse has nothing in star.fact_order"
    )


# The orders without an eligible touch have a row in them, whether there are any or not, and so has a key figure, known or not.
ALWAYS_A_ROW = {"attribution/campaigns", "attribution/channels", "overview/kpis"}
# A generated company has no paths that somebody else has counted, no told answers, and nothing that foretells; 300 customers are too few for clusters.
NOT_GENERATED = {
    "attribution/given_paths",
    "features/answer_outcome",
    "features/answers",
    *(
        path
        for path in packs.queries()
        if path.startswith(("mix/", "predict/", "uplift/")) and path != "mix/panel"
    ),
    "segmentation/cluster_personas",
    "segmentation/cluster_profile",
    "segmentation/cluster_quality",
    "segmentation/cluster_scorecard",
}
NOTE = "there is nothing to answer from: this warehouse has nothing in star.fact_email, nothing in star.fact_order"


def test_a_warehouse_without_the_facts_says_so_in_python_and_at_the_terminal(given):
    warehouse = given({})
    result = warehouse.query("email/roi")
    assert (len(result), result.note) == (0, NOTE)
    assert pickle.loads(pickle.dumps(result)).note == NOTE  # noqa: S301 (our own)
    assert warehouse.sql("SELECT 1").note is None
    asked = [query for query in packs.queries().values() if query.needs]
    assert {query.path for query in asked if len(warehouse.query(query.path))} == ALWAYS_A_ROW
    run = CliRunner().invoke(cli, ["query", "email/roi", "--format", "table", "-w", str(warehouse.path)])
    assert (run.exit_code, run.stdout) == (0, "")
    assert " ".join(run.stderr.split()) == f"note: {NOTE}"
    run = CliRunner().invoke(cli, ["query", "email/holdout", "--format", "csv", "-w", str(warehouse.path)])
    assert run.stdout.startswith("campaign_type,band,")
    assert "star.fact_email.is_holdout" in run.stderr


def test_a_warehouse_with_the_facts_has_no_note(warehouse):
    lacking = {path: warehouse.query(path).note for path, query in packs.queries().items() if query.needs}
    assert {path for path, note in lacking.items() if note} == NOT_GENERATED
