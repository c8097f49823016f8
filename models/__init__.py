"""Statistical models that are fitted in Python and scored in SQL: each takes counted rows and gives parameters.

They know nothing of a warehouse; `martlet.loaders.fitting` reads the rows and keeps the parameters. SciPy is imported when
something is fitted, and comes with the extra `models`.
"""
