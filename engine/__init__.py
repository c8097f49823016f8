"""How a SQL file becomes a relation and an answer: units, headers, parameters, templates, packs, results, the sandbox."""
