"""Words for product health: scores, listings, showcase, newness, bestsellers, words' aims, the store's level."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "products.declines": N_("{declines:,} of {products:,} bestsellers decline beyond what chance explains."),
    "products.no_declines": N_("None of {products:,} bestsellers declines beyond what chance explains."),
    "products.scores": N_(
        "{near:,} of {products:,} scored products lack at most five points to the strong tier; {low:,} have a low "
        "score."
    ),
    "products.no_score": N_("No growth score was exported."),
    "products.strong": N_("Growth score {score:.0f}: strong from {strong} on."),
    "products.near_miss": N_("Growth score {score:.0f}: close to the {strong} of a strong product."),
    "products.middle": N_("Growth score {score:.0f}: between {low} and the near misses."),
    "products.low": N_("Growth score {score:.0f}: low, below {low}."),
    "products.lint_unknown": N_("Not filled in: cannot be checked."),
    "products.lint_keyword_characters": N_(
        "All keywords together have {found:.0f} characters; the advice is {wanted:.0f} at most (a warning: it may "
        "be out of date)."
    ),
    "products.lint_keywords_in_title": N_("{found:.0f} of {wanted:.0f} keywords stand in the title."),
    "products.lint_pictures": N_("{found:.0f} of {wanted:.0f} main pictures."),
    "products.lint_picture_side": N_("The shorter side of the pictures has {found:.0f} of {wanted:.0f} pixels."),
    "products.lint_category": N_("Whether the category is set to its leaf."),
    "products.lint_video": N_("Whether the product has a video."),
    "products.lint_failed": N_("{failed} checks of the listing fail."),
    "products.swap": N_(
        "Ahead in {ahead} of {of} components, rates only where surer than chance. Equal weights are our default."
    ),
    "products.watch_decline": N_(
        "{last:,.0f} last week against {base:,.1f} a week in the {base_weeks} weeks before: more than chance "
        "explains (q = {q_value:.3f})."
    ),
    "products.watch_no_decline": N_(
        "{last:,.0f} last week against {base:,.1f} a week in the {base_weeks} weeks before: no decline beyond chance."
    ),
    "products.watch_not_enough_data": N_(
        "{base:,.1f} a week in the {base_weeks} weeks before: too few to see a decline, even if nothing had come "
        "last week."
    ),
    "products.watch_unknown": N_("A number is missing: cannot be tested."),
    "products.chart_watch": N_(
        "{products} bestsellers, a week before and last week: {declines} decline beyond chance."
    ),
    "products.chart_watch_axis": N_("Hollow: a week before; filled: last week"),
    "products.do_decline": N_("Find out why this bestseller declines: price, stock, reviews, rivals, position."),
    "products.do_swap": N_("Put it into the showcase in place of product {out}."),
    "products.do_near_miss": N_("Lift its growth score to the strong tier."),
    "products.do_low": N_("Repair the product or replace it: its growth score is low."),
    "products.do_lint": N_("Complete the listing."),
    "ambitions.unknown": N_("Cannot be judged: a number is missing."),
    "ambitions.no_aim": N_("Neither a head word nor a long-tail word: no aim is set for it."),
    "ambitions.head_reached": N_(
        "Head word: {impressions:,.0f} impressions, {share:.0%} of the Top10 average of {top10_impressions:,.0f}: "
        "it has its traffic."
    ),
    "ambitions.head_not_reached": N_(
        "Head word: {impressions:,.0f} impressions, only {share:.0%} of the Top10 average of {top10_impressions:,.0f}."
    ),
    "ambitions.tail_reached": N_(
        "Long-tail word: {opportunities:,.0f} opportunities from {ad_clicks:,.0f} paid clicks."
    ),
    "ambitions.tail_not_reached": N_(
        "Long-tail word: no opportunity from {ad_clicks:,.0f} paid clicks, where {expected:.1f} were to be expected."
    ),
    "ambitions.tail_not_enough_data": N_("Long-tail word: no opportunity yet, and too few paid clicks to expect one."),
    "store_level.unknown": N_("Own figure or peers' average is missing."),
    "store_level.not_enough_data": N_("{gap_to_peers:+.0%} against the peers' average: too few to tell from chance."),
    "store_level.equal": N_("Level with the peers' average."),
    "store_level.better": N_("{gap_to_peers:+.0%} against the peers' average: better."),
    "store_level.worse": N_("{gap_to_peers:+.0%} against the peers' average: worse."),
    "store_level.l1_share": N_(
        "{l1} of {known} visitors with a known level are L1 or above: {share:.0%} ({lower:.0%} to {upper:.0%}); "
        "the level of {unknown} more is unknown."
    ),
    "store_level.l1_unknown": N_("The buyer level of none of the {unknown} visitors is known."),
    "store_level.contradiction": N_(
        "The sources contradict each other: one says that stars decide the quality of traffic, another that a "
        "high star is not a high weight. Both are shown, neither explains the other, and no total is made of "
        "them."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "unknown_rows": (N_("Products without the number"), "count"),
    "standing": (N_("Standing"), "code"),
    "points_missing": (N_("Points missing"), "decimal"),
    "product_tier": (N_("Product tier"), "text"),
    "in_force": (N_("Tier of the day"), "code"),
    "of": (N_("Out of"), "count"),
    "share": (N_("Share"), "percent"),
    "check": (N_("Check"), "code"),
    "severity": (N_("Severity"), "code"),
    "found": (N_("Found"), "decimal"),
    "wanted": (N_("Wanted"), "decimal"),
    "title_match": (N_("Keywords in the title"), "percent"),
    "known": (N_("Known"), "count"),
    "strength": (N_("Mean rank in the store"), "percent"),
    "out_id": (N_("Leaves the showcase"), "id"),
    "out_title": (N_("Product that leaves"), "text"),
    "in_id": (N_("Enters the showcase"), "id"),
    "in_title": (N_("Product that enters"), "text"),
    "ahead": (N_("Ahead in"), "count"),
    "title_match_out": (N_("Keywords in the title, leaving"), "percent"),
    "title_match_in": (N_("Keywords in the title, entering"), "percent"),
    "growth_score_out": (N_("Growth score, leaving"), "decimal"),
    "growth_score_in": (N_("Growth score, entering"), "decimal"),
    "ctr_out": (N_("CTR, leaving"), "percent"),
    "ctr_in": (N_("CTR, entering"), "percent"),
    "opportunity_rate_out": (N_("Opportunity rate, leaving"), "percent"),
    "opportunity_rate_in": (N_("Opportunity rate, entering"), "percent"),
    "age": (N_("Age in days"), "code"),
    "seen": (N_("Shown in search"), "count"),
    "visited": (N_("Visited"), "count"),
    "contacted": (N_("Contacted"), "count"),
    "last": (N_("Last week"), "count"),
    "base": (N_("A week before"), "decimal"),
    "base_weeks": (N_("Weeks before"), "count"),
    "change": (N_("Change"), "percent"),
    "store_change": (N_("Change of the whole store"), "percent"),
    "picked_on": (N_("Picked from"), "code"),
    "absent": (N_("Not in the export"), "code"),
    "dispersion": (N_("Scatter against chance"), "decimal"),
    "p_value": (N_("p-value"), "decimal"),
    "q_value": (N_("q-value"), "percent"),
    "word_class": (N_("Class of word"), "code"),
    "aim": (N_("Aim"), "code"),
    "ad_clicks": (N_("Paid clicks"), "count"),
    "expected": (N_("Expected by now"), "decimal"),
    "words": (N_("Words"), "count"),
    "words_reached": (N_("Reached"), "count"),
    "words_not_reached": (N_("Missed"), "count"),
    "words_not_enough_data": (N_("Not enough data"), "count"),
    "words_no_aim": (N_("No aim"), "count"),
    "words_unknown": (N_("Unknown"), "count"),
    "gap_to_peers": (N_("Gap to the peers"), "percent"),
    "numerator": (N_("Numerator"), "count"),
    "denominator": (N_("Denominator"), "count"),
    "peer_avg": (N_("Peers' average"), "decimal"),
    "peer_good": (N_("Peers' good"), "decimal"),
    "l1_visitor_share": (N_("L1+ share of visitors"), "percent"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("strong"),
    N_("near_miss"),
    N_("middle"),
    N_("low"),
    N_("pass"),
    N_("fail"),
    N_("warning"),
    N_("fault"),
    N_("keyword_characters"),
    N_("keywords_in_title"),
    N_("pictures"),
    N_("picture_side"),
    N_("category"),
    N_("video"),
    N_("decline"),
    N_("no decline"),
    N_("earlier weeks"),
    N_("same weeks"),
    N_("head"),
    N_("long_tail"),
    N_("traffic"),
    N_("opportunities"),
    N_("reached"),
    N_("not reached"),
    N_("no aim"),
    N_("better"),
    N_("worse"),
    N_("equal"),
)
