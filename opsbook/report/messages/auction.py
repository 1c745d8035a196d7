"""Words for the simulated auction: what the model rests on, and what another target ROI would buy in it."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "auction.too_large": N_(
        "No what-if for another target ROI: clicks like these take {searches:,.0f} searches a day, too many to play."
    ),
    "auction.missing": N_("No what-if for another target ROI yet: {metric} of the plans is not known, or 0."),
    "auction.model_orders": N_(
        "The model market is set so that the plans get in it what they got: {clicks_per_day:,.0f} clicks a day at "
        "¥{cpc:.2f}, worth ¥{value:.2f} each (¥{value_lower:.2f} to ¥{value_upper:.2f}, as orders are few: "
        "{events:,.0f} from {clicks:,.0f} clicks)."
    ),
    "auction.model_opportunities": N_(
        "The model market is set so that the plans get in it what they got: {clicks_per_day:,.0f} clicks a day at "
        "¥{cpc:.2f}, worth ¥{value:.2f} each (¥{value_lower:.2f} to ¥{value_upper:.2f}, as opportunities are few: "
        "{events:,.0f} from {clicks:,.0f} clicks)."
    ),
    "auction.assumed": N_(
        "No export says how many clicks are still to be had: assumed is that the plans get {share:.0%} of what the "
        "first place everywhere would bring (our default)."
    ),
    "auction.lower": N_(
        "In the model a target of {low:.2f} instead of {target:.2f} would buy about {times:.1f} times the value: "
        "¥{value:,.0f} instead of ¥{value_now:,.0f} a day, for ¥{spend:,.0f} instead of ¥{spend_now:,.0f}. Each "
        "further yuan brings ¥{marginal:.2f}."
    ),
    "auction.lower_loses": N_(
        "That is below the break-even of {break_even:.2f}: the further spend would lose money, even where the average "
        "ROI still pays."
    ),
    "auction.budget_is_the_limit": N_(
        "In the model a target below {target:.2f} would buy nothing more: {used:.0%} of the budget is used already. "
        "The budget is the limit, not the target."
    ),
    "auction.market_is_the_limit": N_(
        "In the model a target below {target:.2f} would buy hardly more: it gets nearly all clicks that there are, "
        "with {used:.0%} of the budget."
    ),
    "auction.higher": N_(
        "In the model a target of {high:.2f} instead of {target:.2f} would give up {value_lost:.0%} of the value and "
        "save {spend_lost:.0%} of the spend."
    ),
    "auction.shortfall": N_(
        "With so few conversions a day chance decides: on {shortfall_prob:.0%} of the simulated days the ROI that came "
        "lay below the target of {target:.2f}, although the bids keep to it. Judge a target over weeks."
    ),
    "auction.simulated": N_(
        "Simulated, an estimate: second-price auctions from published equations with our own settings. How the "
        "platform sells its places is not public."
    ),
    "auction.numbers": N_("Numbers: ROI reached"),
    "auction.chart": N_(
        "{targets} targets from {high:.2f} down to {low:.2f}, simulated: value a day from ¥{value_high:,.0f} to "
        "¥{value_low:,.0f}, spend a day from ¥{spend_high:,.0f} to ¥{spend_low:,.0f}, ROI from {roi_high:.2f} to "
        "{roi_low:.2f}."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "value_per_day": (N_("Value a day"), "cny"),
    "marginal_roi": (N_("ROI of the further spend"), "decimal"),
    "budget_used": (N_("Budget used"), "percent"),
    "shortfall_prob": (N_("Chance of a day below target"), "percent"),
    "conversion_rate": (N_("Conversions per click"), "percent"),
    "value_per_conversion": (N_("Value of a conversion"), "cny"),
}
