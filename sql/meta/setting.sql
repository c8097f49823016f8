/*
doc   = "A setting with which the warehouse was made. For synthetic data, giving the same settings to the same version makes the same data again."
grain = ["name"]

[columns]
name = "Name of the setting, such as seed."
value = "Value of the setting, as text. NULL when it was left open."
*/
CREATE TABLE meta.setting (
    name VARCHAR PRIMARY KEY,
    value VARCHAR
)
