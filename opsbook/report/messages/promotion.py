"""Words for promotion plans."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "promotion.plan": N_("{plan}:"),
    "promotion.still_learning": N_(
        "{plan} is still learning: {days:,.0f} days since its start or the last change of its target. It is judged and "
        "left alone."
    ),
    "promotion.break_even": N_("With a gross margin of {margin:.0%} a plan breaks even at an ROI of {break_even:.2f}."),
    "promotion.break_even_unknown": N_("The break-even ROI is not known: state `gross_margin` in data/stores.toml."),
    "promotion.conflict": N_(
        "{products:,} products stood in a whole-site and a standard plan on the same day, on {days} days of the week "
        "and for ¥{spend:,.0f}; the platform lets the two exclude each other."
    ),
    "promotion.conflict_possible": N_(
        "{products:,} products were shown by whole-site and by standard promotion this week; whether on the same day "
        "the weekly export does not say."
    ),
    "promotion.overlap_untold": N_(
        "{rows:,} rows of the P4P product report name no day or no plan of a known type and cannot be checked."
    ),
    "promotion.unknown": N_("Cannot be judged: spend, result, exchange rate or margin is missing."),
    "promotion.loses_orders": N_(
        "¥{spend:,.0f} spent, orders: {events:,.0f}; ROI {roi:.2f} ({roi_lower:.2f} to {roi_upper:.2f}) against a "
        "break-even of {break_even_roi:.2f}; the chance that the plan loses money is {prob_loss:.0%}."
    ),
    "promotion.pays_orders": N_(
        "¥{spend:,.0f} spent, orders: {events:,.0f}; ROI {roi:.2f} ({roi_lower:.2f} to {roi_upper:.2f}), above "
        "the break-even of {break_even_roi:.2f}; the chance of a loss is {prob_loss:.0%}."
    ),
    "promotion.not_enough_data_orders": N_(
        "¥{spend:,.0f} spent, orders: {events:,.0f}, too few to tell; the ROI may be {roi_lower:.2f} or "
        "{roi_upper:.2f}, break-even is {break_even_roi:.2f}. About ¥{spend_needed:,.0f} more would tell, if the ROI "
        "stays at {roi:.2f}."
    ),
    "promotion.not_enough_data_by_far_orders": N_(
        "¥{spend:,.0f} spent, orders: {events:,.0f}; the ROI of {roi:.2f} is so close to the break-even of "
        "{break_even_roi:.2f} that no reasonable spend would tell."
    ),
    "promotion.loses_opportunities": N_(
        "¥{spend:,.0f} spent, opportunities: {events:,.0f}; at their stated value an ROI of {roi:.2f} "
        "({roi_lower:.2f} to {roi_upper:.2f}); the chance that the plan loses money is {prob_loss:.0%}."
    ),
    "promotion.pays_opportunities": N_(
        "¥{spend:,.0f} spent, opportunities: {events:,.0f}; at their stated value an ROI of {roi:.2f} "
        "({roi_lower:.2f} to {roi_upper:.2f}); the chance of a loss is {prob_loss:.0%}."
    ),
    "promotion.not_enough_data_opportunities": N_(
        "¥{spend:,.0f} spent, opportunities: {events:,.0f}, too few to tell; at their stated value the ROI may be "
        "{roi_lower:.2f} or {roi_upper:.2f}. About ¥{spend_needed:,.0f} more would tell, if it stays at "
        "{roi:.2f}."
    ),
    "promotion.not_enough_data_by_far_opportunities": N_(
        "¥{spend:,.0f} spent, opportunities: {events:,.0f}; at their stated value the ROI of {roi:.2f} is so close to "
        "break-even that no reasonable spend would tell."
    ),
    "promotion.target_below_break_even": N_(
        "The target ROI of {target:.2f} lies below the break-even of {break_even:.2f}: even a plan that reaches "
        "it loses money."
    ),
    "promotion.chart": N_(
        "{plans} plans, ¥{spend:,.0f} spent and ¥{result:,.0f} back where both are known. Paying: {pays}; losing: "
        "{loses}; not enough data: {not_enough_data}; unknown: {unknown}."
    ),
    "promotion.do_pause": N_("Pause the plan, or move its budget to one that pays."),
    "promotion.do_raise_target": N_("Raise the target ROI above break-even; expect less volume."),
    "promotion.effect": N_("¥{low:,.0f} to ¥{high:,.0f} less loss in a window like this one."),
    "promotion.compensation_claim": N_(
        "All conditions hold: ROI {roi:.2f} against a target of {target_roi:.2f}, ¥{shortfall:,.0f} of spend not "
        "covered. A plan on target falls as short in {chance:.0%} of such windows."
    ),
    "promotion.compensation_no_claim": N_("No claim: a condition is not met."),
    "promotion.compensation_unknown": N_("Unknown: fill in what is missing on the checklist."),
    "promotion.uplift_more": N_(
        "The promoted products grew {ratio:.2f} times as much as the others ({lower:.2f} to {upper:.2f}): "
        "{promoted_before:,.0f} to {promoted_after:,.0f} against {others_before:,.0f} to {others_after:,.0f}."
    ),
    "promotion.uplift_less": N_(
        "The promoted products grew only {ratio:.2f} times as much as the others ({lower:.2f} to {upper:.2f}): "
        "{promoted_before:,.0f} to {promoted_after:,.0f} against {others_before:,.0f} to {others_after:,.0f}."
    ),
    "promotion.uplift_same": N_(
        "No difference to the other products is seen: {promoted_before:,.0f} to {promoted_after:,.0f} against "
        "{others_before:,.0f} to {others_after:,.0f}, ratio {ratio:.2f} ({lower:.2f} to {upper:.2f})."
    ),
    "promotion.uplift_too_few": N_(
        "Too few to compare: {promoted_before:,.0f} to {promoted_after:,.0f} promoted, {others_before:,.0f} to "
        "{others_after:,.0f} others."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "days": (N_("Days"), "count"),
    "compensation": (N_("Compensation received"), "cny"),
    "opportunities_lower": (N_("Opportunities, lower bound"), "decimal"),
    "opportunities_upper": (N_("Opportunities, upper bound"), "decimal"),
    "cost_per_opportunity": (N_("Cost per opportunity"), "cny"),
    "cost_per_opportunity_lower": (N_("Cost per opportunity, lower bound"), "cny"),
    "cost_per_opportunity_upper": (N_("Cost per opportunity, upper bound"), "cny"),
    "value_per_event": (N_("Value of one"), "cny"),
    "result": (N_("Result"), "cny"),
    "roi": (N_("ROI"), "decimal"),
    "roi_lower": (N_("ROI, lower bound"), "decimal"),
    "roi_upper": (N_("ROI, upper bound"), "decimal"),
    "break_even_roi": (N_("Break-even ROI"), "decimal"),
    "prob_loss": (N_("Chance of a loss"), "percent"),
    "spend_needed": (N_("Further spend that would tell"), "cny"),
    "kind": (N_("Kind of plan"), "code"),
    "spend_per_day": (N_("Spend a day"), "cny"),
    "clicks_per_day": (N_("Clicks a day"), "decimal"),
    "opportunities_per_day": (N_("Opportunities a day"), "decimal"),
    "changed_on": (N_("Target changed on"), "date"),
    "learning": (N_("Still learning"), "code"),
    "whole_site": (N_("Whole-site plans"), "text"),
    "standard": (N_("Standard plans"), "text"),
    "target_in_range": (N_("Target within range"), "code"),
    "price_ok": (N_("Price not too high"), "code"),
    "cooperated": (N_("Seller kept to the plan"), "code"),
    "below_target": (N_("ROI below target"), "code"),
    "shortfall": (N_("Spend not covered"), "cny"),
    "chance": (N_("Chance of so few on target"), "percent"),
    "basis.orders": (N_("by orders"), "code"),
    "basis.opportunities": (N_("by opportunities"), "code"),
    "suitability.strong": (N_("suits well"), "code"),
    "suitability": (N_("Suits whole-site promotion"), "code"),
    "reasons": (N_("Reasons for care"), "code"),
    "opportunities_30d": (N_("Opportunities, 30 days"), "count"),
    "days_to_order": (N_("Days to order"), "decimal"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("loses"),
    N_("pays"),
    N_("whole_site"),
    N_("standard"),
    N_("orders"),
    N_("conflict"),
    N_("possible"),
    N_("claim"),
    N_("no claim"),
    N_("test with care"),
    N_("ordinary"),
    N_("new_product"),
    N_("high_price"),
    N_("long_cycle"),
    N_("target_in_range"),
    N_("price_ok"),
    N_("cooperated"),
    N_("below_target"),
    N_("age"),
    N_("price_min"),
    N_("days_to_order"),
    N_("opportunities_30d"),
)
