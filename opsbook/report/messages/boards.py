"""Words for the home-page boards: what is missing, near misses, changes, readings."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "boards.found": N_(
        "{passing:,} of {products:,} products are known to meet the rules of at least one home-page board. Eligible "
        "does not mean shown."
    ),
    "boards.found_unclear": N_(
        "For {unclear:,} more it cannot be said, because their profiles, reviews or prices are missing or incomplete."
    ),
    "boards.entry.best_review": N_("Best-review list, rank {rank}"),
    "boards.entry.hot_selling": N_("Hot-selling list, rank {rank}"),
    "boards.entry.most_popular": N_("Most popular list, rank {rank}"),
    "boards.entry.new_arrival": N_("New Arrival"),
    "boards.entry.apply": N_("Saving Spotlight, entered items"),
    "boards.entry.pick": N_("Saving Spotlight, picked items"),
    "boards.nearest": N_("{products:,} products are one step away from a board; the nearest is {product}."),
    "boards.turnover": N_(
        "Boards since last week: {entered:,} entries, {left:,} exits; {leaving:,} more run out within a week if "
        "nothing is added."
    ),
    "boards.chart": N_(
        "Products that may enter on each of {paths} paths: {path} is met by most, {passed} products; on {unclear} "
        "paths some products cannot be judged."
    ),
    "boards.gap.good_reviews": N_(
        "{missing:,.0f} more good reviews in 90 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.reviews": N_("{missing:,.0f} more reviews in 90 days ({required:,.0f} needed, {have:,.0f} there)."),
    "boards.gap.average_stars": N_("{missing:.1f} more stars on average ({required:.1f} needed, {have:.1f} there)."),
    "boards.gap.is_rts": N_("Only for ready-to-ship products."),
    "boards.gap.is_duplicate": N_("The platform holds it for a duplicate."),
    "boards.gap.is_gold": N_("Only for gold suppliers."),
    "boards.gap.paid_orders_90d": N_(
        "{missing:,.0f} more paid orders in 90 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.inquiries_90d": N_(
        "{missing:,.0f} more inquiries in 90 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.days_since_published": N_("Not published yet; {missing:,.0f} days to go."),
    "boards.gap.days_since_published_at_most": N_(
        "Published {have:,.0f} days ago, {missing:,.0f} days too long for a new product ({required:,.0f} at most)."
    ),
    "boards.gap.overseas_visitors_30d": N_(
        "{missing:,.0f} more overseas visitors in 30 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.growth_score": N_(
        "{missing:,.1f} more points of growth score ({required:,.1f} needed, {have:,.1f} there)."
    ),
    "boards.gap.search_ctr_30d": N_(
        "{missing:,.0f} more search clicks at today's impressions ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.inquiries_30d": N_(
        "{missing:,.0f} more inquiries in 30 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.tm_30d": N_(
        "{missing:,.0f} more TM consultations in 30 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.orders_30d": N_("{missing:,.0f} more orders in 30 days ({required:,.0f} needed, {have:,.0f} there)."),
    "boards.gap.search_impressions_30d": N_(
        "{missing:,.0f} more search impressions at today's CTR ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.search_clicks_30d": N_(
        "{missing:,.0f} more search clicks in 30 days ({required:,.0f} needed, {have:,.0f} there)."
    ),
    "boards.gap.event_price_at_most_min_price_180d": N_(
        "{missing:,.2f} off the price of {have:,.2f} makes it the lowest of 180 days ({required:,.2f})."
    ),
    "boards.gap.event_price_at_most_list_price": N_(
        "{missing:,.2f} off the event price of {have:,.2f} makes the discount deep enough ({required:,.2f} at most)."
    ),
    "boards.gap.pay_rate_percentile_l2_at_most": N_(
        "Pay rate in the top {have:.0%} of the second-level category; the top {required:.0%} is needed."
    ),
    "boards.gap.pay_rate_percentile_leaf_at_most": N_(
        "Pay rate in the top {have:.0%} of the leaf category; the top {required:.0%} is needed."
    ),
    "boards.near.best_review": N_("In time until {by} ({days} days): then the oldest good review no longer counts."),
    "boards.near.new_arrival": N_("{days} days of newness left, until {by}."),
    "boards.near.tm_only": N_("{chats:,.0f} buyers chatted by TM and sent no inquiry: ask them for one."),
    "boards.stay.best_review": N_("Ask a satisfied buyer for a review before the older ones no longer count."),
    "boards.stay.new_arrival": N_("Use its last days as a new product, and have the next one ready (our default)."),
    "boards.evidence.leaving": N_(
        "It may enter the board until {last_day} ({days} days) and not after, if nothing is added."
    ),
    "boards.evidence.best_review": N_(
        "One step from the conditions of the best-review list; effort {effort:.0%}. Eligible does not mean shown."
    ),
    "boards.evidence.hot_selling": N_(
        "One step from the conditions of the hot-selling list; effort {effort:.0%}. Eligible does not mean shown."
    ),
    "boards.evidence.most_popular": N_(
        "One step from the conditions of the most popular list; effort {effort:.0%}. Eligible does not mean shown."
    ),
    "boards.evidence.new_arrival": N_(
        "One step from the conditions of New Arrival; effort {effort:.0%}. Eligible does not mean shown."
    ),
    "boards.evidence.apply": N_(
        "One step from the conditions of Saving Spotlight's entered items; effort {effort:.0%}. Eligible does "
        "not mean shown."
    ),
    "boards.evidence.pick": N_(
        "One step from the conditions of Saving Spotlight's picked items; effort {effort:.0%}. Eligible does not "
        "mean shown."
    ),
    "boards.effect": N_(
        "{low:,.0f} to {high:,.1f} visitors a week: what an eligible product of this store drew from the board "
        "on average."
    ),
    "boards.mix.rts": N_("A ready-to-ship store: {rts:,} of {known:,} products ({share:.0%}) are ready to ship."),
    "boards.mix.oem": N_("A store of custom products: {rts:,} of {known:,} products ({share:.0%}) are ready to ship."),
    "boards.mix.mixed": N_("A mixed store: {rts:,} of {known:,} products ({share:.0%}) are ready to ship."),
    "boards.mix.unknown": N_("Whether products are ready to ship is not known for any of {products:,} products."),
    "boards.veto.apply": N_(
        "Merchants who are not gold suppliers are kept out of Saving Spotlight's entered items. The source "
        "contradicts itself on picked items; the verdict with the veto stands beside it where it differs."
    ),
    "boards.veto.both": N_(
        "Merchants who are not gold suppliers are kept out of all of Saving Spotlight. The source contradicts "
        "itself on picked items; the verdict without the veto stands beside it where it differs."
    ),
    "boards.reviews.each": N_(
        "Best-review list: each review needs its own 4 stars. The verdict by the average of the stars stands "
        "beside it where it differs."
    ),
    "boards.reviews.average": N_(
        "Best-review list: the average needs 4 stars. The verdict by each review's own stars stands beside it "
        "where it differs."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "board.top_ranking": (N_("Top Ranking"), "code"),
    "board.new_arrival": (N_("New Arrival"), "code"),
    "board.saving_spotlight": (N_("Saving Spotlight"), "code"),
    "path.best_review": (N_("Best-review list"), "code"),
    "path.hot_selling": (N_("Hot-selling list"), "code"),
    "path.most_popular": (N_("Most popular list"), "code"),
    "path.new_arrival": (N_("New Arrival"), "code"),
    "path.apply": (N_("Entered items"), "code"),
    "path.pick": (N_("Picked items"), "code"),
    "board": (N_("Board"), "code"),
    "path": (N_("Path"), "code"),
    "verdict": (N_("Verdict"), "code"),
    "failing": (N_("Conditions that fail"), "text"),
    "unknown": (N_("Unknown"), "code"),
    "gap": (N_("Still missing"), "message"),
    "rank": (N_("Rank in the store"), "count"),
    "alternative": (N_("By the other reading"), "code"),
    "missing_condition": (N_("Condition that cannot be tested"), "text"),
    "may_enter": (N_("May enter (rank in the store)"), "message"),
    "way": (N_("Cheapest way in"), "message"),
    "told": (N_("Cheapest way in"), "message"),
    "steps": (N_("Steps"), "count"),
    "effort": (N_("Effort"), "percent"),
    "deadline": (N_("Deadline"), "date"),
    "days_left": (N_("Days left"), "count"),
    "board_visitors": (N_("Visitors from the board"), "count"),
    "board_products": (N_("Own products eligible"), "count"),
    "expected_visitors": (N_("Expected visitors"), "decimal"),
    "last_day": (N_("Last day"), "date"),
    "before": (N_("Before"), "code"),
    "now": (N_("Now"), "code"),
    "move": (N_("Change of side"), "code"),
    "needs_rts": (N_("Needs ready-to-ship"), "code"),
    "open_to": (N_("Open to (products)"), "count"),
    "passed": (N_("Pass"), "count"),
    "failed": (N_("Fail"), "count"),
    "unclear": (N_("Cannot be judged"), "count"),
    "pass_share": (N_("Share that passes"), "percent"),
    "suits": (N_("Suits the store"), "code"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("pass"),
    N_("fail"),
    N_("unknown"),
    N_("entered"),
    N_("left"),
    N_("unclear"),
)
