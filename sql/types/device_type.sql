/*
doc = "The kind of device. other holds televisions, consoles and whatever else a source names; (unknown) is the word of the unknown device."
*/
CREATE TYPE star.device_type AS ENUM ('desktop', 'mobile', 'tablet', 'other', '(unknown)')
