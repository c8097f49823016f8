"""An attack on Martlet, in parts: a few cases of each run with the tests, all of them by `benchmarks/attack.py`.

A part makes cases out of a seed (`cases`), and tries one (`run`), which ends clean, with a clear error, or with a fault.
`workers` runs cases in processes that may die of them; `invariants` says what must hold after each.
"""
