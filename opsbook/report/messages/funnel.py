"""Words for funnels and pools."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # leaks
    "funnel.leak": N_(
        "{group}: of {before:,} persons {people:,} took the step “{step}” ({rate:.1%}); elsewhere "
        "{rest_rate:.1%} do. At that rate {lost:,.0f} more would have."
    ),
    "funnel.leak_recent": N_(
        "Of the {before:,} persons who entered lately {people:,} took the step “{step}” "
        "({rate:.1%}); before them {rest_rate:.1%} did. At that rate {lost:,.0f} more would "
        "have."
    ),
    "funnel.leak_healed": N_(
        "The step “{step}” holds better than it did: {rest_rate:.1%} of the persons who "
        "entered lately took it, {rate:.1%} ({people:,} of {before:,}) of those before."
    ),
    "funnel.no_leak": N_(
        "No step loses more persons in one group than in the others, beyond chance ({comparisons:,} comparisons)."
    ),
    "funnel.no_leak_lately": N_(
        "The persons who entered lately are not lost more often than those before, beyond chance."
    ),
    "funnel.no_leak_channel": N_(
        "No channel loses more persons at a step than the others do, beyond chance ({comparisons:,} comparisons)."
    ),
    "funnel.leak_unknown": N_("Not enough persons yet to compare the steps between groups."),
    "funnel.fix_leak": N_("Find out why persons stop before the step “{step}” here, and mend it."),
    # pools
    "funnel.pool_pass": N_("{pool}: {number:,.0f} of {registered:,.0f} registered; the numbers fit together."),
    "funnel.pool_fail": N_(
        "{pool}: {number:,.0f} persons in a user pool of {registered:,.0f}. A traffic pool "
        "cannot be larger than its user pool: check the data."
    ),
    "funnel.pool_unknown": N_(
        "{pool}: a number is missing; whether the traffic pool fits into the user pool cannot be checked."
    ),
    "funnel.stickiness_below": N_(
        "DAU/MAU is {ratio:.1%}, not above the lines of {sticky:.0%} (good) and {super:.0%} (a super app) for consumer "
        "apps. "
        "Companies buy by the month or quarter: WAU/MAU and MAU/QAU say more here."
    ),
    "funnel.stickiness_sticky": N_(
        "DAU/MAU is {ratio:.1%}, above {sticky:.0%} (good) and not above {super:.0%} "
        "(a super app). The lines come from consumer apps."
    ),
    "funnel.stickiness_super": N_(
        "DAU/MAU is {ratio:.1%}, above {super:.0%}. For buyers of companies that is "
        "rare: check that only actions of their own are counted."
    ),
    "funnel.stickiness_unknown": N_("The records do not reach back far enough to say how often the active come back."),
    # charts
    "funnel.chart_steps": N_("Funnel of persons: {first:,} at “{first_step}”, {last:,} at “{last_step}” ({rate:.1%})."),
    "funnel.chart_nobody": N_("Funnel of persons: nobody entered at “{first_step}”."),
    "funnel.chart_business": N_(
        "Business funnel from {counts} stages that are counted to {persons} stages of "
        "persons, with a break between them; it ends with {last:,.0f}."
    ),
    "funnel.chart_cohorts": N_(
        "Share of each entry cohort that reached “{step}”: {cohorts} cohorts, {mature} of them complete."
    ),
    "funnel.chart_curve": N_("Share converted by days since entry: {rate:.1%} after {days:,.0f} days."),
    "funnel.chart_sensitivity": N_(
        "What one percentage point more at each stage would bring: most at “{stage}” "
        "({most:,.1f} instead of {now:,.1f})."
    ),
    "funnel.chart_pool": N_("User pool of {registered:,.0f} contacts, {active:,.0f} of them active."),
    "funnel.chart_days": N_(
        "Days on which active persons did something: {people:,} persons, {once:,} of them on one day only."
    ),
}

LABELS: dict[str, tuple[str, str]] = {
    "step": (N_("Step"), "code"),
    "people": (N_("Persons"), "count"),
    "people_before": (N_("Persons before"), "count"),
    "step_rate": (N_("Of the step before"), "percent"),
    "overall_rate": (N_("Of the first step"), "percent"),
    "period": (N_("Period"), "code"),
    "median_time": (N_("Median time"), "text"),
    "p75_time": (N_("Time of three quarters"), "text"),
    "p90_time": (N_("Time of nine tenths"), "text"),
    "cohort": (N_("Cohort"), "text"),
    "state": (N_("State"), "code"),
    "rest_share": (N_("Share elsewhere"), "percent"),
    "lost": (N_("Persons lost"), "decimal"),
    "p_fewer": (N_("Probability by chance, all comparisons together"), "percent"),
    "counted": (N_("Counted as"), "code"),
    "number": (N_("Number"), "count"),
    "converted": (N_("Converted"), "count"),
    "at_risk_persons": (N_("Still on their way"), "count"),
    "plus_tenth": (N_("End result, this rate a tenth better"), "decimal"),
    "plus_point": (N_("End result, this rate one point better"), "decimal"),
    "indicator": (N_("Indicator"), "code"),
    "ratio": (N_("Ratio"), "percent"),
    "days_active": (N_("Days active"), "count"),
    "median_days": (N_("Median days"), "decimal"),
    "step.start": (N_("Start"), "text"),
    "step.category": (N_("Of the category"), "text"),
    "step.seen": (N_("Saw the product"), "text"),
    "step.clicked": (N_("Clicked"), "text"),
    "step.bought": (N_("Bought"), "text"),
    "step.inquiry": (N_("Inquiry"), "text"),
    "step.quote": (N_("Quote"), "text"),
    "step.order": (N_("Order"), "text"),
    "step.deal": (N_("Deal"), "text"),
    "indicator.registered": (N_("Contacts saved"), "text"),
    "indicator.reachable": (N_("Reachable contacts"), "text"),
    "indicator.active": (N_("Active contacts"), "text"),
    "indicator.active_unknown": (N_("Active, no contact saved"), "text"),
    "indicator.zombie": (N_("Zombies"), "text"),
    "indicator.captured": (N_("Contacts with a recorded touch"), "text"),
    "indicator.complete": (N_("Buyers with touch, inquiry, quote and order on record"), "text"),
    "indicator.feedback": (N_("Buyers who agreed, sent back as an audience"), "text"),
    "indicator.response": (N_("Our touches answered within a week"), "text"),
    "indicator.identifiable": (N_("Contacts with a mail address or phone number"), "text"),
    "indicator.matched": (N_("Contacts that share a person with another"), "text"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("mature"),
    N_("immature"),
    N_("truncated"),
    N_("count"),
    N_("persons"),
    N_("recent"),
    N_("earlier"),
    N_("registered"),
    N_("reachable"),
    N_("active"),
    N_("zombie"),
    N_("active_unknown"),
    N_("leak"),
    N_("no leak"),
    N_("captured"),
    N_("complete"),
    N_("feedback"),
    N_("response"),
    N_("identifiable"),
    N_("matched"),
    N_("DAU/MAU"),
    N_("WAU/MAU"),
    N_("MAU/QAU"),
    N_("impressions"),
    N_("clicks"),
    N_("visitors"),
    N_("inquiry"),
    N_("quote"),
    N_("deal"),
)
