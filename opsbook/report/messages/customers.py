"""Words for customers, their value, and dependence."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # the gate of lifetime value
    "customers.gate_customers_pass": N_("{value:,.0f} customers; {limit:,.0f} are needed."),
    "customers.gate_customers_fail": N_(
        "Only {value:,.0f} customers: {missing:,.0f} more are needed for lifetime values."
    ),
    "customers.gate_repeat_customers_pass": N_("{value:,.0f} customers ordered again; {limit:,.0f} are needed."),
    "customers.gate_repeat_customers_fail": N_(
        "Only {value:,.0f} customers ordered again: {missing:,.0f} more are needed for lifetime values."
    ),
    "customers.gate_months_pass": N_("{value:,.1f} months of orders; {limit:,.0f} are needed."),
    "customers.gate_months_fail": N_(
        "Only {value:,.1f} months of orders: {missing:,.1f} more are needed for lifetime values."
    ),
    "customers.gate_drop_out_pass": N_("The orders show when customers stay away."),
    "customers.gate_drop_out_fail": N_(
        "No drop-out can be told from these orders: the history is too short or "
        "customers hardly leave. Cohort means are shown instead."
    ),
    "customers.gate_drop_out_unknown": N_("Nobody has ordered twice yet: nothing can be said about repeat orders."),
    "customers.gate_total_pass": N_("In the backtest the total was off by {value:.1%}; {limit:.0%} is allowed."),
    "customers.gate_total_fail": N_(
        "In the backtest the total was off by {value:.1%}; only {limit:.0%} is allowed. Cohort means are shown instead."
    ),
    "customers.gate_total_unknown": N_(
        "The backtest has no result: the model cannot be fitted, or nothing was ordered in the part kept back."
    ),
    "customers.gate_ranking_pass": N_(
        "In the backtest the model ranked customers better than the last order alone ({value:.3f} against {limit:.3f})."
    ),
    "customers.gate_ranking_fail": N_(
        "In the backtest the model ranked customers no better than the last order "
        "alone ({value:.3f} against {limit:.3f})."
    ),
    "customers.gate_ranking_unknown": N_(
        "The backtest cannot rank customers: the model cannot be fitted, or nobody, or everybody, ordered in the part "
        "kept back."
    ),
    "customers.gate_spend_correlation_pass": N_(
        "How much and how often customers buy hardly go together ({value:.2f}, less than {limit:.2f})."
    ),
    "customers.gate_spend_correlation_fail": N_(
        "Customers who buy more often also spend differently "
        "({value:.2f}, not less than {limit:.2f}): the spend model does "
        "not fit."
    ),
    "customers.gate_spend_correlation_unknown": N_(
        "Too few repeat customers to tell whether spend goes with frequency."
    ),
    "customers.gate_open": N_("All {of} tests of the lifetime value hold: it is shown below."),
    "customers.gate_shut": N_(
        "No lifetime value is shown: {failed} of {of} tests do not hold. What cohorts have brought so far stands in "
        "its place."
    ),
    # the orders themselves
    "customers.unknown_amounts": N_(
        "{orders:,} of {of:,} orders have no amount in dollars: their currency is missing or has no rate. They count "
        "as purchases and add no money."
    ),
    "customers.repeated_rows": N_(
        "{rows:,} of {of:,} order rows repeat another one exactly. They are kept: look "
        "whether they were exported twice."
    ),
    # customers gone silent
    "customers.silent": N_(
        "No order for {days_since:,} days; nine in ten of this customer's {orders:,} orders "
        "followed within {limit:,.0f} days."
    ),
    "customers.contact_silent": N_("Get in touch: the silence is longer than this customer's own rhythm."),
    "customers.at_risk": N_(
        "{silent:,} of {of:,} customers have been silent for longer than nine in ten gaps between orders; for "
        "{own:,} of them it is their own rhythm that says so."
    ),
    # public and private
    "customers.private_share": N_(
        "The store's own channels brought {first_share:.1%} of sales by first touch and {last_share:.1%} by last touch."
    ),
    "customers.loaded_known": N_(
        "Keeping a customer on the own channels cost ${keeping:,.0f}, and ${first:,.0f} on average first brought them: "
        "${total:,.0f} in all. The origin is known for {known:,} of {customers:,}."
    ),
    "customers.loaded_unknown": N_(
        "What a customer on the own channels costs in full is not known ({customers:,} of them ordered): costs, fee, "
        "labour and exchange rate are needed, or there were no new customers."
    ),
    "customers.model_ranks": N_(
        "A model of country, level and channel ranks leads better than chance (AUC {auc:.2f}, at least {lower:.2f})."
    ),
    "customers.model_guesses": N_(
        "A model of country, level and channel ranks leads no better than chance (AUC {auc:.2f}, lower bound "
        "{lower:.2f}): the points stay."
    ),
    "customers.timeline": N_(
        "Customer {customer}: {events:,} events from {first_on} to {last_on}, {orders:,} of them orders."
    ),
    # audiences
    "customers.audience_enough": N_("{rows:,} rows for {platform}; {least:,} are needed."),
    "customers.audience_too_few": N_(
        "Only {rows:,} rows for {platform}: {missing:,} more are needed to reach {least:,}."
    ),
    "customers.audience_match_rate": N_(
        "{platform} usually recognises {low:.0%} to {high:.0%} of work "
        "addresses; of {rows:,} rows fewer than {least:,} may be left."
    ),
    # leads
    "customers.leads_ready": N_("{closed:,} closed leads, {won:,} won: enough to learn from them."),
    "customers.leads_points_only": N_(
        "{closed:,} closed leads, {won:,} won: points only. A model needs "
        "{more_closed:,} more closed and {more_won:,} more won leads."
    ),
    # dependence
    "dependence.platform_share": N_("{share:.1%} of sales come from {name} (line: {line:.0%})."),
    "dependence.customer_share": N_("{share:.1%} of sales come from one customer, {name} (line: {line:.0%})."),
    "dependence.spread": N_("Discuss what would happen without it, and what would have to be built up."),
    "dependence.stage_unknown": N_("The active customers of the pools are not known: the stage cannot be told."),
    "dependence.no_main_pool": N_(
        "No stage is reached: active customers are spread, {share:.0%} of them in "
        "{main}. Having no main pool is allowed."
    ),
    "dependence.stage_1": N_(
        "Stage 1, the platform store: the main pool is {main} with {share:.0%} of active "
        "customers. A description, no grade."
    ),
    "dependence.stage_2": N_(
        "Stage 2, the social account: the main pool is {main} with {share:.0%} of active "
        "customers. A description, no grade."
    ),
    "dependence.stage_3": N_(
        "Stage 3, the own social shop: the main pool is {main} with {share:.0%} of active "
        "customers. A description, no grade."
    ),
    "dependence.stage_4": N_(
        "Stage 4, the own site or app: the main pool is {main} with {share:.0%} of active "
        "customers. A description, no grade."
    ),
    "dependence.block_active": N_("Stage {next} needs {needed:.0%} of active customers; it has {share:.0%}."),
    "dependence.block_sales_usd": N_("Stage {next} needs {needed:.0%} of sales; it has {share:.0%}."),
    "dependence.block_visitors": N_("Stage {next} needs {needed:.0%} of traffic; it has {share:.0%}."),
    "dependence.block_sales_usd_unknown": N_(
        "Whether stage {next} is reached cannot be told: the sales of a pool are not known."
    ),
    "dependence.block_visitors_unknown": N_(
        "Whether stage {next} is reached cannot be told: the traffic of a pool is not known."
    ),
    "dependence.release_too_short": N_(
        "{weeks} weeks of spend and orders; {more} more are needed to see the sign of stage 2."
    ),
    "dependence.release_spend_not_falling": N_(
        "Platform spend does not fall over {weeks} weeks "
        "({spend_first:,.0f} to {spend_last:,.0f} a week): the sign of "
        "stage 2 is not there."
    ),
    "dependence.release_holds": N_(
        "Platform spend falls ({spend_first:,.0f} to {spend_last:,.0f} a week) and "
        "orders hold ({orders_first:,} to {orders_last:,}, {ratio_low:.2f} to "
        "{ratio_high:.2f} times): the sign of stage 2. A trend is no proof of its "
        "cause."
    ),
    "dependence.release_orders_fell": N_(
        "Platform spend falls ({spend_first:,.0f} to {spend_last:,.0f} a week) "
        "and orders fall with it ({orders_first:,} to {orders_last:,}, "
        "{ratio_low:.2f} to {ratio_high:.2f} times)."
    ),
    "dependence.release_open": N_(
        "Platform spend falls ({spend_first:,.0f} to {spend_last:,.0f} a week); "
        "{orders_first:,} and {orders_last:,} orders are too few to say whether they "
        "hold."
    ),
    "dependence.self_operated": N_(
        "As of {seen_on} the platform ran stores of its own in {categories} categories. What "
        "holds today is not known; look at the first page of your main words."
    ),
    "dependence.reachable": N_(
        "If {platform} closed tomorrow, {customers:,} of {of:,} customers could still be reached for sure; between "
        "{low:.0%} and {high:.0%} of sales came from customers who can."
    ),
    "dependence.reachable_sure": N_(
        "If {platform} closed tomorrow, {customers:,} of {of:,} customers, with {low:.0%} of sales, could still be "
        "reached."
    ),
    "dependence.reachable_unknown": N_("What would be left if a platform closed is not known: no order names one."),
    # charts
    "customers.chart_retention": N_(
        "Retention of {cohorts} cohorts; one period after the first order {rate:.1%} order again."
    ),
    "customers.chart_retention_cut": N_(
        "Retention of {cohorts} cohorts; shares of fewer than five customers are not shown."
    ),
    "customers.chart_retention_young": N_("Retention of {cohorts} cohorts; none has lived through a full period yet."),
    "customers.chart_cohort_value": N_(
        "Cumulated margin per customer of {cohorts} cohorts, {most:,.0f} at most so far."
    ),
    "customers.chart_gaps": N_(
        "Days between orders: half of {gaps:,} gaps are at most {median:,.0f} days, nine tenths at most {p90:,.0f}."
    ),
    "customers.chart_rfm": N_(
        "Customers by recency and frequency score; the largest field holds {most:,} of {customers:,}."
    ),
    "customers.chart_backtest": N_(
        "Repeat orders in the part kept back: {actual:,.0f}; foretold by the model: {predicted:,.0f}."
    ),
    "customers.chart_shares": N_("Shares of sales: the largest is {name} with {share:.1%}."),
    "customers.chart_pools": N_(
        "Shares of {pools} pools in active customers, sales and traffic; {name} holds {share:.0%} of active customers."
    ),
    "customers.chart_pools_unknown": N_("Shares of {pools} pools; the active customers are not known."),
    "customers.chart_sides": N_("Margin per customer at equal age: {sides}."),
    "customers.chart_timeline": N_("Time-line of one customer: {events:,} events over {channels} channels."),
    "customers.chart_leads": N_("Leads by fit and engagement: {best:,} of {leads:,} are A1."),
}

LABELS: dict[str, tuple[str, str]] = {
    "lived": (N_("Periods since the first order"), "count"),
    "complete": (N_("Period has ended"), "code"),
    "cohorts": (N_("Cohorts"), "count"),
    "within_days": (N_("Within days"), "count"),
    "repeaters": (N_("Ordered again"), "count"),
    "customers": (N_("Customers"), "count"),
    "recency_days": (N_("Days since the last order"), "count"),
    "frequency": (N_("Days with an order after the first"), "count"),
    "monetary": (N_("Sales, net"), "usd"),
    "r": (N_("Recency score"), "count"),
    "f": (N_("Frequency score"), "count"),
    "m": (N_("Money score"), "count"),
    "tier": (N_("Tier"), "code"),
    "last_order": (N_("Last order"), "date"),
    "days_since": (N_("Days since"), "count"),
    "gaps": (N_("Gaps between orders"), "count"),
    "limit": (N_("Limit"), "decimal"),
    "rhythm": (N_("Rhythm of"), "code"),
    "at_risk": (N_("At risk"), "code"),
    "sales": (N_("Sales so far"), "usd"),
    "margin_per_customer": (N_("Margin per customer"), "usd"),
    "margin_lower": (N_("Margin per customer, lower bound"), "usd"),
    "margin_upper": (N_("Margin per customer, upper bound"), "usd"),
    "unknown_orders": (N_("Orders of unknown amount"), "count"),
    "recency_weeks": (N_("Weeks from first to last order"), "decimal"),
    "age_weeks": (N_("Weeks since the first order"), "decimal"),
    "order_value": (N_("Mean order value"), "usd"),
    "expected_orders": (N_("Expected orders"), "decimal"),
    "alive": (N_("Chance of still buying"), "percent"),
    "lifetime_value": (N_("Lifetime value"), "usd"),
    "test": (N_("Test"), "code"),
    "method": (N_("Method"), "code"),
    "predicted": (N_("Foretold"), "decimal"),
    "actual": (N_("Actual"), "count"),
    "error": (N_("Error"), "percent"),
    "auc": (N_("Ranking power"), "decimal"),
    "side": (N_("Public or private"), "code"),
    "cost": (N_("Cost"), "usd"),
    "per_customer": (N_("Cost per customer"), "usd"),
    "per_customer_lower": (N_("Cost per customer, lower bound"), "usd"),
    "per_customer_upper": (N_("Cost per customer, upper bound"), "usd"),
    "payback_age": (N_("Paid back after periods"), "count"),
    "age_days": (N_("Age in days of the customer"), "count"),
    "touch": (N_("By touch"), "code"),
    "private_sales": (N_("Private sales"), "usd"),
    "public_sales": (N_("Public sales"), "usd"),
    "unknown_sales": (N_("Sales of unknown origin"), "usd"),
    "first_at": (N_("First touch"), "date"),
    "touch_kind": (N_("What"), "code"),
    "records": (N_("Records"), "count"),
    "fit": (N_("Fit"), "percent"),
    "engagement": (N_("Engagement"), "decimal"),
    "grade": (N_("Grade"), "text"),
    "promised": (N_("Promised"), "percent"),
    "closed_leads": (N_("Closed leads"), "count"),
    "won": (N_("Won"), "code"),
    "dimension": (N_("Dimension"), "code"),
    "hhi": (N_("HHI"), "count"),
    "effective": (N_("Effective number"), "decimal"),
    "largest": (N_("Largest"), "text"),
    "largest_share": (N_("Share of the largest"), "percent"),
    "groups": (N_("Groups"), "count"),
    "unknown_amount": (N_("Of unknown origin"), "usd"),
    "band": (N_("Band"), "code"),
    "active_share": (N_("Share of active customers"), "percent"),
    "sales_usd_share": (N_("Share of sales"), "percent"),
    "visitors_share": (N_("Share of traffic"), "percent"),
    "within": (N_("Within days of the first order"), "code"),
    "private_orders": (N_("Private orders"), "count"),
    "orders_lower": (N_("Share of orders, lower bound"), "percent"),
    "orders_upper": (N_("Share of orders, upper bound"), "percent"),
    "self_operated_category": (N_("Category of the platform's own stores"), "text"),
    "pool_stage": (N_("Stage, from store to own site"), "count"),
    "open_leads": (N_("Open leads"), "count"),
    "check.active": (N_("Active fit in"), "text"),
    "check.reachable": (N_("Reachable fit in"), "text"),
    "seen_on": (N_("Seen on"), "date"),
    "self_operated_category.medical and protection": (N_("medical and protection"), "text"),
    "self_operated_category.beauty electronics": (N_("beauty electronics"), "text"),
    "self_operated_category.fitness": (N_("fitness"), "text"),
    "self_operated_category.home and pets": (N_("home and pets"), "text"),
    "self_operated_category.consumer electronics": (N_("consumer electronics"), "text"),
    "touch.first": (N_("First touch"), "text"),
    "touch.last": (N_("Last touch"), "text"),
    "touch_kind.visit": (N_("Visit"), "text"),
    "touch_kind.inquiry": (N_("Inquiry"), "text"),
    "touch_kind.tm": (N_("TM consultation"), "text"),
    "touch_kind.quote": (N_("Quote"), "text"),
    "touch_kind.sample": (N_("Sample"), "text"),
    "touch_kind.order": (N_("Order"), "text"),
    "touch_kind.refund": (N_("Refund"), "text"),
    "touch_kind.mail": (N_("Mail"), "text"),
    "touch_kind.message": (N_("Message"), "text"),
    "direction.in": (N_("customer"), "text"),
    "direction.out": (N_("us"), "text"),
    "test.customers": (N_("Customers"), "text"),
    "test.repeat_customers": (N_("Repeat customers"), "text"),
    "test.months": (N_("Months of orders"), "text"),
    "test.drop_out": (N_("Drop-out seen"), "text"),
    "test.total": (N_("Total foretold"), "text"),
    "test.ranking": (N_("Ranking"), "text"),
    "test.spend_correlation": (N_("Spend and frequency"), "text"),
    "method.model": (N_("Model (MBG/NBD)"), "text"),
    "method.own_rate": (N_("Everybody's own rate"), "text"),
    "method.recency": (N_("Last order first"), "text"),
    "rhythm.own": (N_("her own"), "text"),
    "rhythm.everybody": (N_("all customers"), "text"),
    "dimension.by customer_id": (N_("by customer"), "text"),
    "dimension.by product_id": (N_("by product"), "text"),
    "median": (N_("Median days"), "decimal"),
    "p75": (N_("Three quarters within"), "decimal"),
    "p90": (N_("Nine tenths within"), "decimal"),
    "message": (N_("Finding"), "message"),
    "name": (N_("Name"), "text"),
    "days_between": (N_("Days between orders"), "count"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("ever"),
    N_("public_sea"),
    N_("high_potential"),
    N_("dealt"),
    N_("repeat"),
    N_("own"),
    N_("everybody"),
    N_("private"),
    N_("public"),
    N_("first"),
    N_("last"),
    N_("order before contact"),
    N_("no touch"),
    N_("customers"),
    N_("repeat_customers"),
    N_("months"),
    N_("drop_out"),
    N_("total"),
    N_("ranking"),
    N_("spend_correlation"),
    N_("model"),
    N_("own_rate"),
    N_("recency"),
    N_("dispersed"),
    N_("moderate"),
    N_("concentrated"),
    N_("unknown"),
    N_("pass"),
    N_("fail"),
    N_("by platform"),
    N_("by channel"),
    N_("by country"),
    N_("by customer_id"),
    N_("by product_id"),
    N_("visit"),
    N_("tm"),
    N_("sample"),
    N_("mail"),
    N_("message"),
    N_("in"),
    N_("out"),
)
