/*
question = "How should the money be shared out, and how sure is it that this helps?"
doc = """
The split of a weekly budget that brings most on average over the draws of the fit, each channel within bounds about what was spent in the last year. Curves are concave, so money goes to where the next unit brings most, until it is used up: that is the best split. It is held, in each draw, against the same money split as it was: \
expected_gain is the mean of the difference, gain_low and gain_high its interval of 90 %, chance the share of draws in which it helps. Where chance is below least_chance, or no channel is at least roughly known (mix/contributions), no plan is given: the data say nothing, and a better answer costs an experiment."""
misleads = """
The gain is that of the model: it holds as far as spend caused what it seems to have caused, and as curves go on as they were assumed. Move in steps, and hold back a region. Sales are before cost; channels outside of the model keep what they have, which total does not hold."""
grain = ["channel"]
headline = ["channel", "weekly_spend", "planned_spend", "expected_gain", "gain_low", "gain_high", "chance", "verdict"]
needs = ["model.mix_curve"]

[chart]
kind = "dumbbell"
x = "channel"
y = ["weekly_spend", "planned_spend"]

[finding]
text = "Sharing the same money out anew would bring {gain:number} more a week ({low:number} to {high:number}); the chance that it helps is {chance:percent}."
sql = """
SELECT expected_gain AS gain, gain_low AS low, gain_high AS high, chance
FROM answer
WHERE channel = '(all)' AND planned_spend IS NOT NULL"""

[params]
total = { type = "float", min = 0, max = 1000000000000, doc = "Money for a week, for the channels in the model. Default: what was spent in a mean week of the last year." }
least_share = { type = "float", min = 0, max = 1, default = 0.5, doc = "The least that a channel keeps, as a share of what it had." }
most_share = { type = "float", min = 1, max = 2, default = 1.5, doc = "The most that a channel gets, as a share of what it had." }
least_chance = { type = "float", min = 0.5, max = 1, default = 0.8, doc = "Chance of a gain below which no plan is given." }

[columns]
channel = "Channel in the model; (all) the whole plan."
weekly_spend = "Money in a mean week of the last year."
planned_spend = "Money by the plan. NULL where no plan is given."
change = "planned_spend / weekly_spend - 1."
expected_gain = "Sales (orders or net revenue) a week that the plan brings more than the same money split as it was; of a channel, its part."
gain_low = "Lower end of the interval of 90 %. NULL but of (all)."
gain_high = "Its upper end."
chance = "Share of the draws in which the plan brings more. NULL but of (all)."
verdict = "What that means, of (all)."
outcome = "What sales are: orders or revenue."
*/
{% from "mix/_fit.sql" import fitted, is_roughly_known %}
WITH {{ fitted() }},

channels AS (
    SELECT
        channels.channel,
        channels.spend_year / fitted.weeks_year AS spend,
        sum(channels.spend_year / fitted.weeks_year) OVER () AS all_spend
    FROM model.mix_channel AS channels
    INNER JOIN fitted ON fitted.model = channels.model
    WHERE channels.is_fitted AND channels.spend_year > 0
),

-- What a whole draw says of each stretch of a curve.
stretches AS (
    SELECT
        curve.channel,
        curve.draw,
        lag(curve.multiple) OVER (PARTITION BY curve.channel, curve.draw ORDER BY curve.multiple) AS from_multiple,
        curve.multiple AS to_multiple,
        curve.sales - lag(curve.sales) OVER (PARTITION BY curve.channel, curve.draw ORDER BY curve.multiple) AS sales
    FROM model.mix_curve AS curve
    INNER JOIN fitted ON fitted.model = curve.model
    WHERE curve.multiple <> 1.01 AND curve.draw > 0
),

-- The mean over the draws, and the stretches cut by the bounds.
mean_stretches AS (
    SELECT
        channels.channel,
        channels.spend,
        channels.all_spend,
        stretches.to_multiple,
        avg(stretches.sales) / (channels.spend * (stretches.to_multiple - stretches.from_multiple)) AS slope,
        CASE WHEN stretches.from_multiple > $least_share THEN stretches.from_multiple ELSE $least_share END AS from_multiple,
        CASE WHEN stretches.to_multiple < $most_share THEN stretches.to_multiple ELSE $most_share END AS cut_multiple
    FROM stretches
    INNER JOIN channels ON channels.channel = stretches.channel
    WHERE stretches.from_multiple IS NOT NULL
    GROUP BY channels.channel, channels.spend, channels.all_spend, stretches.from_multiple, stretches.to_multiple
),

