"""Real data in: files that some system exported become rows of the star, and nothing is lost.

Rooms, in the order in which a file goes through them: `reading` (bytes to batches of text cells), `profile` and `matching`
(which column is which), `cleaning` (text to typed fields), `merging` (fields into the star). `entities` says what the star
takes, `profiles` what sources write; `loading` leads through all of it, `quarantined` keeps what could not be taken.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.engine.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import polars as pl

    from martlet.loaders.ingest.planning import Plan
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.ranking import Fit
    from martlet.loaders.ingest.report import IngestReport
    from martlet.loaders.ingest.skeleton import Skeleton

__all__ = ["ingest", "ingest_paths", "new_profile", "plan", "profiles", "sniff"]


def ingest(
    profile: str | Path | Plan,
    *given: str | Path,
    warehouse: str | Path = "warehouse.duckdb",
    as_of: date | None = None,
    columns: Mapping[str, str | int] | None = None,
    date_order: str | None = None,
    path_separator: str | None = None,
    statuses: Mapping[str, str] | None = None,
    timezone: str | None = None,
    impute: Mapping[str, str] | None = None,
    pseudonym_key: bytes | None = None,
    rates: str | Path | None = None,
    limits: Mapping[str, str | int] | None = None,
    retry: bool = False,
    dry_run: bool = False,
    progress: Callable[[str, float], None] | None = None,
) -> IngestReport:
    """Load files of one kind into a new or an existing warehouse, in one atomic step.

    Format, encoding, columns, the order of dates and decimal marks are recognised; the report says how. Loading the same
    again changes nothing, a corrected file replaces by key, and rows that can't be taken are kept with a reason.

    Parameters
    ----------
    profile
        Name of a profile, see `profiles`, or a TOML file with one of your own. `auto` recognises each file, and the name of
        a family of profiles, such as `olist`, those of the family; or what `plan` made of them.
    *given
        Files, folders, or patterns such as `exports/*.csv`; none beside a plan.
    warehouse
        The warehouse file to add to, or to make.
    as_of
        Day as of which the files tell: from it, changed customers have a new version. The day of the load if None.
    columns
        By key of the profile, the file's column by name, or by position from 1; found if not given.
    date_order
        `dmy`, `mdy` or `ymd`: how dates such as 3/4/2024 are meant; decided by the whole column if None.
    path_separator
        What stands between two steps of a path, such as `>` or `|`, spaces around it aside; found if None.
    statuses
        By word of the files, the status of an order that it means, such as `{"Storniert": "cancelled"}`; before what the
        profile and Martlet's own table say. An empty word is an empty cell.
    timezone
        Zone, such as `Europe/Berlin`, whose clocks all moments of the warehouse follow, so that a day is a day there. It is
        settled by the first load (UTC if None) and holds for all later ones. Times that name a zone are converted to it; others are
        taken to be of it, unless their column says otherwise.
    impute
        By field, what an empty cell becomes: `median`, `mean`, `mode` or a value. Nothing is made up otherwise.
    pseudonym_key
        Replace names and email addresses by hashes with this key, and show no cell and no name of a file in what is told of the
        load; `docs/privacy.md` says which fields are meant, and which stay.
    rates
        A CSV file with the columns date, currency and rate, by which amounts of other currencies than the company's are
        converted; the last rate before a day holds for a week. Without it their rows are set aside.
    limits
        By name, how much of a file is read: bytes of a `row` or a `cell`, `columns`, and others that docs/ingest.md lists,
        such as `{"row": "64MB"}`. What goes beyond costs its row, or the file is refused. Beside a plan they are the plan's.
    retry
        The files are repaired exports of the quarantine; rows that are taken now are marked there.
    dry_run
        Do everything but change the warehouse.
    progress
        Called with the name of the step and its share done, from 0 to 1.

    Raises
    ------
    UnknownNameError
        If there is no such profile.
    IngestError
        If a file can't be read or understood, or none of its rows can be taken; nothing is changed.
    ParameterError
        If an option has an impossible value.
    WarehouseError
        If the warehouse can't be written, isn't Martlet's, or holds a synthetic company.
    CheckError
        If the star breaks a check afterwards; nothing is changed.

    Examples
    --------
    >>> lines = ["customer_id,order_date,total", "ann,2025-01-05,20.00", "bob,2025-01-06,35.50"]
    >>> written = (folder / "orders.csv").write_text(chr(10).join(lines))
    >>> report = martlet.ingest("orders", folder / "orders.csv", warehouse=folder / "shop.duckdb")
    >>> report.files[0].rows_read, report.files[0].rows_loaded
    (2, 2)
    """
    from martlet.loaders.ingest import loading, planning, zones  # noqa: PLC0415
    from martlet.loaders.ingest.cleaning.currencies import Rates  # noqa: PLC0415
    from martlet.loaders.ingest.profile_files import load_profile  # noqa: PLC0415
    from martlet.loaders.ingest.profile_statuses import with_statuses  # noqa: PLC0415
    from martlet.loaders.ingest.reading.files import find_files  # noqa: PLC0415
    from martlet.loaders.ingest.reading.limits import Limits  # noqa: PLC0415
    from martlet.loaders.ingest.reading.source import open_source  # noqa: PLC0415
    from martlet.loaders.ingest.types import ORDERS  # noqa: PLC0415
    from martlet.loaders.privacy.veil import Veil  # noqa: PLC0415

    if date_order is not None and date_order not in ORDERS:
        raise ParameterError(
            f"date_order is {date_order!r}.{did_you_mean(str(date_order), ORDERS)} It says the order of day, month and year."
        )
    if timezone is not None:
        zones.refuse_unknown(timezone)
    most = Limits.of(limits)
    veil = Veil(pseudonym_key, [Path(one) for one in given])
    with veil.over_errors():
        if isinstance(profile, str) and planning.family(profile):
            profile = plan(profile, *given, limits=limits)
        if isinstance(profile, planning.Plan):
            _refuse_for_a_plan(
                columns=columns,
                impute=impute,
                path_separator=path_separator,
                retry=retry,
                statuses=statuses,
            )
            jobs = profile.jobs
        else:
            loaded = load_profile(profile)
            if path_separator is not None:
                loaded = _with_steps(loaded, path_separator)
            _refuse_unknown_fields(loaded, impute or {})
            if statuses:
                loaded = with_statuses(loaded, statuses)
            paths = find_files(_listed(given))
            veil.hide(paths)
            jobs = tuple(loading.Job(loaded, open_source(path, loaded.read, most)) for path in paths)
        veil.hide(job.source.path for job in jobs)
        options = loading.Options(
            as_of=as_of,
            columns=columns or {},
            date_order=date_order,
            statuses=statuses or {},
            timezone=timezone,
            impute=impute or {},
            veil=veil,
            rates=None if rates is None else Rates.read(Path(rates)),
            limits=most,
            retry=retry,
            dry_run=dry_run,
        )
        return loading.load(
            jobs,
            warehouse=Path(warehouse),
            options=options,
            say=progress or (lambda _step, _share: None),
        )


def plan(name: str, *given: str | Path, limits: Mapping[str, str | int] | None = None) -> Plan:
    """Return by which profile each of some files would be loaded, and in which order.

    Parameters
    ----------
    name
        `auto`, or a family of profiles such as `olist`.
    *given, limits
        As of `ingest`.

    Raises
    ------
    IngestError
        If no file is recognised.
    """
    from martlet.loaders.ingest import planning  # noqa: PLC0415
    from martlet.loaders.ingest.reading.files import find_files  # noqa: PLC0415
    from martlet.loaders.ingest.reading.limits import Limits  # noqa: PLC0415

    return planning.plan(name, find_files(_listed(given)), Limits.of(limits))


def ingest_paths(
    paths: str | Path | pl.DataFrame,
    *,
    warehouse: str | Path = "warehouse.duckdb",
    columns: Mapping[str, str | int] | None = None,
    separator: str | None = None,
) -> IngestReport:
    """Load counted paths, from a file or a frame, in place of those that were there: `ingest` with the profile `paths`.

    Parameters
    ----------
    paths
        A file, or a frame: a path of channels such as `Email > Direct`, its conversions, and perhaps their value and the
        people who walked it without one.
    warehouse, columns
        As of `ingest`.
    separator
        As `path_separator` of `ingest`.

    Raises
    ------
    MartletError
        As `ingest`.
    """
    if isinstance(paths, str | Path):
        return ingest("paths", paths, warehouse=warehouse, columns=columns, path_separator=separator)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "(frame)"
        paths.write_parquet(file)
        return ingest("paths", file, warehouse=warehouse, columns=columns, path_separator=separator)


def profiles() -> list[Profile]:
    """Return the profiles that Martlet ships, by name.

    Examples
    --------
    >>> profile = next(one for one in martlet.profiles() if one.name == "orders")
    >>> profile.title, [column.key for column in profile.columns.values() if column.required]
    ('Orders: any list of orders, one row each', ['ordered_at', 'net_revenue', 'customer_id'])
    """
    from martlet.loaders.ingest.profile_files import load_profile, profile_names  # noqa: PLC0415

    return [load_profile(name) for name in profile_names()]


def sniff(file: str | Path, *, limits: Mapping[str, str | int] | None = None) -> list[Fit]:
    r"""Return the profiles that fit a file, the best first, each with its reasons; `limits` as of `ingest`.

    Raises
    ------
    IngestError
        If the file can't be read.

    Examples
    --------
    >>> file = folder / "mine.csv"
    >>> _ = file.write_text("Order ID,Order Date,Customer,Total\n1,2025-01-31,ann@example.com,12.50\n")
    >>> [(fit.profile, fit.missing) for fit in martlet.sniff(file) if fit.is_proposal][:1]
    [('orders', ())]
    """
    from martlet.loaders.ingest.ranking import rank  # noqa: PLC0415
    from martlet.loaders.ingest.reading.failures import explained  # noqa: PLC0415
    from martlet.loaders.ingest.reading.limits import Limits  # noqa: PLC0415
    from martlet.loaders.ingest.reading.source import open_source  # noqa: PLC0415

    with explained(Path(file).name):
        return rank(open_source(Path(file), limits=Limits.of(limits)))


def new_profile(file: str | Path, *, limits: Mapping[str, str | int] | None = None) -> Skeleton:
    """Return the profile of a file, begun: its columns, what they were taken for, and what must still be named.

    `limits` are as of `ingest`.

    Raises
    ------
    IngestError
        If the file can't be read.
    """
    from martlet.loaders.ingest.reading.failures import explained  # noqa: PLC0415
    from martlet.loaders.ingest.reading.limits import Limits  # noqa: PLC0415
    from martlet.loaders.ingest.reading.source import open_source  # noqa: PLC0415
    from martlet.loaders.ingest.skeleton import skeleton  # noqa: PLC0415

    with explained(Path(file).name):
        return skeleton(open_source(Path(file), limits=Limits.of(limits)))


def _listed(given: Sequence[str | Path]) -> list[str | Path]:
    if not given:
        raise ParameterError("no file to load is given")
    return list(given)


def _refuse_for_a_plan(**options: object) -> None:
    """Refuse options that are about the columns of one kind of file."""
    for name, value in options.items():
        if value:
            raise ParameterError(f"{name} is about one kind of file; load those files by their own profile")


def _with_steps(profile: Profile, separator: str) -> Profile:
    """Return a profile whose paths have this between their steps."""
    from martlet.loaders.ingest.entity import entity  # noqa: PLC0415

    if not separator.strip():
        raise ParameterError(
            "path_separator is empty, but must be what stands between two steps, such as '>'"
        )
    paths = {
        key
        for mapping in profile.mappings
        for name, source in mapping.fields.items()
        if entity(mapping.entity).field(name).type == "path"
        for key in source.columns
    }
    if not paths:
        raise ParameterError(f"path_separator is given, but {profile.name} feeds no paths")
    changed = {key: replace(profile.columns[key], steps=separator) for key in paths}
    return replace(profile, columns={**profile.columns, **changed})


def _refuse_unknown_fields(profile: Profile, impute: Mapping[str, str]) -> None:
    fed = sorted({name for mapping in profile.mappings for name in mapping.fields})
    for name in impute:
        if name not in fed:
            raise ParameterError(
                f"{profile.name} feeds no field {name!r} that could be imputed.{did_you_mean(name, fed)}"
            )
