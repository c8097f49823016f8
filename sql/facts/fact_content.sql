/*
doc   = "A content asset and a day on which it was used."
grain = ["date_key", "content_id"]

[columns]
date_key = "Day of use."
content_id = "Number of the asset, given by the loader, stable from load to load."
title = "Title of the asset."
content_type = "Kind of asset: blog post, guide, webinar, video, or a source's own word."
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
    views BIGINT NOT NULL DEFAULT 0,
    downloads BIGINT NOT NULL DEFAULT 0,
    leads BIGINT NOT NULL DEFAULT 0,
    source_id VARCHAR,
    PRIMARY KEY (date_key, content_id)
)
