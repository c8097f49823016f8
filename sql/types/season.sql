/*
doc = "The meteorological seasons of the northern hemisphere, in order from the start of the year."
*/
CREATE TYPE star.season AS ENUM ('Winter', 'Spring', 'Summer', 'Autumn')
