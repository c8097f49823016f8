/*
doc = "Why a synthetic order happened: baseline, from the customer's own habit, or touch, brought about by one marketing contact."
*/
CREATE TYPE star.order_cause_kind AS ENUM ('baseline', 'touch')
