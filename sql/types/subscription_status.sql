/*
doc = "How a subscription stands. active: it runs. cancelled: it runs to the end of the period that was paid, and will not be renewed. ended: that end has come."
*/
CREATE TYPE star.subscription_status AS ENUM ('active', 'cancelled', 'ended')
