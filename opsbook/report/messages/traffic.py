"""Words for traffic sources."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # why the opportunities changed, channel by channel
    "traffic.change_traffic": N_(
        "{channel}: opportunities went from {before:,.0f} to {after:,.0f}; its visitors changed by more than "
        "chance ({traffic_effect:+,.1f}), its opportunity rate did not."
    ),
    "traffic.change_conversion": N_(
        "{channel}: opportunities went from {before:,.0f} to {after:,.0f}; its opportunity rate changed by "
        "more than chance ({conversion_effect:+,.1f}), its visitors did not."
    ),
    "traffic.change_both": N_(
        "{channel}: opportunities went from {before:,.0f} to {after:,.0f}; visitors ({traffic_effect:+,.1f}) "
        "and opportunity rate ({conversion_effect:+,.1f}) both changed by more than chance, in the same "
        "direction."
    ),
    "traffic.change_opposed": N_(
        "{channel}: opportunities went from {before:,.0f} to {after:,.0f}; visitors ({traffic_effect:+,.1f}) "
        "and opportunity rate ({conversion_effect:+,.1f}) both changed by more than chance, against each other."
    ),
    "traffic.change_chance": N_(
        "{channel}: from {before:,.0f} to {after:,.0f} opportunities; chance alone explains this change."
    ),
    "traffic.change_unknown": N_(
        "{channel}: visitors or opportunities are missing; nothing can be said about the change."
    ),
    "traffic.nothing_changed": N_(
        "No channel changed its opportunities by more than chance ({judged} of {channels} channels could be compared "
        "with the week before)."
    ),
    "traffic.not_compared": N_(
        "Nothing is said about changes of channels: this week or the week before is not in the export."
    ),
    "traffic.unknown_channels": N_(
        "These channels are not in the list of known ones and are kept under their own names: {channels}."
    ),
    # alarms
    "traffic.alarm_none": N_(
        "{channel}: {value:,.0f} visitors, within what the past {weeks} weeks make likely ({range_low:,.0f} to "
        "{range_high:,.0f})."
    ),
    "traffic.alarm_fall": N_(
        "{channel}: {value:,.0f} visitors where {weeks} weeks let expect {expected_value:,.0f} ({range_low:,.0f} to "
        "{range_high:,.0f}); not chance (probability {p_adjusted:.1%})."
    ),
    "traffic.alarm_rise": N_(
        "{channel}: {value:,.0f} visitors, far above the {expected_value:,.0f} ({range_low:,.0f} to "
        "{range_high:,.0f}) that {weeks} weeks let expect; not chance (probability {p_adjusted:.1%})."
    ),
    "traffic.alarm_fall_season": N_(
        "{channel}: {value:,.0f} visitors where {weeks} weeks let expect {expected_value:,.0f} ({range_low:,.0f} to "
        "{range_high:,.0f}); not chance, but perhaps the season (promotion month)."
    ),
    "traffic.alarm_rise_season": N_(
        "{channel}: {value:,.0f} visitors, far above the {expected_value:,.0f} ({range_low:,.0f} to "
        "{range_high:,.0f}) that {weeks} weeks let expect; not chance, but perhaps the season (promotion month)."
    ),
    "traffic.alarm_no_value": N_("{channel}: no figure for this week."),
    "traffic.alarm_too_early": N_(
        "{channel}: only {weeks} past weeks are known; {more} more are needed before an alarm can be raised."
    ),
    "traffic.store_alarm_none": N_(
        "Store, {metric}: {value:,.0f}, within what the past {weeks} weeks make likely ({range_low:,.0f} to "
        "{range_high:,.0f})."
    ),
    "traffic.store_alarm_fall": N_(
        "Store, {metric}: {value:,.0f} where {weeks} weeks let expect {expected_value:,.0f} ({range_low:,.0f} to "
        "{range_high:,.0f}); not chance (probability {p_adjusted:.1%})."
    ),
    "traffic.store_alarm_rise": N_(
        "Store, {metric}: {value:,.0f}, far above the {expected_value:,.0f} ({range_low:,.0f} to {range_high:,.0f}) "
        "that {weeks} weeks let expect; not chance (probability {p_adjusted:.1%})."
    ),
    "traffic.store_alarm_fall_season": N_(
        "Store, {metric}: {value:,.0f} where {weeks} weeks let expect {expected_value:,.0f} ({range_low:,.0f} to "
        "{range_high:,.0f}); not chance, but perhaps the season (promotion month)."
    ),
    "traffic.store_alarm_rise_season": N_(
        "Store, {metric}: {value:,.0f}, far above the {expected_value:,.0f} ({range_low:,.0f} to {range_high:,.0f}) "
        "that {weeks} weeks let expect; not chance, but perhaps the season (promotion month)."
    ),
    "traffic.store_alarm_no_value": N_("Store, {metric}: no figure for this week."),
    "traffic.store_alarm_too_early": N_(
        "Store, {metric}: only {weeks} past weeks are known; {more} more are needed before an alarm can be raised."
    ),
    # overlap of channels
    "traffic.overlap": N_(
        "The channels count {entries:,.0f} entries for {visitors:,.0f} visitors: {ratio:.2f} channels a "
        "visitor. Visitors of channels overlap and are never added up."
    ),
    "traffic.overlap_incomplete": N_(
        "The channels count {entries:,.0f} entries for {visitors:,.0f} visitors: channels are missing from the export."
    ),
    "traffic.overlap_unknown": N_(
        "How far the {channels} channels overlap is unknown: a count of visitors is missing or zero."
    ),
    # segments without opportunities
    "traffic.segment_bears": N_("{segment}: {opportunities:,.0f} opportunities from {visitors:,.0f} visitors."),
    "traffic.segment_fruitless": N_(
        "{segment}: no opportunity from {visitors:,.0f} visitors, where the others' rate lets expect "
        "{expected_opportunities:,.1f}; chance brings none with a probability of {p_none:.1%} only."
    ),
    "traffic.segment_too_early": N_(
        "{segment}: no opportunity from {visitors:,.0f} visitors, too few to judge. About {more:,.0f} more "
        "visitors without an opportunity are needed before one may say so."
    ),
    "traffic.segment_no_rate": N_(
        "{segment}: no opportunity from {visitors:,.0f} visitors, but the others have none either; there is no "
        "rate to compare with."
    ),
    "traffic.segment_unknown": N_(
        "{segment}: visitors or opportunities are missing, or there is nothing to compare with."
    ),
    # actions
    "traffic.check_channel": N_("Find out why {channel} brings fewer visitors: rank, budget, entry conditions."),
    "traffic.fix_reception": N_(
        "Look at what visitors from {channel} see first, and at how fast they are answered: fewer of them get in touch."
    ),
    "traffic.check_segment": N_("Do not pay for more traffic from {segment} before its visitors have been looked at."),
    "traffic.effect_regained": N_("{low:,.0f} to {high:,.1f} opportunities a week regained"),
    # alternative texts of charts
    "traffic.chart_channels": N_(
        "Bars of visitors by channel; the largest is {channel} with {visitors:,.0f} of {channels} channels."
    ),
    "traffic.chart_trend": N_(
        "Lines of weekly visitors by channel over {weeks} weeks; the largest this week is {channel} with "
        "{visitors:,.0f}."
    ),
    "traffic.chart_waterfall": N_(
        "Waterfall of the change of opportunities by {total:+,.0f}; the largest contribution is {channel} with "
        "{largest:+,.1f}."
    ),
    "traffic.chart_axes": N_(
        "Card of the three axes volume, cost and quality with {known} of {figures} figures known."
    ),
    "traffic.chart_waterfall_empty": N_("Waterfall without any channel whose change is known."),
}

LABELS: dict[str, tuple[str, str]] = {
    "channel_id": (N_("Channel"), "text"),
    "root": (N_("Traffic group"), "text"),
    "paid": (N_("Paid"), "code"),
    "acquires": (N_("Can bring new buyers"), "text"),
    "visitors_before": (N_("Visitors, week before"), "count"),
    "trend_4": (N_("Trend a week, 4 weeks"), "percent"),
    "trend_8": (N_("Trend a week, 8 weeks"), "percent"),
    "extra_variation": (N_("Variation beyond chance"), "percent"),
    "is_burst": (N_("Burst channel"), "text"),
    "weeks_seen": (N_("Weeks known"), "count"),
    "channels": (N_("Channels"), "count"),
    "entries": (N_("Entries (a visitor counts once per channel)"), "count"),
    "all_entries": (N_("All entries"), "count"),
    "acquiring_entries": (N_("Entries that can bring new buyers"), "count"),
    "reference_share": (N_("Soft reference"), "percent"),
    "deviation": (N_("Deviation"), "points"),
    "after": (N_("After"), "count"),
    "traffic_effect": (N_("Traffic effect (opportunities)"), "decimal"),
    "conversion_effect": (N_("Conversion effect (opportunities)"), "decimal"),
    "total": (N_("Change"), "decimal"),
    "p_total": (N_("Probability by chance, change"), "percent"),
    "p_traffic": (N_("Probability by chance, visitors"), "percent"),
    "p_conversion": (N_("Probability by chance, rate"), "percent"),
    "cause": (N_("Cause"), "text"),
    "expected_value": (N_("Expected"), "decimal"),
    "range_low": (N_("Usual range, from"), "count"),
    "range_high": (N_("Usual range, to"), "count"),
    "expected_opportunities": (N_("Opportunities at the others' rate"), "decimal"),
    "p_adjusted": (N_("Probability by chance, all series together"), "percent"),
    "alarm": (N_("Alarm"), "text"),
    "season": (N_("Promotion month"), "text"),
    "segment": (N_("Segment"), "text"),
    "p_none": (N_("Probability of none by chance"), "percent"),
    "needed": (N_("Visitors needed to judge"), "count"),
    "axis": (N_("Axis"), "text"),
    "leads": (N_("Leads now"), "text"),
    "roots_covered": (N_("Traffic groups covered"), "percent"),
    "free_click_share": (N_("Free share of clicks"), "percent"),
    "spend_per_visitor": (N_("Ad spend per visitor"), "cny"),
    "spend_per_opportunity": (N_("Ad spend per opportunity"), "cny"),
    "root.search": (N_("Search"), "text"),
    "root.scene": (N_("Scene"), "text"),
    "root.interaction": (N_("Interaction"), "text"),
    "root.self_growth": (N_("Self-growth"), "text"),
    "root.unmapped": (N_("Not in our list"), "text"),
    "cause.traffic": (N_("Visitors"), "text"),
    "cause.conversion": (N_("Opportunity rate"), "text"),
    "cause.both": (N_("Visitors and rate"), "text"),
    "cause.opposed": (N_("Visitors against rate"), "text"),
    "cause.chance": (N_("Chance"), "text"),
    "cause.unknown": (N_("Unknown"), "text"),
    "axis.volume": (N_("Volume"), "text"),
    "axis.cost": (N_("Cost"), "text"),
    "axis.quality": (N_("Quality"), "text"),
    "paid.yes": (N_("Paid"), "text"),
    "paid.no": (N_("Free"), "text"),
    "paid.both": (N_("Paid and free mixed"), "text"),
    "paid.unknown": (N_("Unknown"), "text"),
}
