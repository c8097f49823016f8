"""What is done in visits, in the order in which it is done."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CART",
    "CHECKOUT",
    "CLICK",
    "EVENT_NAMES",
    "FORM",
    "KINDS",
    "PAGE",
    "PRODUCT",
    "PURCHASE",
    "SEARCH",
    "STAGES",
    "VIDEO",
]

STAGES: Final = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
EVENT_NAMES: Final = [
    "page_view",
    "click",
    "search",
    "video_play",
    "form_submit",
    "product_view",
    "add_to_cart",
    "begin_checkout",
    "purchase",
    "other",
]
PAGE, CLICK, SEARCH, VIDEO, FORM, PRODUCT, CART, CHECKOUT, PURCHASE = range(9)
KINDS: Final = 9
