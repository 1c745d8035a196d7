"""Words for bidding results."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # what a click is worth
    "bidding.cap_above": N_(
        "A click costs {cpc:.2f} CNY and is worth {cap:.2f} at most: every further click is bought too dearly."
    ),
    "bidding.cap_between": N_(
        "A click costs {cpc:.2f} CNY: within the {cap:.2f} that it is worth on average, above the cautious "
        "{cautious:.2f}."
    ),
    "bidding.cap_below": N_("A click costs {cpc:.2f} CNY, which even the cautious {cautious:.2f} allow."),
    "bidding.cap_unknown": N_("What a click costs or is worth is not known."),
    "bidding.target": N_(
        "Wanted are {target:.2f} CNY of inquiries per CNY of advertising: the target ROI of {target_roi:g} times the "
        "gross margin of {margin:.0%}."
    ),
    "bidding.target_below": N_(
        "The target ROI of {target_roi:g} times the gross margin of {margin:.0%} is {target:.2f}: a click may cost "
        "more than it brings. That is a choice; 1 would break even."
    ),
    "bidding.target_even": N_(
        "No target ROI and margin are stated for the store: a click may cost what it brings (1 CNY of inquiries per "
        "CNY)."
    ),
    "bidding.price_formula": N_(
        "How the auction is reported to set the price (agencies, about 2019, medium confidence; the platform has not "
        "published it): rank = bid x promotion score; price = the next one's bid x its score / your score + {step:.2f} "
        "CNY. A better score lowers the price of the same place."
    ),
    # which position pays
    "bidding.position_other": N_(
        "The last clicks of place {position} cost {marginal_cost:.2f} CNY each and are worth {cap:.2f}. The usual rule "
        "would take place {average_position}: its average price is fine, its last clicks cost more than they bring. "
        "That gives away {lost:.2f} CNY a week."
    ),
    "bidding.position_same": N_(
        "The last clicks of place {position} cost {marginal_cost:.2f} CNY each and are worth {cap:.2f}; the usual rule "
        "chooses the same."
    ),
    "bidding.position_none": N_("Every place asks more for a click than the {cap:.2f} CNY that it is worth: none."),
    "bidding.position_stars": N_(
        "With {stars:g} stars the first five places are out of reach; {least:g} are needed. First make the product fit "
        "the word."
    ),
    "bidding.position_unknown": N_("What a click of this word is worth is not known."),
    # how clicks follow money
    "bidding.elasticity_measured": N_(
        "1 % more money buys {middle:.2f} % more clicks ({low:.2f} to {high:.2f} with 80 %), learned from changed bids "
        "of {words} words over {weeks} weeks together with what is assumed without data."
    ),
    "bidding.elasticity_assumed": N_(
        "The bids of these weeks changed too little to tell how clicks follow money, and one level of spend identifies "
        "no curve. Assumed is that 1 % more money buys {middle:.1f} % more clicks ({low:.1f} to {high:.1f}; our "
        "default). Note down the bid estimate of the main words, or change bids in small steps, to know better."
    ),
    # the plan
    "bidding.plan": N_(
        "Next week {plan:,.0f} CNY instead of {spend:,.0f} on {words} words: {raise} bids up, {lower} down, {keep} "
        "unchanged, {pause} words paused."
    ),
    "bidding.no_plan": N_(
        "No budget can be split: of none of the {words} words are spend, clicks, bid and the worth of a click known, "
        "or all of these are paused."
    ),
    "bidding.gain": N_(
        "Apart from the pauses, the moves are expected to bring {gain:+,.0f} CNY a week (value less spend; {low:+,.0f} "
        "to {high:+,.0f} by how well clicks follow money)."
    ),
    "bidding.next_cny_pays": N_(
        "The next CNY brings {marginal:.2f} CNY of inquiries on each word that stands at no limit, more than the "
        "{target:.2f} wanted: a larger budget would pay."
    ),
    "bidding.next_cny_loses": N_(
        "The next CNY brings {marginal:.2f} CNY of inquiries on each word that stands at no limit, less than the "
        "{target:.2f} wanted: a smaller budget would do."
    ),
    "bidding.next_cny_range": N_(
        "All words stand at a limit of the week; their next CNY brings {low:.2f} to {high:.2f} CNY of inquiries, "
        "{target:.2f} are wanted."
    ),
    "bidding.unspent": N_(
        "{left:,.0f} CNY stay unspent: within a week's limits no further CNY on these words would bring the "
        "{target:.2f} CNY wanted."
    ),
    "bidding.overspent": N_("{left:,.0f} CNY more than asked for: no word is cut further than a week's limits allow."),
    "bidding.turning": N_(
        "{words} of {of} words would move the other way, or not at all, if clicks followed money worse or better than "
        "assumed."
    ),
    "bidding.reason_raise": N_(
        "{weekly_spend:,.0f} to {weekly_budget:,.0f} CNY a week: its next CNY brings {marginal_before:.2f} of "
        "inquiries, more than elsewhere (the average one {average_return:.2f})."
    ),
    "bidding.reason_lower": N_(
        "{weekly_spend:,.0f} to {weekly_budget:,.0f} CNY a week: its next CNY brings only {marginal_before:.2f} of "
        "inquiries (the average one {average_return:.2f}); elsewhere it brings more, or more is wanted."
    ),
    "bidding.reason_keep": N_(
        "Stays: the next CNY brings {marginal_before:.2f} CNY of inquiries (the average one {average_return:.2f}), and "
        "a change would be smaller than a step of the bid."
    ),
    "bidding.reason_collect": N_(
        "Data decide nothing yet, so it keeps its money and gets a part of what is set aside for learning: "
        "{weekly_spend:,.0f} to {weekly_budget:,.0f} CNY a week. The next CNY brings {marginal_before:.2f}."
    ),
    "bidding.reason_pause": N_("Paused: very likely a loss. {spend:,.0f} CNY a week are free."),
    "bidding.reason_unknown": N_("Stays: spend, clicks, bid or what a click is worth is not known."),
    "bidding.at_limit": N_("More than {change:.0%} a week is not changed."),
    "bidding.at_cap": N_("The bid stays: a click is worth {cap:.2f} CNY at most."),
    "bidding.turns": N_("By how well clicks follow money it may be {low:,.0f} to {high:,.0f} CNY."),
    # what to do
    "bidding.do_plan": N_("Type in the bids of bids.xlsx: {raise} up, {lower} down, first of all {keywords}."),
    "bidding.uneven": N_(
        "Today the next CNY brings {low:.2f} CNY of inquiries on one word and {high:.2f} on another, so that the same "
        "money can bring more."
    ),
    "bidding.effect": N_("{low:+,.0f} to {high:+,.0f} CNY a week, value less spend."),
    # pictures
    "bidding.chart_now": N_("Now"),
    "bidding.chart_plan": N_("Next week, with what its next CNY brings"),
    "bidding.chart_band": N_("Range by how well clicks follow money"),
    "bidding.title_moves": N_(
        "{raised} words get more, {lowered} less: each is filled until its next CNY brings the same"
    ),
    "bidding.chart_moves": N_(
        "Weekly spend of {words} words now and next week, with the range of the plan: {raised} up, {lowered} down; the "
        'largest move is "{keyword}" from {before:,.0f} to {after:,.0f} CNY, whose next CNY brings {marginal:.2f}.'
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "average_position": (N_("Place by the average price"), "count"),
    "average_return": (N_("Average CNY brings"), "decimal"),
    "block.bids": (N_("Bids of next week"), "text"),
    "budget_high": (N_("Plan, high"), "cny"),
    "budget_low": (N_("Plan, low"), "cny"),
    "cap": (N_("A click is worth at most"), "cny"),
    "cautious_cap": (N_("Cautiously at most"), "cny"),
    "curve": (N_("Curve"), "code"),
    "lost_surplus": (N_("Given away a week"), "cny"),
    "marginal_before": (N_("Next CNY brings, now"), "decimal"),
    "marginal_cost": (N_("Price of the last clicks"), "cny"),
    "marginal_value": (N_("Next CNY brings, planned"), "decimal"),
    "new_bid": (N_("New bid"), "cny"),
    "reason": (N_("Reason"), "message"),
    "weekly_budget": (N_("Plan, a week"), "cny"),
    "weekly_spend": (N_("Spend, a week"), "cny"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (N_("measured"), N_("assumed"))
