/*
doc   = "An identifier of a person whose data were erased, as a hash that tells it again when a source still sends it, and the name that stands for it instead. Whoever has this file and guesses an identifier can tell that it is here; nobody can read it here."
grain = ["kind", "identifier_hash"]

[columns]
kind = "What the identifier was: customer_id, email or visitor_id."
identifier_hash = "HMAC-SHA256 of kind and identifier, the setting forgotten_salt being the key, in hexadecimal."
token = "Name that stands in the star where the identifier stood: forgotten- and the beginning of a hash."
*/
CREATE TABLE meta.forgotten (
    kind VARCHAR NOT NULL,
    identifier_hash VARCHAR NOT NULL,
    token VARCHAR NOT NULL,
    PRIMARY KEY (kind, identifier_hash)
)
