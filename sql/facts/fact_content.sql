/*
doc   = "A content asset and a day on which it was used."
grain = ["date_key", "content_id"]

[columns]
date_key = "Day of use."
content_id = "Number of the asset, given by the loader, stable from load to load."
title = "Title of the asset."
content_type = "Kind of asset: blog post, guide, webinar, video, whitepaper, or a source's own word."
topic = "What it is about: a category of the shop. NULL when not known."
page_path = "Path of the page on which it stands, as in star.dim_page. NULL when not known."
published_on = "Day on which it was published. NULL when not known."
views = "Times that it was viewed on the day."
downloads = "Times that it was downloaded on the day."
leads = "Leads that it brought on the day."
source_id = "The asset's id as the source wrote it. NULL for synthetic rows."
*/
CREATE TABLE star.fact_content (
    date_key INTEGER NOT NULL DEFAULT 0 REFERENCES star.dim_date (date_key),
    content_id BIGINT NOT NULL,
    title VARCHAR NOT NULL DEFAULT '(unknown)',
    content_type VARCHAR NOT NULL DEFAULT '(unknown)',
    topic VARCHAR,
    page_path VARCHAR,
    published_on DATE,
    views BIGINT NOT NULL DEFAULT 0,
    downloads BIGINT NOT NULL DEFAULT 0,
    leads BIGINT NOT NULL DEFAULT 0,
    source_id VARCHAR,
    PRIMARY KEY (date_key, content_id)
)
