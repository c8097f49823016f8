"""Personal data: pseudonyms for what is loaded, and the erasure of persons."""
