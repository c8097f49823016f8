/*
doc   = "A refund that a source wrote as a row of its own: a negative amount or quantity, or an order number again with a status of refund. Refunds of orders, returns of lines and credit notes are made of these rows at the end of each load."
grain = ["refund_id"]

[columns]
refund_id = "Number of the refund, given by the loader, stable from load to load."
source_id = "What tells it from other refunds, made of what the source wrote, so that the same row of another file is the same refund."
order_number = "Number of the order as the source wrote it. NULL when it names none."
customer_key = "Customer who got the money, or 0."
product_key = "Product that came back, or 0."
refunded_at = "When."
quantity = "Units that came back, 0 where only money did."
amount = "Money that went back, as a positive amount."
order_id = "Order that it is a refund of, once it is known. NULL where it is a credit note."
*/
CREATE TABLE meta.refund (
    refund_id BIGINT PRIMARY KEY,
    source_id VARCHAR NOT NULL,
    order_number VARCHAR,
    customer_key INTEGER NOT NULL DEFAULT 0,
    product_key INTEGER NOT NULL DEFAULT 0,
    refunded_at TIMESTAMP NOT NULL,
    quantity INTEGER NOT NULL DEFAULT 0,
    amount DECIMAL(18, 2) NOT NULL DEFAULT 0,
    order_id BIGINT
)
