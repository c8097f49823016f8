"""The command line as its users meet it: stdout is data, stderr is talk, and errors say what would be right."""

import csv
import io
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import martlet
from martlet.cli import cli
from martlet.engine import packs
from martlet.loaders.company import load_preset
from martlet.loaders.company.build import SIZES, BuildReport
from martlet.loaders.company.settings import settings
from martlet.terminal.commands import make

HEAVY = ("duckdb", "polars", "numpy", "pyarrow", "faker", "sqlglot", "rich", "jinja2")
COMMAND = [sys.executable, "-m", "martlet"]


@pytest.fixture
def run(warehouse_path, monkeypatch):
    """A function that runs the command line in this process, asking the shared warehouse."""
    monkeypatch.setenv("MARTLET_WAREHOUSE", str(warehouse_path))
    return lambda *args, **options: CliRunner().invoke(cli, [str(arg) for arg in args], **options)


@pytest.fixture
def process(warehouse_path):
    """A function that runs it in a process of its own."""
    environment = {**os.environ, "MARTLET_WAREHOUSE": str(warehouse_path)}

    def start(*args, env=None, **options):
        options = {"capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run(
            [*COMMAND, *map(str, args)], env={**environment, **(env or {})}, check=False, **options
        )

    return start


def commands():
    """Every command, with its words."""
    for name, command in cli.commands.items():
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)
        else:
            yield (name,)


# Help


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_explains_itself_with_examples(run, words):
    for option in ("-h", "--help"):
        result = run(*words, option)
        assert result.exit_code == 0
        assert f"\n    martlet {' '.join(words)}" in result.stdout
        assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_version_is_that_of_the_package(run):
    assert run("--version").stdout.split()[-1] == martlet.__version__


