"""Words for the brief."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # verdict
    "brief.verdict_green": N_(
        "Green: {metric} {value:,.0f} in the week to {week}, up on the week before and not below peers."
    ),
    "brief.verdict_yellow": N_(
        "Yellow: {metric} {value:,.0f} in the week to {week}, neither clearly good nor clearly bad."
    ),
    "brief.verdict_red": N_(
        "Red: {metric} {value:,.0f} in the week to {week}, down on the week before and less than half of peers."
    ),
    "brief.verdict_unknown": N_(
        "No light: {metric} {value:,.0f} in the week to {week}, but what to compare it with is missing."
    ),
    "brief.verdict_no_week": N_("No light: there are no store figures for the week to {week}."),
    "brief.change": N_("{metric} went from {before:,.0f} to {value:,.0f} ({wow:+.1%} on the week before)."),
    "brief.from_zero": N_("{metric} went from 0 to {value:,.0f}; a change from zero has no percentage."),
    "brief.no_week_before": N_("{metric}: the week before is not known, so nothing is said about a change."),
    "brief.peers": N_("{metric} is {ratio:.2f} times peers' average ({peers:,.1f})."),
    "brief.no_peers": N_("{metric}: peers' average is not in the export."),
    "brief.alternative_green": N_(
        "Another reading of the light would be green: {ratio:.2f} times peers' average, at least the upper limit."
    ),
    "brief.alternative_yellow": N_("Another reading of the light would be yellow: {ratio:.2f} times peers' average."),
    "brief.alternative_red": N_(
        "Another reading of the light would be red: {ratio:.2f} times peers' average, below the lower limit."
    ),
    "brief.usual": N_(
        "{metric} from {before:,.0f} to {value:,.0f} is within what chance makes of the weeks before."
    ),
    "brief.not_usual": N_(
        "{metric} from {before:,.0f} to {value:,.0f} is more than chance makes of the weeks before (probability "
        "{p_usual:.1%})."
    ),
    # costs
    "brief.ad_share_of_sales": N_(
        "Advertising is {share:.1%} of sales ({numerator:,.0f} of {denominator:,.0f} CNY). Nobody states "
        "limits for this share."
    ),
    "brief.ad_share_of_sales_unknown": N_(
        "Advertising as a share of sales is unknown: spend, sales or the exchange rate is missing, or there "
        "are no sales."
    ),
    "brief.ad_share_of_costs_normal": N_(
        "Advertising is {share:.1%} of the stated costs ({numerator:,.0f} of {denominator:,.0f} CNY), within "
        "the usual. A share of costs, not of sales."
    ),
    "brief.ad_share_of_costs_high": N_(
        "Advertising is {share:.1%} of the stated costs ({numerator:,.0f} of {denominator:,.0f} CNY): high. A "
        "share of costs, not of sales."
    ),
    "brief.ad_share_of_costs_alarming": N_(
        "Advertising is {share:.1%} of the stated costs ({numerator:,.0f} of {denominator:,.0f} CNY): "
        "alarming. A share of costs, not of sales."
    ),
    "brief.ad_share_of_costs_unknown": N_(
        "Advertising as a share of costs is unknown: spend or other costs are missing."
    ),
    # the week in few lines
    "brief.todo": N_("{object}:"),
    "brief.no_actions": N_("Nothing is proposed for next week: no finding is beyond chance, or its data are missing."),
    # data gaps
    "brief.gap_table": N_("{name} was not delivered, so the block {block} concludes nothing from it."),
    "brief.gap_week": N_("{name} has no rows for this week, so the block {block} concludes nothing from it."),
    "brief.gap_column": N_("{name} is missing from the export; the block {block} leaves it out."),
    "brief.gap_setting": N_("{name} is not stated in stores.toml; the block {block} cannot count it."),
    # actions
    "brief.contradicts": N_("Left out: {module} wants the opposite for the same object, and that goes first."),
    "brief.repeats": N_("Left out: {module} already proposes it."),
    "brief.over_capacity": N_(
        "Left for later: a week holds at most {capacity} actions, {per_owner} for each person and {per_kind} of one "
        "kind (our defaults)."
    ),
    # what became of last week's actions
    "brief.review_open": N_("{action_id}: open, due {due}."),
    "brief.review_overdue": N_("{action_id}: not done, was due {due}."),
    "brief.review_dropped": N_("{action_id}: dropped."),
    "brief.review_too_early": N_(
        "{action_id}: done; no full week since then is known yet, {metric} is looked at on {review_on}."
    ),
    "brief.review_unknown": N_(
        "{action_id}: done; {metric} is not known before or after, or its chance cannot be told."
    ),
    "brief.review_chance": N_(
        "{action_id}: done; {metric} went from {before:,.4g} to {after:,.4g}, no more than chance (probability "
        "{p:.0%})."
    ),
    "brief.review_no_usual": N_(
        "{action_id}: done; {metric} went from {before:,.4g} to {after:,.4g}, more than chance. With only "
        "{weeks} weeks before, a mere return to the usual cannot be ruled out."
    ),
    "brief.review_return": N_(
        "{action_id}: done; {metric} went from {before:,.4g} to {after:,.4g}, which is back to the usual "
        "{usual:,.4g}: it would be likely without any action."
    ),
    "brief.review_up": N_(
        "{action_id}: done; {metric} rose from {before:,.4g} to {after:,.4g} (usual {usual:,.4g}), more than "
        "chance and more than a return to the usual. It does not prove the action as the cause."
    ),
    "brief.review_down": N_(
        "{action_id}: done; {metric} fell from {before:,.4g} to {after:,.4g} (usual {usual:,.4g}), more than "
        "chance and more than a return to the usual. It does not prove the action as the cause."
    ),
    # routine
    "brief.routine_done": N_("Task {task_id}: done {done} of {due} times."),
    "brief.routine_partly": N_("Task {task_id}: done {done} of {due} times."),
    "brief.routine_streak": N_(
        "Task {task_id}: done {done} of {due} times; missed the last {missed_streak} times in a row."
    ),
    "brief.routine_no_log": N_("Task {task_id}: nobody kept the log, so nothing is known."),
    "brief.posts_over": N_("{posts} posts in a day: over the platform's limit of {limit}."),
    "brief.posts_few": N_("{posts} posts in a day; about {advice} are advised."),
    "brief.posts_fine": N_("{posts} posts in a day, between the advised {advice} and the limit of {limit}."),
    "brief.posts_unknown": N_("The number of posts was not noted."),
    "brief.answer_orders_none": N_("No order is past its shipping day ({of} with an agreed day)."),
    "brief.answer_orders_some": N_("{count} of {of} orders with an agreed shipping day are past it and not shipped."),
    "brief.answer_orders_unknown": N_("Overdue orders are unknown: no order has an agreed shipping day."),
    "brief.answer_scores_none": N_("None of {of} products has a low score."),
    "brief.answer_scores_some": N_("{count} of {of} products have a low score."),
    "brief.answer_scores_unknown": N_("Low scores are unknown: no product has a score."),
    "brief.answer_posts_unknown": N_("Posts are unknown: none were noted."),
    "brief.calendar": N_(
        "On {today} the platform has daily data up to {data_up_to} and weeks up to {newest_week}; the next week comes "
        "out on {next_weekly}, the next month on {next_monthly}."
    ),
    # alternative texts of charts
    "brief.chart_funnel": N_(
        "Bars of the funnel from {first} {first_value:,.0f} to {last} {last_value:,.0f}; counts and persons "
        "are not the same people."
    ),
    "brief.chart_funnel_empty": N_("Funnel without any known stage."),
}

LABELS: dict[str, tuple[str, str]] = {
    "wow": (N_("On week before"), "percent"),
    "to_peer_avg": (N_("Times peers' average"), "decimal"),
    "to_top10": (N_("Times industry Top10"), "decimal"),
    "to_peer_good": (N_("Times peers' good"), "decimal"),
    "recent": (N_("Recent weeks"), "series"),
    "value": (N_("This week"), "decimal"),
    "stage": (N_("Stage"), "code"),
    "counts": (N_("Counts"), "text"),
    "of_previous": (N_("Of the stage before"), "percent"),
    "break": (N_("Counted differently"), "text"),
    "counts.events": (N_("Events"), "text"),
    "counts.persons": (N_("Persons"), "text"),
    "action": (N_("Action"), "message"),
    "effect": (N_("Expected effect"), "message"),
    "priority": (N_("Priority"), "text"),
    "owner": (N_("Owner"), "text"),
    "due": (N_("Due"), "date"),
    "review_metric": (N_("Review figure"), "code"),
    "review_on": (N_("Review on"), "date"),
    "object_type": (N_("Kind of object"), "text"),
    "object_type.store": (N_("Store"), "text"),
    "object_type.channel": (N_("Traffic channel"), "text"),
    "object_type.product": (N_("Product"), "text"),
    "object_type.keyword": (N_("Keyword"), "text"),
    "object_type.plan": (N_("Plan"), "text"),
    "object_type.customer": (N_("Customer"), "text"),
    "object": (N_("Object"), "text"),
    "module": (N_("From"), "code"),
    "also": (N_("Also from"), "text"),
    "kept": (N_("Kept"), "text"),
    "why": (N_("Why not"), "message"),
    "owner.operator": (N_("Operator"), "text"),
    "owner.sales": (N_("Sales"), "text"),
    "owner.designer": (N_("Designer"), "text"),
    "owner.boss": (N_("Boss"), "text"),
    "priority.P0": (N_("P0 now"), "text"),
    "priority.P1": (N_("P1 this week"), "text"),
    "priority.P2": (N_("P2 this month"), "text"),
    "status.open": (N_("Open"), "text"),
    "status.done": (N_("Done"), "text"),
    "status.dropped": (N_("Dropped"), "text"),
    "action_id": (N_("Action no."), "id"),
    "overdue": (N_("Overdue"), "text"),
    "usual": (N_("Usual"), "decimal"),
    "p_chance": (N_("Probability by chance, before and after"), "percent"),
    "p_return": (N_("Probability in usual weeks"), "percent"),
    "per": (N_("Per"), "text"),
    "ads": (N_("Advertising"), "cny"),
    "membership": (N_("Membership"), "cny"),
    "labour": (N_("Labour"), "cny"),
    "known_cost": (N_("Known cost of the week"), "cny"),
    "at_least": (N_("At least"), "text"),
    "missing": (N_("Missing"), "code"),
    "count": (N_("Count"), "count"),
    "full_cost": (N_("Full cost of one"), "cny"),
    "p_usual": (N_("Probability in a usual week"), "percent"),
    "todo": (N_("What to do"), "message"),
    "object_name": (N_("Object by name"), "text"),
    "without_inquiry": (N_("No contact"), "text"),
    "eligible": (N_("May enter"), "count"),
    "delivered": (N_("Table"), "code"),
    "row_count": (N_("Rows read"), "count"),
    "first_day": (N_("First day"), "date"),
    "last_day_held": (N_("Data up to"), "date"),
    "undecided": (N_("Not known"), "count"),
    "per.opportunity": (N_("Opportunity"), "text"),
    "per.order": (N_("Order"), "text"),
    "task_id": (N_("Task"), "id"),
    "cadence": (N_("How often"), "text"),
    "cadence.daily": (N_("Daily"), "text"),
    "cadence.weekly": (N_("Weekly"), "text"),
    "title_en": (N_("What is to be done"), "text"),
    "title_zh": (N_("What is to be done"), "text"),
    "times_done": (N_("Times done"), "count"),
    "times_due": (N_("Times due"), "count"),
    "completion_rate": (N_("Completion"), "percent"),
    "missed_streak": (N_("Missed in a row"), "count"),
    "posts": (N_("Posts"), "count"),
    "days_late": (N_("Days late"), "count"),
    "block": (N_("Block"), "code"),
    "peer": (N_("Compared with"), "text"),
    "ratio_before": (N_("Ratio, week before"), "decimal"),
    "is_ahead": (N_("Ahead"), "text"),
    "block.verdict": (N_("Verdict"), "text"),
    "block.key_figures": (N_("Key figures"), "text"),
    "block.funnel": (N_("Funnel"), "text"),
    "block.traffic": (N_("Traffic"), "text"),
    "block.products": (N_("Products"), "text"),
    "block.ads": (N_("Advertising"), "text"),
    "block.customers_and_service": (N_("Customers and service"), "text"),
    "block.store_health": (N_("Store health"), "text"),
    "block.boards": (N_("Boards and entries"), "text"),
    "block.actions": (N_("Actions"), "text"),
    "block.data_gaps": (N_("Data gaps"), "text"),
    "light.green": (N_("Green"), "text"),
    "light.yellow": (N_("Yellow"), "text"),
    "light.red": (N_("Red"), "text"),
    "light.unknown": (N_("Unknown"), "text"),
    "membership_fee_cny": (N_("Membership fee"), "cny"),
    "labour_cny_per_week": (N_("Labour a week"), "cny"),
    "cny_per_usd": (N_("Exchange rate"), "decimal"),
}
