"""What the shop, its product catalogue and its customer database export."""

from __future__ import annotations

from martlet.loaders.extract._tables import Table

__all__ = ["TABLES"]

CUSTOMER = "nullif(customer.customer_id, '(unknown)')"
CUSTOMERS = "LEFT JOIN star.dim_customer AS customer ON customer.customer_key = fact.customer_key"
CAMPAIGN = "nullif(campaign.campaign_id, '(unknown)')"
CAMPAIGNS = "LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = fact.campaign_key"
CHANNEL = "nullif(channel.channel, '(unknown)')"
CHANNELS = "LEFT JOIN star.dim_channel AS channel ON channel.channel_key = fact.channel_key"
PRODUCT = "nullif(product.product_id, '(unknown)')"
PRODUCTS = "LEFT JOIN star.dim_product AS product ON product.product_key = fact.product_key"

_CUSTOMERS = Table(
    name="crm_customers",
    columns={
        "customer_id": ("key", "fact.customer_id"),
        "first_name": ("name", "fact.first_name"),
        "last_name": ("name", "fact.last_name"),
        "email": ("email", "fact.email"),
        "gender": ("word", "fact.gender"),
        "birth_date": ("birth", "fact.birth_date"),
        "education": ("word", "fact.education"),
        "marital_status": ("word", "fact.marital_status"),
        "kids_at_home": ("fixed", "fact.kids_at_home"),
        "teens_at_home": ("fixed", "fact.teens_at_home"),
        "income": ("income", "fact.income"),
        "city": ("name", "fact.city"),
        "region": ("word", "fact.region"),
        "country": ("word", "fact.country"),
        "postal_code": ("text", "fact.postal_code"),
        "loyalty_tier": ("word", "fact.loyalty_tier"),
        "acquisition_channel": ("word", CHANNEL),
        "acquisition_campaign_id": ("fixed", CAMPAIGN),
        "email_opt_in": ("fixed", "fact.is_email_opted_in"),
        "sms_opt_in": ("fixed", "fact.is_sms_opted_in"),
        "signed_up_at": ("moment", "fact.signed_up_at"),
    },
    source=(
        "(FROM star.dim_customer WHERE customer_key <> 0) AS fact "
        "LEFT JOIN star.dim_channel AS channel ON channel.channel_key = fact.acquisition_channel_key "
        "LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = fact.acquisition_campaign_key"
    ),
    order="fact.customer_key",
)

_PRODUCTS = Table(
    name="catalogue_products",
    columns={
        "sku": ("key", "fact.product_id"),
        "name": ("name", "fact.name"),
        "description": ("text", "fact.description"),
        "category": ("word", "fact.category"),
        "subcategory": ("word", "fact.subcategory"),
        "brand": ("word", "fact.brand"),
        "unit_cost": ("money", "fact.unit_cost"),
        "list_price": ("money", "fact.list_price"),
        "launched_on": ("day", "fact.launched_on"),
        "active": ("fixed", "fact.is_active"),
    },
    source="(FROM star.dim_product WHERE product_key <> 0) AS fact",
    order="fact.product_key",
    mixed="parquet",
)

_ORDERS = Table(
    name="shop_orders",
    columns={
        "order_id": ("key", "fact.order_id"),
        "customer_id": ("customer", CUSTOMER),
        "ordered_at": ("moment", "fact.ordered_at"),
        "items": ("count", "fact.item_count"),
        "gross_amount": ("money", "fact.gross_amount"),
        "discount_amount": ("money", "fact.discount_amount"),
        "shipping_amount": ("money", "fact.shipping_amount"),
        "tax_amount": ("money", "fact.tax_amount"),
        "net_revenue": ("money", "fact.net_revenue"),
        "refund_amount": ("money", "fact.refund_amount"),
        "order_channel": ("word", "fact.order_channel"),
        "store_id": ("fixed", "nullif(store.store_id, '(unknown)')"),
        "coupon_code": ("fixed", "nullif(coupon.code, '(unknown)')"),
        "session_id": ("fixed", "fact.session_id"),
        "channel": ("word", CHANNEL),
        "campaign_id": ("fixed", CAMPAIGN),
        "status": ("word", "fact.status"),
    },
    source=(
        f"star.fact_order AS fact {CUSTOMERS} {CHANNELS} {CAMPAIGNS} "
        "LEFT JOIN star.dim_store AS store ON store.store_key = fact.store_key "
        "LEFT JOIN star.dim_coupon AS coupon ON coupon.coupon_key = fact.coupon_key"
    ),
    order="fact.ordered_at, fact.order_id",
)