@pytest.mark.parametrize("args", [["--help"], ["query", "--help"], ["--version"], ["nonsense"]])
def test_help_imports_nothing_heavy(args):
    script = (
        "import sys; from martlet.cli import cli\n"
        f"try: cli({args!r}, prog_name='martlet')\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stderr.splitlines()[-1] == "[]"


def test_help_loads_no_engine(process):
    told = process("--help", env={"PYTHONPROFILEIMPORTTIME": "1"}).stderr
    loaded = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert "martlet.cli" in loaded
    assert not loaded & {"duckdb", "polars", "sqlglot", "jinja2", "numpy", "pyarrow"}


# Mistakes


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["qurey"], "Did you mean 'query'?"),
        (["ingest", "order", "x.csv"], "Did you mean 'orders'?"),
        (["ingest", "orders"], "takes a profile and at least one file"),
        (["ingest", "orders", "x.csv", "--column", "date"], "field=column, such as ordered_at=Date"),
        (["ingest", "orders", "x.csv", "--pseudonymise"], "MARTLET_PSEUDONYM_KEY"),
        (["profiles", "shopify_order"], "Did you mean 'shopify_orders'?"),
        (["sniff", "none.csv"], "none.csv"),
        (["quarantine", "-w", "none.duckdb"], "there is no warehouse"),
        (["query", "segmentation/rfn"], "Did you mean 'segmentation/rfm'?"),
        (["query", "email"], "name one of its queries: email/roi, email/credit"),
        (["query", "roi"], "name attribution/roi or email/roi"),
        (["packs", "atribution"], "Did you mean 'attribution'?"),
        (["describe", "atribution/channels"], "Did you mean 'attribution/channels'?"),
        (["query", "segmentation/rfm", "-p", "bin=4"], "Did you mean 'bins'?"),
        (["query", "segmentation/rfm", "-p", "method=quantil"], "Did you mean 'quantile'?"),
        (["query", "segmentation/rfm", "-p", "bins=many"], "bins is 'many', but must be a whole number"),
        (["query", "segmentation/rfm", "-p", "bins"], "name=value"),
        (["query", "segmentation/rfm", "-p", "=4"], "name=value"),
        (["query", "segmentation/rfm", "-p", "bins=4", "-p", "bins=5"], "given twice"),
        (["query", "segmentation/rfm", "--formt", "csv"], "--format"),
        (["query", "segmentation/rfm", "--format", "cvs"], "'csv'"),
        (["query", "segmentation/rfm", "--limit", "-1"], "-1"),
        (["query", "segmentation/rfm", "--output", "answer.cvs"], "Did you mean '.csv'?"),
        (["compile", "segmentation/rfm", "--dialect", "snowflak"], "Did you mean 'snowflake'?"),
        (["query", "segmentation/rfm", "-w", "none.duckdb"], "there is no warehouse"),
        (["query", "segmentation/rfm", "-w", "."], "is a directory"),
        (["sql", "DROP TABLE star.fact_order"], "exactly one SELECT"),
        (["sql", "SELECT * FROM read_csv('/etc/passwd')"], "Permission Error"),
        (["sql", "SELECT 1", "--memory", "lots"], "memory is 'lots'"),
        (["build", "--until", "tomorrow"], "must be a date, such as 2026-01-31"),
        (
            ["build", "--size", "class", "--customers", "3"],
            "size is 'class', which is 500 customers; give one",
        ),
        (["build", "--size", "huge"], "'assignment'"),
        (["build", "--set", "visits.prospects"], "key=value, such as visits.prospects=3"),
        (["build", "--set", "visits.prospect=3"], "Did you mean 'prospects'?"),
        (["build", "--set", "visits.prospects=300"], "visits.prospects is 300.0; allowed are 0 to 30"),
        (["build", "--set", "a=1", "--set", "a=2"], "key 'a' is given twice"),
        (["build", "--customers-on", "2030-01-01"], "customers_on is 2030-01-01; allowed are days after"),
        (["advance"], "--days"),
        (["advance", "--days", "0"], "0 is not in the range"),
        (["advance", "--days", "3", "-w", "none.duckdb"], "there is no warehouse"),
        (["preset", "ecomerce"], "Did you mean 'ecommerce'?"),
        (["truth", "chanels"], "Did you mean 'channels'?"),
        (["truth", "--json", "--format", "csv"], "two formats"),
        (["ingest", "orders", "none.csv"], "none.csv"),
        (["completion", "tcsh"], "'bash'"),
    ],
)
def test_mistakes_end_with_2_and_say_what_would_be_right(run, args, words):
    result = run(*args)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_bug_of_ours_ends_with_1_and_says_how_to_see_more(run, monkeypatch):
    def broken():
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(packs, "shipped", broken)
    result = run("packs")
    assert result.exit_code == 1
    assert "Error: unexpected ZeroDivisionError: oh" in result.stderr
    assert "MARTLET_TRACEBACK=1" in result.stderr
    monkeypatch.setenv("MARTLET_TRACEBACK", "1")
    assert isinstance(run("packs").exception, ZeroDivisionError)


# Data


def test_a_pipe_gets_csv_and_nothing_else(process, warehouse):
    result = process("query", "attribution/channels", "-p", "model=last", "-p", "lookback_days=7")
    assert result.returncode == 0
    assert result.stderr == ""
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    expected = warehouse.query("attribution/channels", model="last", lookback_days=7)
    assert list(rows[0]) == expected.columns
    assert [row["channel"] for row in rows] == expected.pl()["channel"].to_list()
    assert float(rows[0]["revenue"]) == expected.pl()["revenue"][0]


def test_a_list_is_separated_by_commas(run, warehouse):
    given = run("query", "funnel/stages", "-p", "steps=Homepage,Purchase", "-f", "ndjson").stdout.splitlines()
    expected = warehouse.query("funnel/stages", steps=["Homepage", "Purchase"])
    assert [json.loads(line)["entered"] for line in given] == expected.pl()["entered"].to_list()


@pytest.mark.parametrize("ending", ["csv", "json", "ndjson", "parquet", "md", "txt"])
def test_the_ending_of_the_output_chooses_the_format(run, tmp_path, ending):
    target = tmp_path / f"answer.{ending}"
    result = run("query", "funnel/stages", "--output", target)
    assert (result.exit_code, result.output) == (0, "")
    text = target.read_bytes()
    assert b"Checkout" in text or ending == "parquet"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_parquet_goes_through_a_pipe(process, warehouse):
    result = process("query", "funnel/stages", "--format", "parquet", text=False)
    table = pq.read_table(io.BytesIO(result.stdout))
    assert table.num_rows == len(warehouse.query("funnel/stages"))


