/*
doc = "How far an order has come. open: paid, not yet delivered. partially_refunded and refunded: a part or all of its net revenue has been paid back. cancelled: never delivered, so all of its net revenue counts as refunded."
*/
CREATE TYPE star.order_status AS ENUM ('open', 'completed', 'partially_refunded', 'refunded', 'cancelled')