_LINES = Table(
    name="shop_order_lines",
    columns={
        "order_line_id": ("key", "fact.order_line_id"),
        "order_id": ("fixed", "fact.order_id"),
        "line_number": ("fixed", "fact.line_number"),
        "sku": ("text", PRODUCT),
        "quantity": ("count", "fact.quantity"),
        "unit_price": ("money", "CAST(fact.unit_price AS DECIMAL(18, 2))"),
        "discount_amount": ("money", "fact.discount_amount"),
        "net_revenue": ("money", "fact.net_revenue"),
    },
    source=f"star.fact_order_line AS fact {PRODUCTS}",
    order="fact.ordered_at, fact.order_line_id",
)

_RETURNS = Table(
    name="returns",
    columns={
        "return_id": ("key", "fact.return_id"),
        "order_line_id": ("fixed", "fact.order_line_id"),
        "order_id": ("fixed", "fact.order_id"),
        "customer_id": ("customer", CUSTOMER),
        "sku": ("text", PRODUCT),
        "returned_at": ("moment", "fact.returned_at"),
        "quantity": ("count", "fact.quantity"),
        "refund_amount": ("money", "fact.refund_amount"),
        "reason": ("word", "fact.reason"),
    },
    source=f"star.fact_return AS fact {CUSTOMERS} {PRODUCTS}",
    order="fact.returned_at, fact.return_id",
)

_REVIEWS = Table(
    name="reviews",
    columns={
        "review_id": ("key", "fact.review_id"),
        "sku": ("text", PRODUCT),
        "customer_id": ("customer", CUSTOMER),
        "reviewed_at": ("moment", "fact.reviewed_at"),
        "rating": ("count", "fact.rating"),
        "title": ("text", "fact.title"),
        "text": ("text", "fact.text"),
    },
    source=f"star.fact_review AS fact {CUSTOMERS} {PRODUCTS}",
    order="fact.reviewed_at, fact.review_id",
)

_SURVEYS = Table(
    name="surveys",
    columns={
        "survey_id": ("key", "fact.survey_id"),
        "customer_id": ("customer", CUSTOMER),
        "answered_at": ("moment", "fact.answered_at"),
        "nps": ("count", "fact.nps"),
        "csat": ("count", "fact.csat"),
        "complained": ("fixed", "fact.has_complained"),
    },
    source=f"star.fact_survey AS fact {CUSTOMERS}",
    order="fact.answered_at, fact.survey_id",
)

_PRICES = Table(
    name="catalogue_prices",
    columns={
        "sku": ("key", "product.product_id"),
        "valid_from": ("key", "fact.valid_from"),
        "valid_to": ("day", "fact.valid_to"),
        "list_price": ("money", "fact.list_price"),
    },
    source=f"star.fact_price AS fact {PRODUCTS}",
    order="fact.product_key, fact.valid_from",
)

_DELIVERIES = Table(
    name="shop_deliveries",
    columns={
        "order_id": ("key", "fact.order_id"),
        "promised_at": ("moment", "fact.promised_at"),
        "delivered_at": ("moment", "fact.delivered_at"),
    },
    source="star.fact_delivery AS fact",
    order="fact.delivered_at, fact.order_id",
)

_PREFERENCES = Table(
    name="preferences",
    columns={
        "preference_id": ("key", "fact.preference_id"),
        "customer_id": ("customer", CUSTOMER),
        "answered_at": ("moment", "fact.answered_at"),
        "lifestyle": ("text", "fact.lifestyle"),
        "price_sensitivity": ("count", "fact.price_sensitivity"),
        "brand_loyalty": ("count", "fact.brand_loyalty"),
        "sustainability": ("count", "fact.sustainability"),
        "novelty": ("count", "fact.novelty"),
    },
    source=f"star.fact_preference AS fact {CUSTOMERS}",
    order="fact.answered_at, fact.preference_id",
)

_SUPPORT = Table(
    name="support_contacts",
    columns={
        "contact_id": ("key", "fact.support_contact_id"),
        "customer_id": ("customer", CUSTOMER),
        "order_id": ("fixed", "fact.order_id"),
        "opened_at": ("moment", "fact.opened_at"),
        "channel": ("word", "fact.channel"),
        "reason": ("word", "fact.reason"),
        "first_response_minutes": ("count", "fact.first_response_minutes"),
        "resolved_at": ("moment", "fact.resolved_at"),
        "satisfaction": ("count", "fact.satisfaction"),
    },
    source=f"star.fact_support_contact AS fact {CUSTOMERS}",
    order="fact.opened_at, fact.support_contact_id",
)

TABLES = (
    _CUSTOMERS,
    _PRODUCTS,
    _PRICES,
    _ORDERS,
    _LINES,
    _DELIVERIES,
    _RETURNS,
    _REVIEWS,
    _SURVEYS,
    _PREFERENCES,
    _SUPPORT,
)
