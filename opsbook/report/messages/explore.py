"""Words of the widgets."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "explore.decisions": N_(
        "Of the advertised words raise {raise}, keep {keep}, lower {lower}, pause {pause}, and collect more data on "
        "{collect}."
    ),
    "explore.posterior": N_(
        '"{keyword}": {rate:.2%} of the clicks ask ({rate_lower:.2%} to {rate_upper:.2%} with 90 %); clicks pay from '
        "{break_even:.2%}, so that the chance of a loss is {prob_loss:.0%}."
    ),
    "explore.posterior_alone": N_(
        '"{keyword}": {rate:.2%} of the clicks ask ({rate_lower:.2%} to {rate_upper:.2%} with 90 %); what a click '
        "costs is not known."
    ),
    "explore.break_even": N_("Clicks pay from {rate:.2%}"),
    # drilling down
    "explore.compared_0": N_("No week to compare with is held: what changed is not known."),
    "explore.compared_1": N_("Compared with the week to {weeks}."),
    "explore.compared_2": N_("Compared with the mean of the weeks to {weeks}."),
    "explore.products_of_channel": N_(
        "The product export counts the clicks of this channel; visitors and opportunities of a product come from all "
        "channels."
    ),
    "explore.products_of_all": N_(
        "The product export does not say by which channel visitors came: these are visitors from all channels."
    ),
    "explore.words_of_product": N_(
        "Only adverts say which words lead to a product: words found without one are not here."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "bid_move": (N_("Bid, next week"), "code"),
    "bid_move.lower": (N_("lower the bid"), "text"),
    "bid_move.raise": (N_("raise the bid"), "text"),
    # numbers compared with may be a mean of weeks: written with as many digits as they need
    "clicks_then": (N_("Clicks, compared"), "text"),
    "entries_then": (N_("Entries, compared"), "text"),
    "inquiries_then": (N_("Inquiries, compared"), "text"),
    "opportunities_change": (N_("Change of opportunities"), "decimal"),
    "opportunities_then": (N_("Opportunities, compared"), "text"),
    "visitors_then": (N_("Visitors, compared"), "text"),
    "visits_change": (N_("Change of visits"), "percent"),
}
