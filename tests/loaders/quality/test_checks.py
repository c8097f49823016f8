"""Each check passes what is right and finds what is wrong, on rows made by hand."""

from dataclasses import replace

import duckdb
import pytest

from martlet.engine.errors import CheckError, ParameterError, UnknownNameError
from martlet.engine.relations import relations
from martlet.loaders.quality import checks
from martlet.loaders.warehouse import star

ORDER = "INSERT INTO star.fact_order (order_id, customer_key, ordered_at, date_key, {columns}) VALUES "
MAIL = "INSERT INTO star.fact_email (email_id, assigned_at, {columns}) VALUES "
LOAD = "INSERT INTO meta.load (load_id, loaded_at, kind, source, {columns}) VALUES "


def order(columns, *rows):
    """Return the INSERT of orders of customer 1 on 2 January 2025, numbered from 1."""
    values = (f"({number}, 1, '2025-01-02', 20250102, {row})" for number, row in enumerate(rows, 1))
    return ORDER.format(columns=columns) + ", ".join(values)


def mail(columns, *rows):
    values = (f"({number}, '2025-01-02', {row})" for number, row in enumerate(rows, 1))
    return MAIL.format(columns=columns) + ", ".join(values)


def loads(columns, *rows):
    values = (f"({number}, '2025-01-10', 'ingest', 'a.csv', {row})" for number, row in enumerate(rows, 1))
    return LOAD.format(columns=columns) + ", ".join(values)


def days(table, first, last, rows, *, key="order_id", at="ordered_at"):
    """Return the INSERT of `rows` rows on each day from `first` to `last`."""
    return (
        f"INSERT INTO star.{table} ({key}, {at}, date_key) SELECT row_number() OVER () + "
        f"(SELECT coalesce(max({key}), 0) FROM star.{table}), d, CAST(strftime(d, '%Y%m%d') AS INTEGER) "
        f"FROM generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY) AS s (d), range({rows})"
    )


