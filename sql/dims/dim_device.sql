/*
doc   = "A combination of device type, operating system and browser. Key 0 is the unknown device."
grain = ["device_key"]
natural = ["device_type", "os", "browser"]
unknown = true
placeholder = { device_type = "coalesce(TRY_CAST(device_type AS star.device_type), 'other')" }

[columns]
device_key = "Key of the combination. 0 is unknown."
device_type = "Kind of device."
os = "Operating system, such as iOS."
browser = "Browser, such as Safari."
*/
CREATE TABLE star.dim_device (
    device_key INTEGER PRIMARY KEY,
    device_type star.device_type NOT NULL DEFAULT '(unknown)',
    os VARCHAR NOT NULL DEFAULT '(unknown)',
    browser VARCHAR NOT NULL DEFAULT '(unknown)'
)
