/*
doc   = "What a person was called whose data were erased, as a hash that tells it again when a source still sends it, and the name that stands for it instead. Whoever has this file and guesses an identifier can tell that it is here, at the price that mark says; nobody can read it here."
grain = ["kind", "identifier_hash"]

[columns]
kind = "What it was: customer_id, email, name (first and last name together) or visitor_id."
identifier_hash = "scrypt (n 16384, r 8, p 1) of kind and identifier, the setting forgotten_salt being the salt, in hexadecimal. Of a visitor_id, and of those whom an earlier version of Martlet forgot, SHA-256."
token = "Name that stands in the star where the identifier stood: forgotten- and letters drawn by lot."
mark = "First bits of a SHA-256 of kind and identifier. A load hashes by scrypt only what has a mark, at most one of 512 of those that nobody forgot; whoever guesses has no more to do. NULL where identifier_hash is a SHA-256."
*/
CREATE TABLE meta.forgotten (
    kind VARCHAR NOT NULL,
    identifier_hash VARCHAR NOT NULL,
    token VARCHAR NOT NULL,
    mark VARCHAR,
    PRIMARY KEY (kind, identifier_hash)
)
