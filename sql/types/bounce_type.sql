/*
doc = "Why an email was not delivered. hard: the address does not exist; soft: a passing fault, such as a full mailbox."
*/
CREATE TYPE star.bounce_type AS ENUM ('hard', 'soft')
