/*
doc = "Where an order was placed. web: in a visit to the site. store: in a shop of the company. catalogue: by letter or telephone, from the printed catalogue. app, phone and other: as a source says."
*/
CREATE TYPE star.order_channel AS ENUM ('web', 'app', 'store', 'catalogue', 'phone', 'other')
