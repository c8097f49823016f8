/*
doc = "What was done in a visit. A loader maps a source's words to these, and keeps a word that has no counterpart as other, with the source's own word in fact_event.source_event."
*/
CREATE TYPE star.event_name AS ENUM (
    'page_view', 'product_view', 'add_to_cart', 'begin_checkout', 'purchase',
    'click', 'video_play', 'form_submit', 'search', 'other'
)
