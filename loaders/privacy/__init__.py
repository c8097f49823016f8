"""People and their data: pseudonyms on the way in, and persons forgotten for good."""
