/*
doc   = "A day of the calendar. Key 0 is the unknown date, whose columns are NULL."
grain = ["date_key"]
unknown = true

[columns]
date_key = "The day as a number, yyyymmdd: 20251231. 0 is the unknown date."
date = "The day. NULL for the unknown date only."
year = "Calendar year."
quarter = "Calendar quarter, 1 to 4."
month = "Month of the year, 1 to 12."
month_name = "Month in English, such as January."
iso_week = "Week of the year by ISO 8601, 1 to 53. Weeks start on Monday; week 1 holds the year's first Thursday."
day_of_month = "Day of the month, 1 to 31."
day_of_week = "Day of the week, 1 is Monday, 7 is Sunday."
day_name = "Day of the week in English, such as Monday."
is_weekend = "Whether the day is a Saturday or a Sunday."
is_month_end = "Whether the day is the last of its month."
season = "Meteorological season of the northern hemisphere: winter is December to February."
holiday = "Name of the holiday or shopping day that falls on this day. NULL on all other days."
is_promo_period = "Whether the company ran a promotion for everybody on this day."
*/
CREATE TABLE star.dim_date (
    date_key INTEGER PRIMARY KEY,
    date DATE,
    year INTEGER,
    quarter INTEGER,
    month INTEGER,
    month_name VARCHAR,
    iso_week INTEGER,
    day_of_month INTEGER,
    day_of_week INTEGER,
    day_name VARCHAR,
    is_weekend BOOLEAN,
    is_month_end BOOLEAN,
    season star.season,
    holiday VARCHAR,
    is_promo_period BOOLEAN
)