# What passes, what offends when it is there as well, and how many rows offend then.
CASES = {
    "ad_details_add_up": (
        (
            "INSERT INTO star.fact_ad_spend (date_key, spend, clicks, impressions) VALUES (20250101, 3.33, 5, 50), (20250102, 1, 0, 0);"
            "INSERT INTO star.fact_ad_detail (ad_detail_id, date_key, ad_group, spend, clicks) VALUES "
            "(1, 20250101, 'a', 1.111, 2), (2, 20250101, 'b', 2.222, 3)"
        ),
        (
            "INSERT INTO star.fact_ad_spend (date_key, platform, spend, clicks) VALUES (20250101, 'x', 3, 5), (20250101, 'y', 3, 5);"
            "INSERT INTO star.fact_ad_detail (ad_detail_id, date_key, platform, spend, clicks) VALUES "
            "(3, 20250101, 'x', 2.99, 5), (4, 20250101, 'y', 3, 6), (5, 20250103, 'x', 0, 0)"
        ),
        3,
    ),
    "ad_regions_add_up": (
        (
            "INSERT INTO star.fact_ad_spend (date_key, spend, clicks, impressions) VALUES (20250101, 3.33, 5, 50), (20250102, 1, 0, 0);"
            "INSERT INTO star.fact_ad_region (date_key, country, region, spend, clicks, impressions) VALUES "
            "(20250101, 'a', 'b', 1.11, 2, 20), (20250101, 'a', 'c', 2.22, 3, 30)"
        ),
        (
            "INSERT INTO star.fact_ad_spend (date_key, campaign_key, spend, clicks) VALUES (20250103, 0, 3, 5);"
            "INSERT INTO star.fact_ad_region (date_key, country, region, spend, clicks) VALUES "
            "(20250103, 'a', 'b', 2.99, 5), (20250104, 'a', 'b', 0, 0)"
        ),
        2,
    ),
    "ages_are_possible": (
        "INSERT INTO star.dim_customer (customer_key, birth_date, signed_up_at) VALUES (1, '1980-05-01', '2024-01-01'), (2, NULL, NULL);"
        + order("status", "'completed'"),
        (
            "INSERT INTO star.dim_customer (customer_key, birth_date, signed_up_at) VALUES "
            "(3, '1893-01-01', NULL), (4, '2025-06-01', NULL), (5, '2024-02-01', '2024-01-01')"
        ),
        3,
    ),
    "allocations_are_shares": (
        (
            "INSERT INTO star.dim_variant (variant_key, experiment_key, allocation) VALUES (1, 0, 7), (2, 0, NULL);"
            "INSERT INTO star.dim_experiment (experiment_key, experiment_id) VALUES (1, 'a'), (2, 'b'), (3, 'c');"
            "INSERT INTO star.dim_variant (variant_key, experiment_key, allocation) VALUES (3, 1, 0.1), (4, 1, 0.2), (5, 1, 0.7)"
        ),
        "INSERT INTO star.dim_variant (variant_key, experiment_key, allocation) VALUES (6, 2, 0.5), (7, 2, 0.6), (8, 3, -0.1)",
        2,
    ),
    "answers_in_range": (
        (
            "INSERT INTO star.fact_review (review_id, reviewed_at, rating) VALUES (1, '2025-01-01', 5);"
            "INSERT INTO star.fact_survey (survey_id, answered_at, nps, csat) VALUES (1, '2025-01-01', 0, NULL)"
        ),
        (
            "INSERT INTO star.fact_review (review_id, reviewed_at, rating) VALUES (2, '2025-01-01', 6);"
            "INSERT INTO star.fact_survey (survey_id, answered_at, nps, csat) VALUES (2, '2025-01-01', 11, 0)"
        ),
        3,
    ),
    "clicks_have_their_delivery": (
        mail(
            "is_holdout, sent_at, delivered_at, first_opened_at",
            "false, '2025-01-03', '2025-01-04', '2025-01-05'",
            "true, NULL, NULL, NULL",
        ),
        MAIL.format(columns="is_holdout, sent_at, delivered_at, first_clicked_at")
        + "(3, '2025-01-01', true, '2025-01-03', NULL, NULL), (4, '2025-01-01', false, '2025-01-03', '2025-01-02', NULL), "
        "(5, '2025-01-01', false, '2025-01-03', NULL, '2025-01-04'), (6, '2025-01-01', false, '2025-01-03', '2025-01-04', '2025-01-03')",
        4,
    ),
    "clicks_within_impressions": (
        "INSERT INTO star.fact_ad_spend (date_key, impressions, clicks) VALUES (20250101, 10, 10)",
        "INSERT INTO star.fact_ad_spend (date_key, impressions, clicks) VALUES (20250102, 10, 11)",
        1,
    ),
    "converted_sessions_have_their_order": (
        order("session_id, net_revenue", "1, 10", "NULL, 5")
        + "; INSERT INTO star.fact_session (session_id, started_at, is_converted, order_id, revenue) VALUES "
        "(1, '2025-01-02', true, 1, 10), (2, '2025-01-02', false, NULL, 0)",
        (
            "INSERT INTO star.fact_session (session_id, started_at, is_converted, order_id, revenue) VALUES "
            "(3, '2025-01-02', true, NULL, 0), (4, '2025-01-02', true, 99, 0), (5, '2025-01-02', true, 2, 5)"
        ),
        3,
    ),
    "counts_in_range": (
        (
            "INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, quantity) VALUES (1, 1, '2025-01-01', 1);"
            "INSERT INTO star.fact_session (session_id, started_at, page_views) VALUES (1, '2025-01-01', 0)"
        ),
        "INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, quantity) VALUES (2, 1, '2025-01-01', 0);"
        "INSERT INTO star.fact_session (session_id, started_at, duration_seconds) VALUES (2, '2025-01-01', -1);"
        "INSERT INTO star.fact_ad_spend (date_key, clicks) VALUES (20250101, -3);" + mail("open_count", "-1"),
        4,
    ),
    "customer_versions_are_whole": (
        (
            "INSERT INTO star.dim_customer (customer_key, customer_id) VALUES (1, 'a'), (2, 'b');"
            "INSERT INTO star.dim_customer_history (customer_version_key, customer_key, valid_until, is_current) VALUES "
            "(1, 1, '2025-01-01', false);"
            "INSERT INTO star.dim_customer_history (customer_version_key, customer_key, valid_from) VALUES (2, 1, '2025-01-01')"
        ),
        "INSERT INTO star.dim_customer_history (customer_version_key, customer_key) VALUES (3, 2), (4, 2)",
        2,
    ),
    "date_keys_agree": (
        order("status", "'completed'"),
        "INSERT INTO star.fact_lead (lead_id, captured_at, date_key) VALUES (1, '2025-01-02 23:59:59', 20250103)",
        1,
    ),
    "dates_are_sane": (
        order("status", "'completed'") + ";" + loads("as_of", "'2025-01-01'"),
        "INSERT INTO star.fact_lead (lead_id, captured_at, date_key) VALUES "
        "(1, '1970-01-01', 19700101), (2, '2025-01-03', 20250103), (3, '2025-01-03', 20250103);"
        + mail("cost", "0"),
        2,
    ),
    "email_counts_agree": (
        mail("open_count, first_opened_at", "2, '2025-01-03'", "0, NULL"),
        MAIL.format(columns="open_count, first_opened_at, click_count, first_clicked_at")
        + "(3, '2025-01-01', 1, NULL, 0, NULL), (4, '2025-01-01', 0, NULL, 0, '2025-01-03')",
        2,
    ),
    "email_reports_add_up": (
        (
            "INSERT INTO star.fact_email_report (campaign_key, recipients, delivered, opens, unique_opens, clicks) VALUES "
            "(1, 100, 98, 60, 40, 5), (2, NULL, NULL, 5, NULL, NULL)"
        ),
        (
            "INSERT INTO star.fact_email_report (campaign_key, recipients, delivered, unique_opens, opens, unique_clicks, clicks) VALUES "
            "(3, 10, 11, 1, 1, 1, 1), (4, 10, 10, 11, 20, 1, 1), (5, 10, 10, 5, 4, 1, 1), (6, 10, 10, 5, 5, 2, 1)"
        ),
        4,
    ),
    "emails_are_addresses": (
        "INSERT INTO star.dim_customer (customer_key, email) VALUES (1, 'a.b+c@mail.example.com'), (2, NULL), (3, 'ü@bücher.de')",
        "INSERT INTO star.dim_customer (customer_key, email) VALUES (4, 'nobody'), (5, 'a@b'), (6, 'a@b@c.de'), (7, 'a b@c.de'), (8, 'a@.de')",
        5,
    ),
    "emails_are_unique": (
        "INSERT INTO star.dim_customer (customer_key, email) VALUES (1, 'a@x.de'), (2, 'b@x.de'), (3, NULL), (4, NULL)",
        "INSERT INTO star.dim_customer (customer_key, email) VALUES (5, ' A@x.de')",
        1,
    ),
    "events_follow_their_session": (
        (
            "INSERT INTO star.fact_session (session_id, started_at) VALUES (1, '2025-01-02 10:00');"
            "INSERT INTO star.fact_event (event_id, session_id, occurred_at) VALUES (1, 1, '2025-01-02 10:00')"
        ),
        "INSERT INTO star.fact_event (event_id, session_id, occurred_at) VALUES (2, 1, '2025-01-02 09:59:59')",
        1,
    ),
    "exposures_fit_their_experiment": (
        (
            "INSERT INTO star.dim_experiment (experiment_key, experiment_id) VALUES (1, 'a'), (2, 'b');"
            "INSERT INTO star.dim_variant (variant_key, experiment_key) VALUES (1, 1);"
            "INSERT INTO star.fact_exposure (exposure_id, experiment_key, variant_key, exposed_at) VALUES (1, 1, 1, '2025-01-01')"
        ),
        "INSERT INTO star.fact_exposure (exposure_id, experiment_key, variant_key, exposed_at) VALUES (2, 2, 1, '2025-01-01')",
        1,
    ),
    "facts_are_fresh": (
        loads("as_of", "'2025-03-10'")
        + ";"
        + days("fact_order", "2025-01-01", "2025-03-04", 1)
        # Of leads there are few: they have been silent for as long before.
        + "; INSERT INTO star.fact_lead (lead_id, captured_at, date_key) VALUES "
        "(1, '2025-01-01', 20250101), (2, '2025-02-10', 20250210)",
        days("fact_session", "2025-01-01", "2025-03-02", 1, key="session_id", at="started_at"),
        1,
    ),
    "first_orders_are_first": (
        order("is_first_order", "true", "false")
        + ";"
        + ORDER.format(columns="is_first_order, status")
        # A cancelled order is nobody's first, and leaves the place to the next.
        + "(6, 4, '2025-01-01', 20250101, false, 'cancelled'), (7, 4, '2025-01-02', 20250102, true, 'open'), "
        "(8, 5, '2025-01-01', 20250101, false, 'pending')",
        ORDER.format(columns="is_first_order, status")
        + "(3, 2, '2025-01-02', 20250102, true, 'open'), (4, 2, '2025-01-01', 20250101, false, 'open'), "
        "(5, 3, '2025-01-01', 20250101, false, 'open'), (9, 6, '2025-01-01', 20250101, true, 'failed')",
        3,
    ),
    "leads_become_customers_later": (
        (
            "INSERT INTO star.fact_lead (lead_id, captured_at, customer_key, became_customer_at) VALUES "
            "(1, '2025-01-02', 1, '2025-01-02'), (2, '2025-01-02', 0, NULL)"
        ),
        (
            "INSERT INTO star.fact_lead (lead_id, captured_at, customer_key, became_customer_at) VALUES "
            "(3, '2025-01-02', 1, '2025-01-01'), (4, '2025-01-02', 0, '2025-01-03')"
        ),
        2,
    ),
    "loads_follow_history": (
        (
            "INSERT INTO meta.load_relation (load_id, relation, row_count, rows_added) VALUES "
            "(1, 'star.fact_order', 100, 100), (2, 'star.fact_order', 200, 100), (3, 'star.fact_order', 200, 0), "
            "(4, 'star.fact_order', 320, 120), (5, 'star.fact_order', 345, 25), (5, 'star.fact_lead', 9000, 9000)"
        ),
        "UPDATE meta.load_relation SET rows_added = 24 WHERE load_id = 5",
        1,
    ),
    "loads_lose_nothing": (
        loads("rows_read, rows_loaded, rows_merged, rows_quarantined", "6, 3, 2, 1")
        + "; INSERT INTO quarantine.rejected_row (load_id, source, row_number, reason) VALUES (1, 'a.csv', 3, 'x')",
        LOAD.format(columns="rows_read, rows_loaded, rows_merged, rows_quarantined")
        + "(2, '2025-01-10', 'ingest', 'a', 6, 3, 2, 0), (3, '2025-01-10', 'ingest', 'a', 1, 0, 0, 1)",
        2,
    ),
    "members_are_described": (
        (
            "INSERT INTO star.dim_product (product_key, product_id, is_placeholder) SELECT k, k, k = 10 FROM range(1, 11) AS r (k);"
            "INSERT INTO star.dim_customer (customer_key, customer_id, is_placeholder) VALUES (1, 'a', true)"
        ),
        "INSERT INTO star.dim_product (product_key, product_id, is_placeholder) VALUES (11, 'x', true)",
        1,
    ),
    "money_not_negative": (
        order("net_revenue, gross_amount", "-5, -5")
        + "; INSERT INTO star.fact_ad_spend (date_key, spend) VALUES (20250101, 0)",
        (
            "INSERT INTO star.fact_ad_spend (date_key, spend) VALUES (20250102, -0.01);"
            "INSERT INTO star.dim_product (product_key, list_price) VALUES (1, -1);"
            "INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, unit_price) VALUES (1, 1, '2025-01-02', -1)"
        ),
        3,
    ),
    "natural_ids_are_unique": (
        (
            "INSERT INTO star.dim_product (product_key, product_id) VALUES (1, 'a'), (2, 'b');"
            "INSERT INTO star.dim_customer (customer_key, customer_id) VALUES (1, 'a')"
        ),
        (
            "INSERT INTO star.dim_product (product_key, product_id) VALUES (3, 'a');"
            "INSERT INTO star.dim_customer (customer_key) VALUES (2)"
        ),
        2,
    ),
    "coupons_fit_their_order": (
        "INSERT INTO star.dim_coupon (coupon_key, code, starts_on, ends_on) VALUES (1, 'A', '2025-01-01', '2025-01-02'), (2, 'B', '2025-01-03', NULL), (3, 'C', NULL, '2025-01-01');"
        + order("coupon_key, coupon_amount, discount_amount", "1, 2, 2", "0, 0, 0", "1, 0, 0"),
        ORDER.format(columns="coupon_key, coupon_amount, discount_amount")
        + "(4, 1, '2025-01-02', 20250102, 1, 3, 2), (5, 1, '2025-01-02', 20250102, 0, 1, 2), "
        "(6, 1, '2025-01-02', 20250102, 2, 1, 2), (7, 1, '2025-01-02', 20250102, 3, 1, 2), (8, 1, '2025-01-02', 20250102, 1, -1, 2)",
        5,
    ),
    "orders_fit_their_channel": (
        "INSERT INTO star.dim_store (store_key, opened_on) VALUES (1, '2025-01-02'), (2, '2025-01-03');"
        + order(
            "order_channel, store_key, session_id",
            "'store', 1, NULL",
            "NULL, 0, 5",
            "'web', 0, 6",
            "'catalogue', 0, NULL",
            "NULL, 1, 7",
        ),
        ORDER.format(columns="order_channel, store_key, session_id")
        + "(6, 1, '2025-01-02', 20250102, 'web', 1, 5), (7, 1, '2025-01-02', 20250102, 'store', 1, 5), (8, 1, '2025-01-02', 20250102, 'store', 2, NULL)",
        3,
    ),
    "promotions_fit_their_lines": (
        (
            "INSERT INTO star.dim_promotion (promotion_key, promotion_id, starts_on, ends_on) VALUES (1, 'A', '2025-01-01', '2025-01-05');"
            "INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, promotion_key, discount_amount) VALUES "
            "(1, 1, '2025-01-01', 1, 2), (2, 1, '2025-01-06 00:10:00', 1, 2), (3, 1, '2025-03-01', 0, 0)"
        ),
        (
            "INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, promotion_key, discount_amount) VALUES "
            "(4, 1, '2024-12-31 23:59:59', 1, 2), (5, 1, '2025-01-07', 1, 2), (6, 1, '2025-01-03', 1, 0)"
        ),
        3,
    ),
    "referrals_follow_their_referrer": (
        (
            "INSERT INTO star.dim_customer (customer_key, signed_up_at, first_ordered_on) VALUES (1, '2025-01-02', '2025-01-02'), "
            "(2, '2025-01-02', '2025-02-03'), (3, '2025-05-02', NULL);"
            "INSERT INTO star.fact_referral (referral_id, referrer_key, customer_key, referred_at, signed_up_at, rewarded_at) VALUES "
            "(1, 1, 3, '2025-01-02 10:00:00', '2025-05-02', '2025-05-02'), (2, 0, 0, '2025-01-02', NULL, NULL)"
        ),
        (
            "INSERT INTO star.fact_referral (referral_id, referrer_key, customer_key, referred_at, signed_up_at, rewarded_at) VALUES "
            "(3, 1, 1, '2025-03-02', '2025-05-02', NULL), (4, 3, 1, '2025-03-02', NULL, NULL), (5, 2, 1, '2025-02-02', NULL, NULL), "
            "(6, 1, 3, '2025-06-02', '2025-05-02', NULL), (7, 1, 3, '2025-03-02', '2025-05-02', '2025-05-01')"
        ),
        5,
    ),
    "subscriptions_are_paid": (
        (
            "INSERT INTO star.fact_subscription (subscription_id, started_at, period_days, renewals, cancelled_at, ended_at) VALUES "
            "(1, '2025-01-01 10:00:00', 30, 1, NULL, NULL), (2, '2025-01-01', 10, 0, '2025-01-05', '2025-01-11');"
            "INSERT INTO star.fact_subscription_payment (payment_id, subscription_id, paid_at, period_number) VALUES "
            "(1, 1, '2025-01-01 10:00:00', 1), (2, 1, '2025-01-31 10:00:00', 2), (3, 2, '2025-01-01', 1)"
        ),
        (
            "INSERT INTO star.fact_subscription (subscription_id, started_at, period_days, renewals, cancelled_at, ended_at) VALUES "
            "(3, '2025-01-01', 30, 1, NULL, NULL), (4, '2025-01-01', 30, 0, NULL, NULL), (5, '2025-01-01', 10, 0, NULL, '2025-01-11'), "
            "(6, '2025-01-01', 10, 0, '2025-01-05', '2025-01-12');"
            "INSERT INTO star.fact_subscription_payment (payment_id, subscription_id, paid_at, period_number) VALUES "
            "(4, 3, '2025-01-01', 1), (5, 4, '2025-01-02', 1), (6, 5, '2025-01-01', 1), (7, 6, '2025-01-01', 1)"
        ),
        4,
    ),
    "order_amounts_agree": (
        order("gross_amount, discount_amount, net_revenue", "10, 1.5, 8.5"),
        ORDER.format(columns="gross_amount, net_revenue") + "(2, 1, '2025-01-02', 20250102, 10, 9.99)",
        1,
    ),
    "order_lines_add_up": (
        order("gross_amount, net_revenue, item_count", "10, 9, 2", "7, 7, 1")
        + "; INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, quantity, unit_price, discount_amount, net_revenue) "
        "VALUES (1, 1, '2025-01-02', 2, 5, 1, 9)",
        (
            "INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, quantity, unit_price, net_revenue) "
            "VALUES (2, 2, '2025-01-02', 1, 6.99, 6.99)"
        ),
        1,
    ),
    "orders_follow_sign_up": (
        "INSERT INTO star.dim_customer (customer_key, signed_up_at) VALUES (1, '2025-01-02'), (2, '2025-01-03');"
        + order("status", "'completed'"),
        ORDER.format(columns="status") + "(2, 2, '2025-01-02', 20250102, 'completed')",
        1,
    ),
    "orders_have_one_cause": (
        order("source_id", "NULL", "'shop-1'")
        + "; INSERT INTO truth.order_cause (order_id, cause) VALUES (1, 'baseline')",
        ORDER.format(columns="source_id") + "(3, 1, '2025-01-02', 20250102, NULL)",
        1,
    ),
    "parts_agree_with_their_order": (
        order("status", "'completed'")
        + "; INSERT INTO star.fact_order_line (order_line_id, order_id, customer_key, product_key, ordered_at) VALUES (1, 1, 1, 7, '2025-01-02');"
        "INSERT INTO star.fact_return (return_id, order_line_id, order_id, customer_key, product_key, returned_at) VALUES (1, 1, 1, 1, 7, '2025-02-02')",
        (
            "INSERT INTO star.fact_order_line (order_line_id, order_id, customer_key, ordered_at) VALUES (2, 1, 2, '2025-01-02'), (3, 1, 1, '2025-01-03');"
            "INSERT INTO star.fact_return (return_id, order_line_id, order_id, customer_key, product_key, returned_at) VALUES (2, 1, 1, 1, 8, '2025-02-02')"
        ),
        3,
    ),
    "periods_end_after_their_start": (
        "INSERT INTO star.dim_campaign (campaign_key, starts_on, ends_on) VALUES (1, '2025-01-02', '2025-01-02'), (2, '2025-01-02', NULL)",
        (
            "INSERT INTO star.dim_campaign (campaign_key, starts_on, ends_on) VALUES (3, '2025-01-02', '2025-01-01');"
            "INSERT INTO star.dim_experiment (experiment_key, starts_on, ends_on) VALUES (3, '2025-01-02', '2025-01-01')"
        ),
        2,
    ),
    "reach_within_impressions": (
        "INSERT INTO star.fact_social_post (post_id, posted_at, impressions, reach) VALUES (1, '2025-01-01', 5, 5)",
        "INSERT INTO star.fact_social_post (post_id, posted_at, impressions, reach) VALUES (2, '2025-01-01', 5, 6)",
        1,
    ),
    "refunds_within_revenue": (
        order(
            "status, net_revenue, refund_amount",
            "'refunded', 5, 5",
            "'completed', -5, 0",
            "'credit_note', 0, 7",
        ),
        ORDER.format(columns="status, net_revenue, refund_amount")
        + "(3, 1, '2025-01-02', 20250102, 'completed', 5, 6), (4, 1, '2025-01-02', 20250102, 'cancelled', 5, 4)",
        2,
    ),
    "responses_agree": (
        (
            "INSERT INTO star.fact_campaign_response (customer_key, campaign_key, is_holdout, responded_at, has_responded) VALUES "
            "(1, 1, false, '2025-01-02', true), (2, 1, true, NULL, false), (3, 1, false, NULL, NULL)"
        ),
        (
            "INSERT INTO star.fact_campaign_response (customer_key, campaign_key, is_holdout, responded_at, has_responded) VALUES "
            "(4, 1, true, NULL, true), (5, 1, false, '2025-01-02', false)"
        ),
        2,
    ),
    "returns_fit_their_lines": (
        order("refund_amount", "3")
        + "; INSERT INTO star.fact_order_line (order_line_id, order_id, ordered_at, quantity) VALUES (1, 1, '2025-01-02', 2), (2, 1, '2025-01-02', 1);"
        "INSERT INTO star.fact_return (return_id, order_line_id, order_id, returned_at, quantity, refund_amount) VALUES (1, 1, 1, '2025-01-03', 2, 3)",
        (
            "INSERT INTO star.fact_return (return_id, order_line_id, order_id, returned_at, quantity, refund_amount) VALUES "
            "(2, 1, 1, '2025-01-03', 1, 0.01), (3, 2, 1, '2025-01-01', 1, 0)"
        ),
        3,
    ),
    "source_ids_are_unique": (
        order("source_id", "'a'", "NULL", "NULL")
        + "; INSERT INTO star.fact_lead (lead_id, captured_at, source_id) VALUES (1, '2025-01-02', 'a')",
        "INSERT INTO star.fact_lead (lead_id, captured_at, source_id) VALUES (2, '2025-01-02', 'a')",
        1,
    ),
    "stock_never_negative": (
        "INSERT INTO star.fact_inventory (date_key, product_key, on_hand, is_in_stock) VALUES (20250101, 1, 0, false), (20250101, 2, 1, true)",
        "INSERT INTO star.fact_inventory (date_key, product_key, on_hand, is_in_stock) VALUES (20250101, 3, -1, false), (20250101, 4, 0, true)",
        2,
    ),
    "visitors_are_seen_before_known": (
        (
            "INSERT INTO star.bridge_visitor (visitor_id, customer_key, first_seen_at, identified_at) VALUES "
            "(1, 1, '2025-01-01', '2025-01-01'), (2, 0, '2025-01-01', NULL), (3, 1, NULL, '2025-01-01')"
        ),
        (
            "INSERT INTO star.bridge_visitor (visitor_id, customer_key, first_seen_at, identified_at) VALUES "
            "(4, 1, '2025-01-02', '2025-01-01'), (5, 0, NULL, '2025-01-01')"
        ),
        2,
    ),
    # Monday 10 March is the first day of a week that is not whole; the last whole one begins on 3 March.
    "weeks_follow_history": (
        days("fact_order", "2025-01-06", "2025-03-02", 10)
        + ";"
        + days("fact_order", "2025-03-03", "2025-03-04", 9)
        + ";"
        + days("fact_order", "2025-03-10", "2025-03-10", 1),
        days("fact_session", "2025-01-06", "2025-03-02", 10, key="session_id", at="started_at")
        + ";"
        + days("fact_session", "2025-03-03", "2025-03-03", 17, key="session_id", at="started_at")
        + ";"
        + days("fact_lead", "2025-01-06", "2025-03-02", 10, key="lead_id", at="captured_at")
        + ";"
        + days("fact_lead", "2025-03-03", "2025-03-09", 41, key="lead_id", at="captured_at"),
        2,
    ),
}
# Has a test file of its own.
ELSEWHERE = {"distributions_are_stable"}


