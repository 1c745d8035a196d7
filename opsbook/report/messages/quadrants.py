"""Words for reception: quadrants, what to do in them, and the review list for removal."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "quadrants.costliest": N_(
        "{product} loses most: {events:,.0f} of {exposure:,.0f} visits became contacts, where {usual:,.1f} would be "
        "usual in this store."
    ),
    "quadrants.found": N_(
        "{weak:,} of {products:,} products have much traffic and turn little of it into contacts; {unclear:,} have "
        "too little data to be judged."
    ),
    "quadrants.chart_top10": N_(
        "Gap to the Top10 average over {weeks} weeks; {metric} is furthest behind, {gap:+.0%} in the last one."
    ),
    "quadrants.chart_top10_unknown": N_("The gap to the Top10 average is not known."),
    "quadrants.high_high": N_(
        "High traffic, high conversion: rate {mean:.1%} ({events:,.0f} of {exposure:,.0f}, at least "
        "{events_min:,.0f}) above the line of {conversion_split:.1%} with a probability of {probability:.0%}."
    ),
    "quadrants.high_low": N_(
        "High traffic, low conversion: rate {mean:.1%} ({events:,.0f} of {exposure:,.0f}) below the line of "
        "{conversion_split:.1%} with a probability of {probability:.0%}."
    ),
    "quadrants.low_high": N_(
        "Low traffic, high conversion: rate {mean:.1%} ({events:,.0f} of {exposure:,.0f}, at least "
        "{events_min:,.0f}) above the line of {conversion_split:.1%} with a probability of {probability:.0%}."
    ),
    "quadrants.low_low": N_(
        "Low traffic, low conversion: rate {mean:.1%} ({events:,.0f} of {exposure:,.0f}) below the line of "
        "{conversion_split:.1%} with a probability of {probability:.0%}."
    ),
    "quadrants.unknown": N_("Not enough data: visitors or contacts are missing in the export."),
    "quadrants.no_line": N_("Not enough data: no line between high and low can be drawn."),
    "quadrants.no_exposure": N_("Not enough data: nobody visited the product."),
    "quadrants.too_few": N_("Not enough data: {events:,.0f} of {exposure:,.0f} are too few to judge."),
    "quadrants.unsure": N_(
        "Not enough data: {events:,.0f} of {exposure:,.0f} put the rate on one side of {conversion_split:.1%} "
        "with a probability of only {probability:.0%}; {exposure_needed:,.0f} more without a contact would make "
        "it low."
    ),
    "quadrants.do.high_low": N_("Improve the page: it has visitors and turns few of them into contacts."),
    "quadrants.do.low_low": N_("Try it in P4P: it is one of the better products among those with little of both."),
    "quadrants.do.high_high": N_("Leave it as it is and keep it supplied (our default: no source names an action)."),
    "quadrants.do.low_high": N_("Bring it more traffic: it converts well (our default: no source names an action)."),
    "quadrants.effect": N_("{low:,.1f} to {high:,.1f} more contacts a week, if its rate reaches the line."),
    "quadrants.chart": N_(
        "{products} products by traffic and estimated rate: {high_high} with much of both, {high_low} with high "
        "traffic and low conversion, {low_high} with low traffic and high conversion, {low_low} with little of "
        "both, {not_enough_data} with not enough data."
    ),
    "removal.keep": N_("Keep: it had an effect within {days} days, or has not been on-line for so long."),
    "removal.unknown": N_("Cannot be judged: {missing} of the facts needed are missing for the last {days} days."),
    "removal.review_rts": N_("No effect this week, no opportunity and no paid order in {days} days."),
    "removal.review_custom": N_(
        "No effect this week, no opportunity and no paid order in {days} days. A custom (OEM) product is sold by "
        "inquiry and off-line: look at it before you decide."
    ),
    "removal.do": N_("Look through {products} products without any effect; remove only what you can do without."),
    "removal.found": N_(
        "{products} products had no effect this week and no opportunity or paid order in half a year; {custom} of "
        "them are custom products, or may be, for which missing orders alone say nothing."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "quadrant": (N_("Quadrant"), "code"),
    "nearest": (N_("Nearest quadrant"), "code"),
    "before": (N_("Before"), "code"),
    "now": (N_("Now"), "code"),
    "traffic": (N_("Traffic"), "count"),
    "traffic_before": (N_("Traffic before"), "count"),
    "traffic_split": (N_("Line of traffic"), "decimal"),
    "conversion_split": (N_("Line of conversion"), "percent"),
    "events": (N_("Events counted"), "count"),
    "events_min": (N_("Events, at least"), "count"),
    "exposure": (N_("Exposure"), "count"),
    "basis": (N_("Counted from"), "text"),
    "observed_rate": (N_("Observed rate"), "percent"),
    "observed_rate_before": (N_("Observed rate before"), "percent"),
    "mean": (N_("Estimated rate"), "percent"),
    "lower": (N_("Lower bound"), "percent"),
    "upper": (N_("Upper bound"), "percent"),
    "probability": (N_("Probability"), "percent"),
    "exposure_needed": (N_("Exposure still needed"), "count"),
    "evidence": (N_("Evidence"), "message"),
    "products": (N_("Number of products"), "count"),
    "metric": (N_("Metric"), "code"),
    "own": (N_("Own"), "decimal"),
    "top10": (N_("Industry Top10 average"), "decimal"),
    "gap_to_top10": (N_("Gap to the Top10"), "percent"),
    "own_change": (N_("Own change"), "percent"),
    "top10_change": (N_("Change of the Top10"), "percent"),
    "ctr_lower": (N_("CTR, lower bound"), "percent"),
    "ctr_upper": (N_("CTR, upper bound"), "percent"),
    "ctr_probability": (N_("Probability of a CTR above the store's"), "percent"),
    "good_by": (N_("Good by"), "code"),
    "in_export": (N_("In the export"), "code"),
    "effects": (N_("Effects"), "count"),
    "zero_effect": (N_("No effect"), "code"),
    "verdict": (N_("Verdict"), "code"),
    "verdict.review": (N_("look at it"), "code"),
    "quadrant.high/high": (N_("high traffic, high conversion"), "code"),
    "quadrant.high/low": (N_("high traffic, low conversion"), "code"),
    "quadrant.low/high": (N_("low traffic, high conversion"), "code"),
    "quadrant.low/low": (N_("low traffic, low conversion"), "code"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("high/high"),
    N_("high/low"),
    N_("low/high"),
    N_("low/low"),
    N_("not enough data"),
    N_("unknown"),
    N_("keep"),
    N_("growth_score"),
    N_("ctr"),
)