ranked AS (
    SELECT
        channel,
        spend,
        all_spend,
        (cut_multiple - from_multiple) * spend AS room,
        coalesce(sum((cut_multiple - from_multiple) * spend) OVER (ORDER BY slope DESC, channel, to_multiple ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS used_before
    FROM mean_stretches
    WHERE cut_multiple > from_multiple
),

asked AS (
    SELECT max(all_spend) AS all_spend, coalesce($total, max(all_spend)) AS total
    FROM channels
),

taken AS (
    SELECT
        ranked.channel,
        ranked.spend,
        CASE
            WHEN asked.total - asked.all_spend * $least_share - ranked.used_before <= 0 THEN 0
            WHEN asked.total - asked.all_spend * $least_share - ranked.used_before >= ranked.room THEN ranked.room
            ELSE asked.total - asked.all_spend * $least_share - ranked.used_before
        END AS money
    FROM ranked
    CROSS JOIN asked
),

plans AS (
    SELECT
        channels.channel,
        channels.spend,
        channels.spend * $least_share + coalesce(sum(taken.money), 0) AS planned,
        ($least_share + coalesce(sum(taken.money), 0) / channels.spend) AS planned_multiple,
        asked.total / asked.all_spend AS same_multiple,
        asked.total >= asked.all_spend * $least_share - 0.005 AND asked.total <= asked.all_spend * $most_share + 0.005 AS is_possible
    FROM channels
    CROSS JOIN asked
    LEFT JOIN taken ON taken.channel = channels.channel
    GROUP BY channels.channel, channels.spend, asked.total, asked.all_spend
),

-- A curve in straight lines: of each stretch the part that a multiple covers.
covered AS (
    SELECT
        stretches.channel,
        stretches.draw,
        stretches.sales / (stretches.to_multiple - stretches.from_multiple) AS slope,
        CASE
            WHEN plans.planned_multiple <= stretches.from_multiple THEN 0
            WHEN plans.planned_multiple >= stretches.to_multiple THEN stretches.to_multiple - stretches.from_multiple
            ELSE plans.planned_multiple - stretches.from_multiple
        END AS planned,
        CASE
            WHEN plans.same_multiple <= stretches.from_multiple THEN 0
            WHEN plans.same_multiple >= stretches.to_multiple THEN stretches.to_multiple - stretches.from_multiple
            ELSE plans.same_multiple - stretches.from_multiple
        END AS same
    FROM stretches
    INNER JOIN plans ON plans.channel = stretches.channel
    WHERE stretches.from_multiple IS NOT NULL AND plans.is_possible
),

channel_gains AS (
    SELECT channel, draw, sum(main.fixed_point(slope * (planned - same))) AS gain
    FROM covered
    GROUP BY channel, draw
),

gains AS (
    SELECT draw, sum(gain) AS gain FROM channel_gains GROUP BY draw
),

judged AS (
    SELECT
        avg(CAST(gain AS DOUBLE)) AS expected_gain,
        quantile_cont(CAST(gain AS DOUBLE), 0.05) AS gain_low,
        quantile_cont(CAST(gain AS DOUBLE), 0.95) AS gain_high,
        avg(CASE WHEN gain > 0 THEN 1.0 ELSE 0.0 END) AS chance
    FROM gains
),

-- What is known of channels, as mix/contributions says it: money is moved by what at least one channel is roughly known to bring.
channel_intervals AS (
    SELECT
        draws.channel,
        max(CASE WHEN draws.draw = 0 THEN draws.sales END) AS sales,
        quantile_cont(CASE WHEN draws.draw > 0 THEN draws.sales END, 0.05) AS low,
        quantile_cont(CASE WHEN draws.draw > 0 THEN draws.sales END, 0.95) AS high
    FROM model.mix_draw AS draws
    INNER JOIN fitted ON fitted.model = draws.model
    GROUP BY draws.channel
),

knowledge AS (
    SELECT
        count(CASE WHEN {{ is_roughly_known("(high - low) / 2 / nullif(sales, 0)") }} THEN 1 END) > 0 AS is_known,
        count(*) AS channels
    FROM channel_intervals
),

channel_means AS (
    SELECT channel, avg(CAST(gain AS DOUBLE)) AS expected_gain FROM channel_gains GROUP BY channel
),

listed AS (
    SELECT
        plans.channel,
        plans.spend,
        plans.planned,
        channel_means.expected_gain,
        CAST(NULL AS DOUBLE) AS gain_low,
        CAST(NULL AS DOUBLE) AS gain_high,
        CAST(NULL AS DOUBLE) AS own_chance,
        judged.chance,
        plans.is_possible
    FROM plans
    CROSS JOIN judged
    LEFT JOIN channel_means ON channel_means.channel = plans.channel
    UNION ALL
    SELECT
        '(all)',
        sum(plans.spend),
        sum(plans.planned),
        max(judged.expected_gain),
        max(judged.gain_low),
        max(judged.gain_high),
        max(judged.chance),
        max(judged.chance),
        bool_and(plans.is_possible)
    FROM plans
    CROSS JOIN judged
    HAVING count(*) > 0
)

SELECT
    listed.channel,
    main.money(listed.spend) AS weekly_spend,
    CASE WHEN listed.is_possible AND knowledge.is_known AND listed.chance >= $least_chance THEN main.money(listed.planned) END AS planned_spend,
    CASE WHEN listed.is_possible AND knowledge.is_known AND listed.chance >= $least_chance THEN main.ratio(main.fixed_point(listed.planned - listed.spend), listed.spend) END AS change,
    CASE WHEN listed.channel = '(all)' OR (knowledge.is_known AND listed.chance >= $least_chance) THEN listed.expected_gain END AS expected_gain,
    listed.gain_low,
    listed.gain_high,
    listed.own_chance AS chance,
    CASE
        WHEN listed.channel <> '(all)' THEN NULL
        WHEN NOT listed.is_possible
            THEN 'not possible: with these bounds total must lie between ' || CAST(main.money(listed.spend * $least_share) AS VARCHAR)
                || ' and ' || CAST(main.money(listed.spend * $most_share) AS VARCHAR)
        WHEN knowledge.channels = 1 THEN 'one channel: there is nothing to share out; mix/marginal says what the next unit of money brings'
        WHEN NOT knowledge.is_known THEN 'not known: what no channel brought is known well enough to move money by it'
        WHEN listed.chance < $least_chance
            THEN 'not known: no split is likely enough to bring more than the one there was. Leave it, or switch a channel off in some regions to learn'
        WHEN listed.gain_low <= 0 THEN 'likely, not sure: the interval of the gain reaches below 0, so move in steps'
        ELSE 'helps in nearly all that the data allow'
    END AS verdict,
    fitted.outcome
FROM listed
CROSS JOIN fitted
CROSS JOIN knowledge
ORDER BY CASE WHEN listed.channel = '(all)' THEN 1 ELSE 0 END, listed.spend DESC, listed.channel
