"""A marketing mix model: weekly sales by region, what they would be without media, and what each channel's spend added.

Sales of a region and week are demand x (1 + what each channel adds). Demand is a product of the region's size, trend, season, holidays,
and what else is given; what a channel adds is its spend, saturated and carried over to later weeks, times a coefficient that is not negative. Arrays in, plain numbers out;
nothing here knows a warehouse. SciPy is imported when something is fitted, and comes with the extra `models`.
"""