def test_tables_are_cut_with_a_note_unless_a_limit_is_given(run):
    result = run("sql", "FROM range(1000)", "--format", "table")
    assert len(result.stdout.splitlines()) == 52
    assert "the first 50 of 1,000 rows" in result.stderr
    assert len(run("sql", "FROM range(1000)", "--format", "table", "-n", "60").stdout.splitlines()) == 62
    assert len(run("sql", "FROM range(1000)", "--format", "csv").stdout.splitlines()) == 1001
    assert len(run("sql", "FROM range(1000)", "--limit", "7").stdout.splitlines()) == 8


def test_the_sql_shown_is_the_sql_that_ran(run):
    result = run("query", "segmentation/rfm", "--show-sql", "--limit", "5")
    assert result.stdout.count("\n") == 6
    again = run("sql", "-", "--limit", "5", input=result.stderr)
    assert again.stdout == result.stdout


def test_sql_can_come_from_stdin(run):
    assert run("sql", "-", input="SELECT 1 AS one;\n").stdout == "one\n1\n"


def test_compile_prints_sql_alone(run, warehouse):
    result = run("compile", "segmentation/rfm", "--dialect", "duckdb", "-p", "bins=4")
    expected = warehouse.query("segmentation/rfm", bins=4)
    assert warehouse.sql(result.stdout).rows() == expected.rows()


def test_what_can_not_be_compiled_is_said_on_stderr(run):
    result = run("compile", "segmentation/rfm", "--dialect", "mysql")
    assert result.exit_code == 0
    assert "warning: " in result.stderr
    assert "warning: " not in result.stdout


def test_columns_are_chosen_and_ordered_by_name(run):
    result = run("query", "attribution/channels", "--columns", "roas, channel", "-n", "1", "-f", "csv")
    assert result.stdout.splitlines()[0] == "roas,channel"
    wrong = run("query", "attribution/channels", "--columns", "chanel")
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "the answer has no column 'chanel'. Did you mean 'channel'?" in wrong.stderr
    assert (
        "name columns, with commas, of: model, channel"
        in run("query", "attribution/channels", "--columns", ",").stderr
    )


def test_numbers_are_rounded_in_every_format_when_asked(run):
    sql = "SELECT 2.345 AS a, 99.95::DECIMAL(4, 2) AS b, 2.5::DOUBLE AS c, 7 AS d, 'x' AS e"
    assert run("sql", sql).stdout.splitlines()[1] == "2.345,99.95,2.5,7,x"
    assert run("sql", sql, "--round", "1").stdout.splitlines()[1] == "2.3,100.0,2.5,7,x"
    assert run("sql", sql, "--round", "0", "-f", "table").stdout.split()[-5:] == ["2", "100", "3", "7", "x"]


def test_a_table_has_bars_where_they_are_asked_for(run):
    lines = run(
        "sql", "SELECT * FROM (VALUES ('a', 4), ('b', -2)) AS t(x, n)", "-f", "table", "--bars", "n"
    ).stdout.splitlines()
    assert lines[0].split() == ["x", "n", "n"]
    assert "█" in lines[2]
    assert "no column 'm'" in run("sql", "SELECT 1 AS n", "--bars", "m").stderr


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("path", ["attribution/channels", "email/roi", "spend/pacing", "experiment/results"])
def test_the_answer_is_never_dropped_on_a_narrow_terminal(run, path, width):
    result = run("query", path, "-f", "table", "--limit", "4", env={"COLUMNS": str(width)})
    assert max(map(len, result.stdout.splitlines())) <= width
    shown = result.stdout.replace(" ", "")
    heads = "".join("".join(line.split("_")) for line in shown.splitlines())
    for name in packs.get(path).headline:
        assert all(word in heads for word in name.split("_")), name
    assert "--wide shows all" in " ".join(result.stderr.split())
    wide = run("query", path, "-f", "table", "--limit", "4", "--wide", env={"COLUMNS": str(width)}).stdout
    assert all(name in wide for name in packs.get(path).columns)


def test_the_finding_stands_above_the_table_and_no_part_of_the_data(run):
    result = run("query", "attribution/channels", "-f", "table")
    assert result.output.index("By the model linear, Direct has") < result.output.index("Organic Search")
    assert "By the model" not in result.stdout


# What there is


