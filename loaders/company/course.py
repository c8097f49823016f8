"""What happens to people up to their orders: contacts, mails and experiments, the orders that come of them, and who leaves when.

All is drawn first as if customers left of their own accord only. An order that a touch caused may end a life sooner; what was
drawn for later than that causes nothing more, and most of it does not happen. So without the effect of a channel its own orders
vanish, no other changes, and customers whom one of them would have led to leave stay longer and may order again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import coupons, experiments
from martlet.loaders.company.browsers import is_recognised
from martlet.loaders.company.exogenous import draw_exogenous_touches
from martlet.loaders.company.funnel import draw_visit_depths
from martlet.loaders.company.harvest import touches_of_mails
from martlet.loaders.company.lives import Lives
from martlet.loaders.company.mail import draw_mails
from martlet.loaders.company.orders import Effects, Orders, draw_baseline_orders, draw_caused_orders
from martlet.loaders.company.touches import Touches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from martlet.loaders.company.experiments import Exposures
    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["Course"]


@dataclass(frozen=True)
class Course:
    """The course of a block. `people` know the campaign that brought them; `orders` are sorted by customer and time.

    `touches` are those that no order brings about, with how far each got (`depths`) and the orders expected of it (`expected_orders`),
    and `email_touches` those of mails, by which no arm of an experiment is measured.
    """

    people: People
    lives: Lives
    orders: Orders
    touches: Touches
    depths: Ints
    expected_orders: Floats
    email_touches: Touches
    mails: Mails
    exposures: Sequence[Exposures]
    effects: Effects

    @classmethod
    def of(cls, world: World, people: People) -> Course:
        """Draw the course of a block's people, in the order of causation."""
        baseline_orders, own_u = draw_baseline_orders(world, people)
        baseline_orders = baseline_orders.in_order()
        touches, people = draw_exogenous_touches(world, people, own_u)
        recognised = is_recognised(world, people, touches)
        exposures = experiments.draw_exposures(world, people, touches, recognised)
        depths = draw_visit_depths(world, people, touches, exposures)
        known_depths = np.where(touches.visits & recognised, depths, 0)
        mails = draw_mails(world, people, baseline_orders, touches, known_depths, left_u=own_u)
        email_touches, mail_effects = touches_of_mails(world, people, mails)
        mail_effects = mail_effects * coupons.effect_factors(world, email_touches)
        arm_effects = experiments.arm_factors(exposures, people, touches, "orders")
        causes = Touches.join([touches, email_touches])
        caused_orders, expected = draw_caused_orders(
            world, people, causes, own_u, np.concatenate((arm_effects, mail_effects))
        )
        lives, orders = Lives.of(people, own_u, Orders.both(baseline_orders, caused_orders))
        effects = Effects.of(world, people, causes, lives.left_u, expected)
        kept = lives.kept_touches(world, touches)
        touches, expected = touches.take(kept), expected[kept]
        expected[touches.u > lives.left_u[touches.who]] = 0.0
        mails = lives.faded_mails(world, people, mails, touches)
        return cls(
            people=people,
            lives=lives,
            orders=orders,
            touches=touches,
            depths=depths[kept],
            expected_orders=expected,
            email_touches=touches_of_mails(world, people, mails)[0],
            mails=mails,
            exposures=experiments.draw_exposures(
                world, people, touches, is_recognised(world, people, touches)
            ),
            effects=effects,
        )
