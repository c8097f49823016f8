/*
doc   = """
What the kind of content, the hour and the weekday of a social post do to its reach, to how people answer and to its cost. Compare with a regression, with a \
logarithmic link, of the counts in star.fact_social_post per person reached (of reach, per platform and time) on content type, hour and weekday. \
Beside these, each post has luck of its own, so that counts vary far more than by chance: a negative binomial or a log regression takes that in."""
grain = ["acts_on", "feature", "value"]

[columns]
acts_on = "What the factor acts on: reach; likes, comments, shares and clicks per person reached; cost."
feature = "content type, hour (of posted_at) or weekday (1 is Monday)."
value = "Which one."
factor = "The factor, against the platform's usual rate."
*/
CREATE TABLE truth.post_effect (
    acts_on VARCHAR NOT NULL,
    feature VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    factor DOUBLE NOT NULL,
    PRIMARY KEY (acts_on, feature, value)
)