@pytest.fixture(scope="module")
def _created():
    with duckdb.connect() as connection:
        star.create(connection)
        yield connection


@pytest.fixture
def warehouse(_created):
    """An empty star in memory, as it was again after the test."""
    _created.begin()
    yield _created
    _created.rollback()


def found(connection, name):
    (result,) = checks.examine(connection, checks.chosen([name]))
    return result


def test_every_check_has_a_case():
    assert {relation.name for relation in relations() if relation.kind == "check"} == CASES.keys() | ELSEWHERE


@pytest.mark.parametrize("name", CASES)
def test_check_passes_what_is_right_and_finds_what_is_wrong(name, warehouse):
    right, wrong, offending = CASES[name]
    warehouse.execute(right)
    assert found(warehouse, name).example is None
    assert found(warehouse, name).is_passed
    warehouse.execute(wrong)
    result = found(warehouse, name)
    assert (result.is_passed, result.offending_rows) == (False, offending)
    assert "reason = " in result.example


def test_an_empty_star_passes_every_check(warehouse):
    # Looked at, though nothing is there: what a check finds in empty tables is what lets it be left out for them.
    every = [replace(check, reads=frozenset()) for check in checks.checks()]
    assert [result for result in checks.examine(warehouse, every) if not result.is_passed] == []


