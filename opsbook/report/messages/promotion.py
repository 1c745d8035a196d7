"""Words for promotion plans."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "promotion.plan": N_("{plan}:"),
    "promotion.still_learning": N_(
        "{plan} is still learning: {days:,.0f} days since its start or the last change of its target. It is judged and "
        "left alone."
    ),
    "promotion.break_even": N_("With a gross margin of {margin:.0%} a plan breaks even at an ROI of {break_even:.2f}."),
    "promotion.break_even_unknown": N_("The break-even ROI is not known: state gross_margin in data/stores.toml."),
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
    "promotion.refund_holds": N_(
        "Over a further window of ¥{spend:,.0f} the ROI will lie between {predicted_roi_lower:.2f} and "
        "{predicted_roi_upper:.2f}, the target is {target_roi:.2f}; a refund is due with a chance of {prob_refund:.0%} "
        "and worth ¥{expected_refund:,.0f} on average. Terms: {source}."
    ),
    "promotion.refund_if": N_(
        "Over a further window of ¥{spend:,.0f} the ROI will lie between {predicted_roi_lower:.2f} and "
        "{predicted_roi_upper:.2f}, the target is {target_roi:.2f}; if all conditions hold a refund is due with a "
        "chance of {prob_refund:.0%}, so the promise is worth ¥0 to ¥{expected_refund:,.0f}. Terms: {source}."
    ),
    "promotion.refund_fails": N_(
        "The promise is worth nothing as things stand, for a condition is not met; else it would be worth "
        "¥{expected_refund:,.0f}. Terms: {source}."
    ),
    "promotion.terms_missing": N_("Cannot be valued yet: fill in from the contract or the export."),
    "promotion.not_known": N_("Not known: {metric}."),
    "promotion.not_met": N_("Not met: {metric}."),
    "promotion.no_start": N_(
        "Cannot be told: no product is known to have started whole-site promotion in the weeks held. It takes a start "
        "with at least two weeks before it in which the export shows the product without whole-site impressions."
    ),
    "promotion.no_similar": N_(
        "Cannot be told: whole-site promotion started for {products} products, and none has a similar one without it. "
        "It takes products of like traffic and price that are not promoted."
    ),
    "promotion.compared": N_(
        "{products} products that started together stand against {similar} similar ones that were never promoted, "
        "weeks before the start: {before}, since: {since}. Left out for want of a similar product: {without}."
    ),
    "promotion.uplift_more": N_(
        "{metric}: the promoted products grew {growth_ratio:.2f} times as much as similar ones ({growth_lower:.2f} to "
        "{growth_upper:.2f}): {promoted_before:,.0f} to {promoted_after:,.0f} against {matched_before:,.0f} to "
        "{matched_after:,.0f}."
    ),
    "promotion.uplift_less": N_(
        "{metric}: the promoted products grew only {growth_ratio:.2f} times as much as similar ones "
        "({growth_lower:.2f} to {growth_upper:.2f}): {promoted_before:,.0f} to {promoted_after:,.0f} against "
        "{matched_before:,.0f} to {matched_after:,.0f}."
    ),
    "promotion.uplift_same": N_(
        "{metric}: no difference to similar products is seen, ratio {growth_ratio:.2f} ({growth_lower:.2f} to "
        "{growth_upper:.2f}): {promoted_before:,.0f} to {promoted_after:,.0f} against {matched_before:,.0f} to "
        "{matched_after:,.0f}. A change below {detectable:.0%} could not have been seen."
    ),
    "promotion.uplift_too_few": N_(
        "{metric}: cannot be told from {promoted_before:,.0f} to {promoted_after:,.0f} of the promoted products "
        "against {matched_before:,.0f} to {matched_after:,.0f} of similar ones; not even a doubling would show. More "
        "weeks or more products are needed."
    ),
    "promotion.rate_more": N_(
        "{metric}: rose {growth_ratio:.2f} times as much as on similar products ({growth_lower:.2f} to "
        "{growth_upper:.2f}), from {promoted_before:.2%} to {promoted_after:.2%} against {matched_before:.2%} to "
        "{matched_after:.2%}."
    ),
    "promotion.rate_less": N_(
        "{metric}: the new clicks ask less; {growth_ratio:.2f} times the change of similar products "
        "({growth_lower:.2f} to {growth_upper:.2f}), from {promoted_before:.2%} to {promoted_after:.2%} against "
        "{matched_before:.2%} to {matched_after:.2%}."
    ),
    "promotion.rate_same": N_(
        "{metric}: no difference to similar products is seen, from {promoted_before:.2%} to {promoted_after:.2%} "
        "against {matched_before:.2%} to {matched_after:.2%}, ratio {growth_ratio:.2f} ({growth_lower:.2f} to "
        "{growth_upper:.2f}). A change below {detectable:.0%} could not have been seen."
    ),
    "promotion.rate_too_few": N_("{metric}: too few inquiries to tell whether the new clicks ask as often."),
    "promotion.trend_alike": N_(
        "{metric} before the start: both kinds of product moved alike, as the comparison needs; weeks tested: {weeks}, "
        "smallest p-value {p:.2f}."
    ),
    "promotion.trend_apart": N_(
        "{metric}: cannot be told, for both kinds of product moved apart already before the start (p-value {p:.2f}, "
        "weeks tested: {weeks}). It takes products that moved alike."
    ),
    "promotion.trend_unknown": N_(
        "{metric} before the start: the earlier weeks hold too little to test whether both kinds of product moved "
        "alike."
    ),
    "promotion.uplift_assumes": N_(
        "This assumes that both kinds would have changed alike, that no product was chosen because of a passing high, "
        "and that the promoted products took nothing from the others."
    ),
    "promotion.ctr_low": N_(
        "{products} products of whole-site promotion are clicked less often than the others of their category: "
        "{titles}. The system gives such products worse places; look at their main picture and video first."
    ),
    "promotion.ctr_none": N_("No product of whole-site promotion is surely clicked less often than its category."),
    "promotion.ctr_unknown": N_(
        "Products that cannot be judged, for the category or its other promoted products are not known: {products}."
    ),
    "promotion.guarantee": N_("{offer}:"),
    "promotion.guarantee_cheaper": N_(
        "¥{price_cny:,.0f} buys {inquiries_p10:,.0f} to {inquiries_p90:,.0f} ({metric}) if the promise is kept; by own "
        "bids as many would cost ¥{break_even_low:,.0f} to ¥{break_even_high:,.0f}. The guarantee is cheaper, as long "
        "as its buyers ask at least {match_needed:.0%} as often as your own."
    ),
    "promotion.guarantee_dearer": N_(
        "¥{price_cny:,.0f} buys {inquiries_p10:,.0f} to {inquiries_p90:,.0f} ({metric}) even if the promise is kept; "
        "by own bids as many would cost ¥{break_even_low:,.0f} to ¥{break_even_high:,.0f}. The guarantee is dearer."
    ),
    "promotion.guarantee_not_enough_data": N_(
        "¥{price_cny:,.0f} buys {inquiries_p10:,.0f} to {inquiries_p90:,.0f} ({metric}) if the promise is kept; by own "
        "bids as many would cost ¥{break_even_low:,.0f} to ¥{break_even_high:,.0f}: too wide to call either cheaper. "
        "At the middle of it the guarantee is fair when its buyers ask {match_needed:.0%} as often as your own."
    ),
    "promotion.guarantee_unknown": N_("Cannot be compared with own bidding yet."),
    "promotion.own_bids": N_(
        "Own bids: ¥{spend:,.0f} for {clicks:,.0f} clicks and {inquiries:,.0f} inquiries in {weeks} weeks, "
        "¥{cpc:.2f} a click."
    ),
    "promotion.qualified": N_(
        "Of {contacts} recorded visitors who wrote to you, {qualified} were matched and above the low levels; of "
        "{buyers} recorded buyers above the low levels, {buyers_qualified} wrote and matched."
    ),
    "promotion.start_advertises": N_(
        "The store advertises already: ¥{spend:,.0f} in {weeks} weeks. What follows is about products without P4P."
    ),
    "promotion.start_not_yet": N_("No spend on advertising is known for this store."),
    "promotion.free_below": N_(
        "{metric}: {clicks:,.0f} this week, below what the weeks before let expect ({clicks_lower:,.0f} to "
        "{clicks_upper:,.0f}): a reason to start P4P."
    ),
    "promotion.free_as_expected": N_(
        "{metric}: {clicks:,.0f} this week, as the weeks before let expect ({clicks_lower:,.0f} to "
        "{clicks_upper:,.0f})."
    ),
    "promotion.free_above": N_(
        "{metric}: {clicks:,.0f} this week, above what the weeks before let expect ({clicks_lower:,.0f} to "
        "{clicks_upper:,.0f})."
    ),
    "promotion.free_unknown": N_(
        "{metric}: no comparison yet; it takes the figures of this week and of at least three weeks before it."
    ),
    "promotion.start_month": N_(
        "First month: {clicks:,.0f} clicks for {products} products, ¥{spend:,.0f} in all; {fits} of them fit into the "
        "least top-up of ¥{top_up:,.0f} (as read on {seen_on}). After that each product either has inquiries or is "
        "stopped."
    ),
    "promotion.start_no_budget": N_(
        "{products} candidates, but no budget for the first month yet; the least top-up is ¥{top_up:,.0f} (as read on "
        "{seen_on}). A store without adverts states the price of a click as the parameter cpc_estimate, the value of "
        "an inquiry stands in data/stores.toml."
    ),
    "promotion.start_no_candidate": N_(
        "No product shows enough signs of ranking high to start with. The least top-up is ¥{top_up:,.0f} (as read on "
        "{seen_on})."
    ),
    "promotion.start_fee": N_("The membership costs ¥{fee:,.0f} a year; advertising comes on top of it."),
    "promotion.start_goal": N_(
        "Channel partners set ¥{goal:,.0f} of P4P a month as a goal for this membership; that is their goal, not a "
        "need."
    ),
    "promotion.as_if": N_("{metric}, as if from {day}"),
    "promotion.chart_growth": N_(
        "Growth of promoted products against similar ones, {metric}: {growth_ratio:.2f} ({growth_lower:.2f} to "
        "{growth_upper:.2f}). Earlier weeks as if they had been the start: {placebos} comparisons, of which {apart} "
        "leave out 1."
    ),
    "promotion.title_growth": N_(
        "{metric}: {growth_ratio:.1f} times the growth of similar products ({growth_lower:.1f} to {growth_upper:.1f})"
    ),
    "promotion.chart_guarantee": N_(
        "For the price of {offer}: {own_p10:,.0f} to {own_p90:,.0f} by own bids, {kept_p10:,.0f} to {kept_p90:,.0f} if "
        "the guarantee is kept ({metric}; tenth to ninetieth percentile)."
    ),
    "promotion.title_guarantee": N_(
        "{own_p10:,.0f} to {own_p90:,.0f} by own bids, {kept_p10:,.0f} to {kept_p90:,.0f} if the guarantee is kept"
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
    "prob_below_target": (N_("Chance that it stays below the target"), "percent"),
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
    "suitability.strong if confirmed": (N_("suits well, if confirmed"), "code"),
    "suitability": (N_("Suits whole-site promotion"), "code"),
    "reasons": (N_("Reasons for care"), "code"),
    "opportunities_30d": (N_("Opportunities, 30 days"), "count"),
    "days_to_order": (N_("Days to order"), "decimal"),
    "unchanged": (N_("Plan left unchanged"), "code"),
    "started": (N_("Started in the week to"), "date"),
    "matched_title": (N_("Similar product"), "text"),
    "distance": (N_("Distance"), "decimal"),
    "promoted_before": (N_("Promoted, before"), "decimal"),
    "promoted_after": (N_("Promoted, after"), "decimal"),
    "matched_before": (N_("Similar, before"), "decimal"),
    "matched_after": (N_("Similar, after"), "decimal"),
    "growth_ratio": (N_("Growth against similar ones"), "decimal"),
    "growth_lower": (N_("Growth, lower bound"), "decimal"),
    "growth_upper": (N_("Growth, upper bound"), "decimal"),
    "p_weeks": (N_("p-value, all weeks together"), "decimal"),
    "inquiries_per_click": (N_("Inquiries per click"), "percent"),
    "category_ctr": (N_("CTR of the others of its category"), "percent"),
    "category_clicks": (N_("Clicks of the others"), "count"),
    "category_impressions": (N_("Impressions of the others"), "count"),
    "prob_low": (N_("Chance that it is lower"), "percent"),
    "cycle_of": (N_("Time to order read from"), "code"),
    "predicted_roi_lower": (N_("Next window: ROI, lower bound"), "decimal"),
    "predicted_roi_upper": (N_("Next window: ROI, upper bound"), "decimal"),
    "prob_shortfall": (N_("Chance to miss the target"), "percent"),
    "prob_refund": (N_("Chance of a refund"), "percent"),
    "expected_refund": (N_("Refund on average, if conditions hold"), "cny"),
    "refund_low": (N_("Worth at least"), "cny"),
    "refund_high": (N_("Worth at most"), "cny"),
    "conditions_failed": (N_("Not met"), "code"),
    "bought": (N_("What the money buys"), "code"),
    "bought.own": (N_("own bids for the same money"), "code"),
    "bought.kept": (N_("guarantee, kept in full"), "code"),
    "bought.at_trigger": (N_("guarantee, just enough for no refund"), "code"),
    "bought.half": (N_("guarantee, half kept and refunded"), "code"),
    "delivered_share": (N_("Promise kept"), "percent"),
    "cost_cny": (N_("Cost after refund"), "cny"),
    "inquiries_p10": (N_("Inquiries, 10th percentile"), "count"),
    "inquiries_p50": (N_("Inquiries, median"), "count"),
    "inquiries_p90": (N_("Inquiries, 90th percentile"), "count"),
    "cost_per_inquiry_p10": (N_("Cost of one, 10th percentile"), "cny"),
    "cost_per_inquiry_p50": (N_("Cost of one, median"), "cny"),
    "cost_per_inquiry_p90": (N_("Cost of one, 90th percentile"), "cny"),
    "qualified": (N_("matched and qualified inquiries"), "count"),
    "promised_measure.clicks": (N_("clicks"), "code"),
    "promised_measure.buyers": (N_("visits of high-level buyers"), "code"),
    "promised_measure.inquiries": (N_("inquiries"), "code"),
    "price_per_promised": (N_("Price of one promised"), "cny"),
    "break_even_low": (N_("Break-even price, lower bound"), "cny"),
    "break_even_price": (N_("Break-even price"), "cny"),
    "break_even_high": (N_("Break-even price, upper bound"), "cny"),
    "match_needed": (N_("Must ask at least, against own"), "percent"),
    "showcase_clicks": (N_("Natural clicks of showcase products"), "count"),
    "expected_clicks": (N_("Expected from the weeks before"), "decimal"),
    "clicks_lower": (N_("Expected, lower bound"), "decimal"),
    "clicks_upper": (N_("Expected, upper bound"), "decimal"),
    "ranked_words": (N_("Words with a place near the Top10"), "text"),
    "signs": (N_("Signs of ranking high"), "code"),
    "trial_spend": (N_("Spend until it can be judged"), "cny"),
    "trial_running": (N_("Spend, running total"), "cny"),
    "within_budget": (N_("Within the top-up"), "code"),
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
    N_("more"),
    N_("less"),
    N_("same"),
    N_("too few"),
    N_("not low"),
    N_("cheaper"),
    N_("dearer"),
    N_("below"),
    N_("as expected"),
    N_("above"),
    N_("order_value"),
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
