"""Models that foretell a class or an amount from features: arrays in, models of plain numbers out.

They learn by scikit-learn, which is imported when something is fitted and comes with the extra `models`. What they have learnt is
taken out of it: coefficients and nodes, which numpy scores here and SQL scores in a warehouse.
"""
