"""The synthetic company, and the truth about it.

`company` leads through all of it. The rooms, in the order in which one follows from the other:

- Numbers: `preset` reads a TOML file into the classes of `_sections` and `_offers`, checked by `_consistency`; `settings` lists
  its keys and `overrides` changes them.
- Chance: `streams` (addressed random numbers), `_draws` (distributions), `_ids` (number spaces), `_clock` (operational time).
- The same for all (`world`): `products`, `names`, `assortment`, `promotions`, `coupons`, `stores`, `campaigns`, `media`, `budgets`, `publishing`, `_segments`.
- Per block of customers (`block`), cause before effect: `people` (`ages`, `traits`, `changes`, `postcodes`, `referrals`); `preferences`; `memberships`;
  `exogenous` touches (`touches`, `browsers`), and their effects (`modifiers`, `experiments`, `funnel`, `mail`); `orders`,
  and their `terms`; `baskets`, `checkout`, `amounts` and `sales`; `harvest`; `visits`; `leads`; `trials`.
- Rows: `person_frames`, `sale_frames`, `web_frames` with `_frames`; over all blocks `block_totals`, then `stock` and `totals`.
"""

from martlet.loaders.company.company import Company
from martlet.loaders.company.preset import Preset, load_preset

__all__ = ["Company", "Preset", "load_preset"]
