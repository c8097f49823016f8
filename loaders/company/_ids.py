"""The number spaces: every id follows from what the thing is, never from how many others there are.

So an id survives a longer horizon, another block size, and a channel switched off. In a warehouse orders and visits bear
numbers instead (`numbering.py`); all other ids are these. Within a customer:

=============== ======================================================================================
order           0: at sign-up; 1 to 999: baseline; from 1,000: caused, by touch
touch           0: sign-up; 1 to 999: before it; from 1,000: exogenous, by period and channel;
                from 110,000: opens and clicks of emails; from 200,000: harvest, by order;
                from 7,000,000: visits of the customer's share of unknown browsers
email           below 10,000: mailings, in the order of all time; then sign-up and cart
visit           the touch that opened it
event           its visit, and its position there
=============== ======================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

__all__ = [
    "BASELINE_ORDERS",
    "CART",
    "CLICK",
    "EMAILS",
    "EVENTS",
    "EXOGENOUS",
    "HARVEST",
    "LINES",
    "MAX_PERIODS",
    "MOST_CAUSED",
    "MOST_IN_CELL",
    "OPEN",
    "ORDERS",
    "PRE_SIGN_UP",
    "PROSPECTS",
    "PROSPECT_VISITS",
    "TOUCHES",
    "TRIGGERED",
    "VISITORS",
    "caused_order",
    "exogenous_touch",
    "harvest_touch",
]

ORDERS: Final = 1_000_000
TOUCHES: Final = 10_000_000
EMAILS: Final = 100_000
VISITORS: Final = 100
LINES: Final = 10
EVENTS: Final = 100

BASELINE_ORDERS: Final = 999
PRE_SIGN_UP: Final = 1
EXOGENOUS: Final = 1_000
TRIGGERED: Final = 10_000  # first number of the mails that answer a sign-up
CART: Final = 20_000  # first number of the reminders of carts, by period
OPEN: Final = 110_000
CLICK: Final = OPEN + 1
HARVEST: Final = 200_000
PROSPECT_VISITS: Final = 7_000_000
PROSPECTS: Final = (
    20  # first visitor number of the browsers without a customer; those of the customer come before
)

MOST_IN_CELL: Final = 8
MOST_CAUSED: Final = 4
_CHANNELS: Final = 32
MAX_PERIODS: Final = (OPEN - EXOGENOUS) // (_CHANNELS * MOST_IN_CELL)


def exogenous_touch(period: Ints, channel_key: int, number: Ints) -> Ints:
    """Return the number of a touch within its customer, from its period (the first is -1), channel and number in that cell."""
    return EXOGENOUS + ((period + 1) * _CHANNELS + channel_key) * MOST_IN_CELL + number


def caused_order(touch: Ints, number: Ints) -> Ints:
    """Return the number of an order within its customer, from the touch that caused it."""
    return BASELINE_ORDERS + 1 + touch * MOST_CAUSED + number


def harvest_touch(order: Ints, slot: int) -> Ints:
    """Return the number of a harvest touch within its customer, from its order and its slot there."""
    return HARVEST + order * MOST_IN_CELL + slot
