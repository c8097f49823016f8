"""Cleaned rows into the star: keys, placeholders, versions, duplicates, replacements, in SQL over whole files.

A file goes through these rooms: `staging` (its rows in temporary tables), `adjusting` (fields that contradict one
another), `members` (natural ids become keys; unknown members get a placeholder), then, entity by entity, `describing` (members
of dimensions) or `identifying` and `facts` (rows of facts), with `lines` and `visits` for what facts say of each
other. At the end of a load `links` resolves what was awaited, and `finishing` puts tables in order.
"""
