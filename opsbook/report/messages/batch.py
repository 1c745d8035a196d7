"""Words for what spans reports: what changed since the week before, what is missing, which store needs attention."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # since the week before
    "batch.light": N_("The light went from {first} to {last}."),
    "batch.change": N_("{metric}: {now:,.0f} after {before:,.0f} ({share:+.0%})."),
    "batch.change_from_zero": N_("{metric}: {now:,.0f} after 0."),
    "batch.change_beyond": N_(
        "{metric}: {now:,.0f} after {before:,.0f} ({share:+.0%}), more than the last {weeks} weeks make likely "
        "(probability {p:.1%})."
    ),
    "batch.change_within": N_(
        "{metric}: {now:,.0f} after {before:,.0f} ({share:+.0%}), within what the last {weeks} weeks make likely."
    ),
    "batch.no_week_before": N_("There is no report of the week before to compare with."),
    "batch.unchanged": N_("The figures are those of the week before."),
    # missing
    "batch.missing": N_("{store}: no report for the week to {week}."),
    "batch.no_data": N_("{store}: no report for the week to {week}, as no data of it was imported."),
    "batch.failed": N_("{store}: {block} of the week to {week} could not be made."),
    # the agency's page
    "batch.late": N_("No figures for the week to {week}; the newest held are of {newest}."),
    "batch.never": N_("No weekly store figures were ever imported."),
    "batch.fell": N_(
        "{metric} fell from {before:,.0f} to {now:,.0f}, more than chance explains (probability {p:.1%})."
    ),
    "batch.below_peers": N_(
        "{now:,.0f} opportunities are {ratio:.0%} of peers' average ({peers:,.1f}), and chance does not explain it."
    ),
    "batch.idle_spend": N_(
        "¥{idle:,.0f} of ¥{spend:,.0f} for advertised words went to words without an inquiry; at least ¥{limit:,.0f} "
        "is worth a look (our default)."
    ),
    "batch.calm": N_("Nothing that calls for attention."),
    # delivery
    "batch.report": N_("{store}, week to {week}: {first}"),
    "batch.more": N_("{count} more stores are in the index."),
    "batch.actions": N_("First actions:"),
    "batch.no_actions": N_("No action is proposed."),
    "batch.path": N_("Report: {path}"),
    "batch.reports_missing": N_("MISSING: {count} of {expected} reports of the week to {week}"),
    "batch.reports_complete": N_("All {expected} reports of the week to {week} are there."),
    "batch.subject": N_("Weekly reports, week to {week}"),
}

LABELS: dict[str, tuple[str, str]] = {
    "store": (N_("Store"), "text"),
    "opportunities_before": (N_("Opportunities the week before"), "count"),
    "attention": (N_("Why it needs attention"), "message"),
}