def test_a_check_is_known_to_read_the_tables_that_it_names():
    reads = {check.name: check.reads for check in checks.checks()}
    assert reads["first_orders_are_first"] == {"star.dim_customer", "star.fact_order"}
    assert reads["order_amounts_agree"] == {"star.fact_order"}
    assert reads["star.fact_order(customer_key) -> star.dim_customer"] == {"star.fact_order"}


def test_what_a_source_can_say_is_an_error_in_a_generated_company_only(warehouse):
    warehouse.execute(CASES["order_amounts_agree"][1])
    assert found(warehouse, "order_amounts_agree").severity == "warn"
    warehouse.execute("INSERT INTO meta.setting VALUES ('generator', '1')")
    assert found(warehouse, "order_amounts_agree").severity == "error"


def test_a_setting_moves_what_a_check_allows(warehouse):
    warehouse.execute(CASES["facts_are_fresh"][0])
    warehouse.execute("INSERT INTO meta.setting VALUES ('check.facts_are_fresh.days', '3')")
    assert not found(warehouse, "facts_are_fresh").is_passed


def test_without_a_day_of_the_load_today_is_the_last_day_of_any_fact(warehouse):
    warehouse.execute(loads("as_of", "'2025-01-05'", "NULL"))
    warehouse.execute(days("fact_session", "2025-01-01", "2025-01-10", 1, key="session_id", at="started_at"))
    assert found(warehouse, "facts_are_fresh").is_passed
    # Leads that came on few days say nothing of when the next should come.
    warehouse.execute(days("fact_lead", "2025-01-01", "2025-01-09", 1, key="lead_id", at="captured_at"))
    warehouse.execute(days("fact_order", "2025-01-01", "2025-01-18", 1))
    stale = found(warehouse, "facts_are_fresh")
    assert (stale.offending_rows, "relation = star.fact_session" in stale.example) == (1, True)