def test_packs_lists_every_query_with_its_question(run):
    lines = list(csv.reader(io.StringIO(run("packs").stdout)))
    known = packs.shipped().by_name.values()
    found = [[query.path, query.question] for pack in known for query in pack.queries]
    assert lines == [["query", "question"], *found]


@pytest.fixture(scope="module")
def opened(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        yield warehouse


def examples(run, path):
    """Return the command and the statement that end the description of a query."""
    lines = [line.strip() for line in run("describe", path).stdout.splitlines()]
    shell = next(line for line in reversed(lines) if line.startswith("martlet query"))
    return shell.split()[1:], next(line for line in reversed(lines) if line.startswith("SELECT * FROM"))


@pytest.mark.parametrize("path", list(packs.queries()))
def test_describe_names_everything_and_its_statement_answers(run, opened, path):
    query = packs.get(path)
    text = run("describe", path).stdout
    for name in [*query.parameters, *query.columns, query.question[:40]]:
        assert name in text
    opened.sql(examples(run, path)[1]).rows()


@pytest.mark.parametrize("pack", packs.packs())
def test_the_examples_of_a_description_are_commands_that_work(run, pack):
    path = next(path for path in packs.queries() if path.startswith(f"{pack}/"))
    shell, statement = examples(run, path)
    assert run(*shell).exit_code == 0
    assert run("sql", statement).exit_code == 0


def test_info_tells_the_same_to_people_and_programs(run, warehouse_path):
    found = json.loads(run("info", "--json").stdout)
    assert found["bytes"] == warehouse_path.stat().st_size
    orders = next(item for item in found["relations"] if item["name"] == "fact_order")
    assert orders["row_count"] == found["orders"]["orders"] > 0
    assert "star.fact_order" in run("info").stdout


@pytest.mark.parametrize("columns", ["80", "100"])
def test_the_demo_shows_an_answer_of_each_pack(run, columns):
    result = run("demo", env={"COLUMNS": columns})
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.count('$ martlet sql "') == 4
    for query in ("segmentation.rfm", "funnel.stages", "attribution.scorecard", "email.roi"):
        assert f"FROM {query}" in " ".join(result.stdout.split())
    assert "really caused" in result.stdout
    assert "martlet truth" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= int(columns)


def test_the_demo_builds_a_warehouse_if_there_is_none(run, monkeypatch, tmp_path, warehouse_path):
    monkeypatch.setattr(martlet, "build", copying(warehouse_path), raising=False)
    target = tmp_path / "new one.duckdb"
    first = run("demo", "-w", target)
    assert first.exit_code == 0
    assert "building one" in first.stderr
    assert "export MARTLET_WAREHOUSE='" in first.stdout
    assert run("demo", "-w", target).stderr == ""


def copying(source):
    """A build that takes no time."""

    def build(warehouse, *, progress=None, **settings):
        shutil.copy(source, warehouse)
        for share in (0.5, 1.0):
            if progress:
                progress("star.fact_order", int(1000 * share), share)
        build.settings = settings
        return BuildReport(Path(warehouse), {"star.fact_order": 1000}, 2**20, 0.5, ())

    return build


# Building and loading


def test_build_passes_on_what_it_is_told_and_sums_up(run, monkeypatch, tmp_path, warehouse_path):
    build = copying(warehouse_path)
    monkeypatch.setattr(martlet, "build", build, raising=False)
    args = ("--customers", "50", "--days", "30", "--until", "2025-06-01", "--seed", "3", "--threads", "1")
    result = run("build", "-w", tmp_path / "w.duckdb", *args)
    assert result.exit_code == 0
    assert build.settings == {
        "customers": 50,
        "days": 30,
        "until": date(2025, 6, 1),
        "seed": 3,
        "preset": "ecommerce",
        "threads": 1,
    }
    assert result.stdout == ""
    told = result.stderr.splitlines()
    assert told[0] == f"{tmp_path / 'w.duckdb'}: 1,000 orders"
    assert re.fullmatch(r"orders from 2024-1\d-\d\d to 2025-12-\d\d, worth [\d,]+\.\d\d", told[1])
    assert told[2] == "1,000 rows in 1 tables, 1.0 MB, in 0.5 s"
    assert re.fullmatch(r"\d+ checks: \d+ passed", told[3])
    assert told[4].startswith("Try next: martlet demo --warehouse ")
    assert len(told) == 5
    assert run("build", "-w", tmp_path / "w.duckdb", "--quiet").output == ""


def test_what_is_set_is_passed_on_and_kept(run, tmp_path):
    target = tmp_path / "w.duckdb"
    given = ("--set", "visits.prospects=2", "--set", "channels.Paid Social.effect=0", "--set", "season=off")
    result = run("build", "-w", target, "--customers", "100", "--days", "40", "--until", "2025-06-01", *given)
    assert (result.exit_code, result.stdout) == (0, "")
    kept = json.loads(run("info", "--json", "-w", target).stdout)["settings"]
    assert {name: value for name, value in kept.items() if name.startswith("set.")} == {
        "set.visits.prospects": "2",
        "set.channels.Paid Social.effect": "0",
        "set.season": "off",
    }
    effects = "SELECT orders_per_touch FROM truth.channel_effect JOIN star.dim_channel USING (channel_key) WHERE channel = 'Paid Social'"
    assert run("sql", effects, "-w", target).stdout == "orders_per_touch\n0.0\n"
    result = run("advance", "--days", "3", "-w", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "new rows, up to 2025-06-04" in result.stderr
    at_once = next(line for line in result.stderr.splitlines() if line.startswith("At once: martlet "))
    other = tmp_path / "other.duckdb"
    assert run(*shlex.split(at_once)[3:], "-w", other, "--quiet").output == ""
    rows = "SELECT count(*), sum(hash(e)) FROM star.fact_event AS e"
    assert run("sql", rows, "-w", target).stdout == run("sql", rows, "-w", other).stdout
    assert run("advance", "--days", "1", "-w", target, "--quiet").output == ""


@pytest.mark.parametrize(("size", "customers"), SIZES.items())
def test_sizes_are_those_of_the_library(size, customers):
    assert f"{customers}" in " ".join(CliRunner().invoke(cli, ["build", "--help"]).stdout.split())
    assert size in make.build.params[2].type.choices


def test_ingest_loads_orders_and_sums_up(run, tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text("customer,date,amount\na,2025-01-31,10.50\nb,2025-02-01,20\nb,never,5\n")
    target = tmp_path / "mine.duckdb"
    result = run("ingest", "orders", orders, "-w", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "rows read 3 = loaded 2 + merged 0 + quarantined 1" in result.stderr
    assert (
        run("sql", "SELECT sum(net_revenue) AS s FROM star.fact_order", "-w", target).stdout == "s\n30.50\n"
    )
    assert run("ingest", "orders", orders, "-w", target, "--quiet").output == ""
    shown = run("demo", "-w", target).stdout
    assert "There is nothing" in shown
    assert "martlet truth" not in shown


# The preset and the truth


def test_a_preset_is_printed_as_it_is_written(run, preset_file, tmp_path):
    assert run("preset").stdout == preset_file.read_text(encoding="utf-8")
    copy = tmp_path / "mine.toml"
    copy.write_text(run("preset", "ecommerce").stdout, encoding="utf-8")
    assert load_preset(copy) == load_preset("ecommerce")
    assert run("preset", copy).stdout == run("preset").stdout


def test_every_key_of_a_preset_is_listed_with_what_is_allowed(run):
    rows = list(csv.DictReader(io.StringIO(run("preset", "--keys").stdout)))
    assert rows == [vars(setting) for setting in settings(load_preset("ecommerce"))]
    assert rows[0] == {"key": "season", "value": "on", "allowed": "on or off"}
    assert {row["key"]: row["allowed"] for row in rows}["visits.prospects"] == "a number from 0 to 30"


@pytest.fixture
def preset_file():
    return Path(martlet.__file__).parent / "loaders" / "company" / "ecommerce.toml"


def test_the_truth_is_a_page_a_table_and_an_object(run, warehouse):
    orders = warehouse.sql("SELECT count(*) FROM star.fact_order").rows()[0][0]
    page = run("truth", "--format", "table")
    assert page.exit_code == 0
    assert f"Of {orders:,} orders, " in page.stdout
    rows = list(csv.DictReader(io.StringIO(run("truth").stdout)))
    assert list(rows[0]) == ["section", "item", "measure", "value"]
    assert (
        sum(int(row["value"]) for row in rows if (row["section"], row["measure"]) == ("causes", "orders"))
        == orders
    )
    found = json.loads(run("truth", "--json").stdout)
    assert list(found) == list(dict.fromkeys(row["section"] for row in rows))
    assert sum(row["orders"] for row in found["causes"]["rows"]) == orders


def test_a_section_of_the_truth_is_a_table_of_its_own(run, warehouse, tmp_path):
    caused = dict(
        warehouse.sql(
            "SELECT channel, count(*) FROM truth.order_cause JOIN star.dim_channel USING (channel_key) WHERE cause = 'touch' GROUP BY ALL"
        ).rows()
    )
    rows = list(csv.DictReader(io.StringIO(run("truth", "channels").stdout)))
    assert {row["channel"]: int(row["really_caused"]) for row in rows if int(row["really_caused"])} == caused
    credited = warehouse.query("attribution/channels", model="last").pl()
    last = dict(zip(credited["channel"], credited["conversions"], strict=True))
    assert all(int(row["last_touch_credits"]) == last.get(row["channel"], 0) for row in rows)
    target = tmp_path / "channels.json"
    assert run("truth", "channels", "-o", target).output == ""
    assert len(json.loads(target.read_text())) == len(rows)


@pytest.mark.parametrize("columns", ["80", "100"])
def test_the_page_of_the_truth_fits(run, columns):
    result = run("truth", "--format", "table", env={"COLUMNS": columns})
    assert max(map(len, result.stdout.splitlines())) <= int(columns)


def test_real_data_have_no_planted_truth(run, tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text("customer,date,amount\na,2025-01-31,10.50\n")
    run("ingest", "orders", orders, "-w", tmp_path / "mine.duckdb")
    result = run("truth", "-w", tmp_path / "mine.duckdb")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing was planted" in result.stderr


# Ends


@pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")
def test_a_closed_pipe_is_a_quiet_end(warehouse_path):
    command = f"set -o pipefail; {sys.executable} -m martlet sql 'FROM range(1000000)' -w '{warehouse_path}' | head -2"
    result = subprocess.run(
        [shutil.which("bash"), "-c", command], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "range\n0\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux that is always full")
def test_a_full_disk_is_told_as_such(process):
    with Path("/dev/full").open("w") as full:
        result = process("packs", stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert result.returncode == 1
    assert result.stderr.strip() == "Error: [Errno 28] No space left on device"


@pytest.mark.skipif(os.name != "posix", reason="signals and pipes of POSIX")
def test_an_interrupt_is_a_clean_end_with_130(warehouse_path):
    endless = "SELECT max(a.range * b.range) FROM range(100000000) AS a, range(100000000) AS b"
    command = [*COMMAND, "sql", endless, "-w", str(warehouse_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as child:
        time.sleep(1.0)
        os.killpg(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=20)
    assert child.returncode == 130
    assert out == b""
    assert err.decode().strip() == "Interrupted."


# Completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(run, shell):
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_MARTLET_COMPLETE" in result.stdout
    # A completed name= waits for its value, so no space follows it.
    assert ("nospace" in result.stdout) == (shell == "bash")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["martlet", "pac"], ["packs"]),
        (["martlet", "query", "funnel/st"], ["funnel/stages"]),
        (["martlet", "packs", "fun"], ["funnel"]),
        (["martlet", "query", "attribution/channels", "-p", "half"], ["half_life_days="]),
        (["martlet", "query", "attribution/channels", "-p", "model", "=", "li"], ["linear"]),
        (
            ["martlet", "query", "attribution/channels", "-p", "model", "="],
            ["first", "last", "first_non_direct"],
        ),
        (["martlet", "query", "funnel/stages", "-p", "steps", "=", "Homepage,Purch"], ["Homepage,Purchase"]),
        (["martlet", "query", "funnel/stages", "--format", "nd"], ["ndjson"]),
        (["martlet", "compile", "funnel/stages", "--dialect", "snow"], ["snowflake"]),
        (["martlet", "build", "--set", "visits.prospects"], ["visits.prospects="]),
    ],
)
def test_bash_completes_names_and_words(process, words, expected):
    environment = {
        "_MARTLET_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    lines = [line.split(",", 1) for line in process(env=environment).stdout.splitlines()]
    assert [value for _, value in lines][: len(expected)] == expected
