"""Titles of charts: what each one found, from the numbers of its description."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "brief.title_funnel": N_("{visitors:,.0f} visitors became {opportunities:,.0f} opportunities ({rate:.1%})"),
    "traffic.title_channels": N_("{channel} brings the most visitors: {visitors:,.0f}"),
    "traffic.title_trend": N_("{mover} changed most on the week before: from {before:,.0f} to {now:,.0f} visitors"),
    "traffic.title_waterfall": N_(
        "Sum over channels, which overlap: {total:+,.0f} opportunities; {channel}: {largest:+,.1f}"
    ),
    "traffic.title_axes": N_("In this stage “{axis}” leads"),
    "auction.title": N_(
        "Simulated: a target of {low:.3g} instead of {high:.3g} buys {value_low:,.0f} CNY a day, not {value_high:,.0f}"
    ),
    "promotion.title": N_("{loses:,} of {plans:,} plans lose money, {pays:,} pay"),
    "boards.title": N_("{path} is open to most: {passed:,} products may enter"),
    "quadrants.title": N_("{high_low:,} products have many visitors and turn few of them into contacts"),
    "quadrants.title_none": N_(
        "No product surely wastes its visitors; {not_enough_data:,} of {products:,} have not enough data to be judged"
    ),
    "quadrants.title_top10": N_("{metric} is furthest behind the Top10: {gap:+.0%}"),
    "products.title_watch": N_("{declines:,} of {products:,} bestsellers decline beyond chance"),
    "keywords.title_spend": N_("{pauses:,} of {words:,} words lose money and are to be paused"),
    "keywords.title_gap": N_(
        "{actual:,.0f} opportunities came where the peers' rate would bring {expected:,.0f}; the causes found explain "
        "{explained:+,.0f}"
    ),
    "keywords.title_missed": N_("{missed:,} of {eager:,} buyers who wrote to most suppliers passed us over"),
    "customers.title_retention": N_("{rate:.1%} order again one period after their first order"),
    "customers.title_cohort_value": N_("A customer has brought {most:,.0f} USD of margin at most so far"),
    "customers.title_gaps": N_(
        "Half of all repeat orders come within {median:,.0f} days, nine in ten within {p90:,.0f}"
    ),
    "customers.title_rfm": N_("The largest group holds {most:,} of {customers:,} customers"),
    "customers.title_backtest": N_("The model foretold {predicted:,.0f} repeat orders, {actual:,.0f} came"),
    "customers.title_shares": N_("{name} makes {share:.1%} of sales"),
    "customers.title_pools": N_("{name} holds {share:.0%} of active customers"),
    "customers.title_sides": N_("Margin per customer at the highest age: {sides}"),
    "customers.title_leads": N_("{best:,} of {leads:,} open leads fit well and are engaged (A1)"),
    "funnel.title_steps": N_("{last:,} of {first:,} reached “{last_step}” ({rate:.1%})"),
    "funnel.title_nobody": N_("Nobody entered at “{first_step}”"),
    "funnel.title_business": N_("From counts to persons: {last:,.0f} reach the last step"),
    "funnel.title_cohorts": N_("“{step}” by week of entry: {mature:,} of {cohorts:,} weeks are complete"),
    "funnel.title_curve": N_("{rate:.1%} converted within {days:,.0f} days"),
    "funnel.title_sensitivity": N_("One point more at “{stage}” would bring {most:,.1f} instead of {now:,.1f}"),
    "funnel.title_pool": N_("{active:,.0f} of {registered:,.0f} contacts are active"),
    "funnel.title_days": N_("{once:,} of {people:,} active persons did something on one day only"),
}

LABELS: dict[str, tuple[str, str]] = {}
