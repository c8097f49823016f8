"""A media mix model as a textbook has it: geometric adstock, saturation, a grid search, regions and weeks held fixed."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from martlet.loaders.warehouse.channels import CHANNELS

NAMES = {channel.key: channel.name for channel in CHANNELS}
PLANNED = ["Paid Search", "Paid Social", "Display"]
CARRIED = [0.0, 0.15, 0.3, 0.45, 0.6, 0.75]
HALVES = [0.3, 0.6, 1.0, 2.0, 4.0]


class Panel:
    """Orders, customers and spend by region (a row) and whole week (a column), from tables that an analyst has.

    Spend on brand search is left out: people who are about to order click it.
    """

    def __init__(self, tables: dict[str, pl.DataFrame], first: date, weeks: int) -> None:
        self.first, self.weeks = first, weeks
        places = tables["dim_geography"].select("geography_key", "country", "region")
        self.regions = (
            places.filter(pl.col("geography_key") > 0)
            .select("country", "region")
            .unique()
            .sort("country", "region")
        )
        orders = tables["fact_order"].join(places, on="geography_key")
        self.orders = self.grid(orders.with_columns(day=pl.col("ordered_at").dt.date()))
        people = tables["dim_customer"].with_columns(day=pl.col("signed_up_at").dt.date())
        before = people.filter(pl.col("day") < first).with_columns(day=pl.lit(first))
        self.customers = np.cumsum(
            self.grid(pl.concat([before, people.filter(pl.col("day") >= first)])), axis=1
        )
        kinds = tables["dim_campaign"].select("campaign_key", "campaign_type")
        ads = (
            tables["fact_ad_region"].join(kinds, on="campaign_key").filter(pl.col("campaign_type") != "Brand")
        )
        ads = ads.with_columns(day=days(ads), spend=pl.col("spend").cast(pl.Float64))
        self.spend = {
            name: self.grid(ads.filter(pl.col("channel_key").replace_strict(NAMES) == name), "spend")
            for name in PLANNED
        }

    def grid(self, frame: pl.DataFrame, value: str | None = None) -> np.ndarray:
        """Sum rows with a region and a `day`, or a value of theirs, by region and week."""
        week = (pl.col("day") - self.first).dt.total_days() // 7
        frame = frame.with_columns(week=week).filter(pl.col("week").is_between(0, self.weeks - 1))
        sums = frame.group_by("country", "region", "week").agg(
            n=pl.len() if value is None else pl.col(value).sum()
        )
        row = self.regions.with_row_index("row")
        sums = sums.join(row, on=["country", "region"])
        out = np.zeros((self.regions.height, self.weeks))
        out[sums["row"].to_numpy(), sums["week"].to_numpy()] = sums["n"].to_numpy()
        return out

    def _residual(self, values: np.ndarray) -> np.ndarray:
        """Take what regions and weeks explain out of values per customer; regions weigh as their customers."""
        root = np.sqrt(self.customers)
        if not hasattr(self, "_basis"):
            regions, weeks = np.indices(self.customers.shape)
            dummies = np.concatenate(
                [
                    regions.reshape(-1, 1) == np.arange(self.customers.shape[0]),
                    weeks.reshape(-1, 1) == np.arange(1, self.weeks),
                ],
                axis=1,
            )
            self._basis, _ = np.linalg.qr(dummies * root.reshape(-1, 1))
        weighted = (values * root).ravel()
        return weighted - self._basis @ (self._basis.T @ weighted)

    def fit(self, features: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, float]:
        """Regress orders per customer on features; return the orders that each explains, their standard errors, what is left."""
        design = np.array([self._residual(feature) for feature in features]).T
        target = self._residual(self.orders / self.customers)
        slopes = np.linalg.lstsq(design, target, rcond=None)[0]
        left = float(((target - design @ slopes) ** 2).sum())
        free = target.size - self._basis.shape[1] - len(features)
        errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * left / free)
        sums = np.array([(feature * self.customers).sum() for feature in features])
        return slopes * sums, errors * sums, left

    def contributions(self) -> dict[str, float]:
        """Find adstock and saturation of each channel in turn by least squares, and return the orders that each brought."""
        grids = []
        for name in PLANNED:
            level = self.spend[name] / self.customers
            mean = self.spend[name].sum() / self.customers.sum()
            grids.append(
                [adstock(level / (level + half * mean), carried) for carried in CARRIED for half in HALVES]
            )
        chosen = [len(HALVES) * 2 + 2] * len(grids)
        for _ in range(3):
            for channel, grid in enumerate(grids):
                left = []
                for number in range(len(grid)):
                    trial = [*chosen[:channel], number, *chosen[channel + 1 :]]
                    left.append(self.fit([grids[at][which] for at, which in enumerate(trial)])[2])
                chosen[channel] = int(np.argmin(left))
        found, _, _ = self.fit([grid[which] for grid, which in zip(grids, chosen, strict=True)])
        return dict(zip(PLANNED, found.tolist(), strict=True))

    def naive(self) -> dict[str, float]:
        """Regress the orders of all regions on the spend of all regions, week by week, with nothing held fixed."""
        spend = np.array([np.ones(self.weeks), *(self.spend[name].sum(axis=0) for name in PLANNED)]).T
        slopes = np.linalg.lstsq(spend, self.orders.sum(axis=0), rcond=None)[0]
        return dict(zip(PLANNED, (slopes * spend.sum(axis=0))[1:].tolist(), strict=True))


def adstock(values: np.ndarray, carried: float) -> np.ndarray:
    """Carry a share of each week over to the next; the weeks before the first are like it."""
    out = np.empty_like(values)
    now = values[:, 0]
    for week in range(values.shape[1]):
        now = (1 - carried) * values[:, week] + carried * now
        out[:, week] = now
    return out


def days(frame: pl.DataFrame) -> pl.Series:
    """Return the days of a frame's date keys."""
    return frame["date_key"].cast(pl.String).str.to_date("%Y%m%d")


def planted(tables: dict[str, pl.DataFrame], first: date, weeks: int) -> dict[str, float]:
    """Return the orders that each channel brought, by the truth."""
    truth = tables["truth.media_contribution"]
    truth = truth.filter(days(truth).is_between(first, first + timedelta(weeks=weeks - 1)))
    orders = truth.group_by("channel_key").agg(
        pl.col("orders_by_contacts").sum() + pl.col("orders_at_sign_up").sum()
    )
    return {NAMES[key]: float(found) for key, found in orders.iter_rows()}
