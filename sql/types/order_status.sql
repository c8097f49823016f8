/*
doc = "How far an order has come. open: paid, not yet delivered. partially_refunded and refunded: a part or all of its net revenue has been paid back. cancelled: never delivered, so all of its net revenue counts as refunded. pending: not paid yet. failed: never paid. unknown: a word that nobody explained. credit_note: money that came back without naming an order; its net_revenue is 0 and its refund_amount what came back. Which of them are sales, main.is_sale says."
*/
CREATE TYPE star.order_status AS ENUM (
    'open', 'completed', 'partially_refunded', 'refunded', 'cancelled', 'pending', 'failed', 'credit_note', 'unknown'
)