def test_impossible_thresholds_are_refused_by_name():
    assert checks.thresholds({"facts_are_fresh.days": "3"}) == {"check.facts_are_fresh.days": "3"}
    with pytest.raises(
        ParameterError, match=r"no check has a parameter 'facts_are_fresh.dys'.*facts_are_fresh.days"
    ):
        checks.thresholds({"facts_are_fresh.dys": "3"})
    with pytest.raises(
        ParameterError, match="facts_are_fresh: days is 'x', but must be a whole number from 0"
    ):
        checks.thresholds({"facts_are_fresh.days": "x"})


def test_checks_are_chosen_by_name_and_by_relation():
    assert [check.name for check in checks.chosen(["emails_are_unique"])] == ["emails_are_unique"]
    of_leads = {check.name for check in checks.chosen(["star.fact_lead"])}
    assert {"leads_become_customers_later", "star.fact_lead(lead_id) unique"} <= of_leads
    with pytest.raises(UnknownNameError, match="Did you mean 'emails_are_unique'"):
        checks.chosen(["emails_are_uniqe"])


def test_errors_stop_and_are_named_and_warnings_do_not(warehouse):
    warehouse.execute(loads("as_of", "NULL"))
    warehouse.execute(CASES["emails_are_unique"][0] + ";" + CASES["emails_are_unique"][1])
    # Without an id of their own they would all be (unknown).
    warehouse.execute("UPDATE star.dim_customer SET customer_id = customer_key WHERE customer_key <> 0")
    warned = [result.check_name for result in checks.run(warehouse, 1) if not result.is_passed]
    assert warned == ["emails_are_addresses", "emails_are_unique"]
    warehouse.execute("UPDATE star.dim_customer SET customer_id = 'same' WHERE customer_key <> 0")
    with pytest.raises(
        CheckError, match="natural_ids_are_unique: 1 offending, for example relation = star.dim_customer"
    ):
        checks.run(warehouse, 1)
    stored = warehouse.execute(
        "SELECT count(*), count(DISTINCT check_name) FROM meta.check_result"
    ).fetchall()
    assert stored == [(len(list(checks.checks())),) * 2]
