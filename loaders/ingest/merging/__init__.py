"""Cleaned rows into the star: keys, placeholders, versions, duplicates, replacements, in SQL over whole files.

`merge` takes a file through these modules: `staging` (its rows in temporary tables), `imputing`, `flags` and `adjusting` (fields that are
empty, odd, or contradict one another), `dimensions` (natural ids become keys; what is not known yet gets a placeholder), then, entity by
entity, `describing` (rows of dimensions: `gathering`, `composing`, `history`) or `identifying` and `facts` (rows of facts, by the SQL of
`fact_rows`; finer ones are added up by `summing`). What certain entities bring about beside their rows is named in `hooks`. At the end of a load `links` resolves what was
awaited, and `finishing` puts tables in order. Temporary tables go from step to step as values (`rows`).
"""
