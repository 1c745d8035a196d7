"""Words for keywords."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # why a word has its decision
    "keywords.pause": N_(
        "{clicks:,} clicks for {spend:,.2f} CNY brought {inquiries:.4g} inquiries, where {break_even:.2%} of the "
        "clicks must ask to pay for themselves: the chance that this word loses money is {prob_loss:.0%}."
    ),
    "keywords.lower": N_(
        "{clicks:,} clicks at {cpc:.2f} CNY brought {inquiries:.4g} inquiries: a loss is more likely than not "
        "({prob_loss:.0%}), but not certain. {clicks_needed:,} more clicks without an inquiry would be a reason to "
        "pause."
    ),
    "keywords.keep": N_(
        "{clicks:,} clicks at {cpc:.2f} CNY brought {inquiries:.4g} inquiries: the chance of a loss is "
        "{prob_loss:.0%}."
    ),
    "keywords.raise": N_(
        "{clicks:,} clicks at {cpc:.2f} CNY brought {inquiries:.4g} inquiries, where {break_even:.2%} of the clicks "
        "pay for all of them: the chance that the word earns clearly more than it costs is {prob_gain:.0%}."
    ),
    "keywords.collect": N_(
        "Not enough data yet: {clicks:,} clicks for {spend:,.2f} CNY and {inquiries:.4g} inquiries decide nothing. "
        "{clicks_needed:,} more clicks without an inquiry would be a reason to pause."
    ),
    "keywords.unknown_counts": N_("Clicks, spend or inquiries of this word are not known: it cannot be judged."),
    "keywords.no_clicks": N_("No click yet: what a click costs and brings is not known."),
    "keywords.no_mature_clicks": N_("The clicks are too fresh: their inquiries have not had time to arrive."),
    "keywords.no_value": N_(
        "{clicks:,} clicks, {inquiries:.4g} inquiries, {spend:,.2f} CNY. What an inquiry is worth is not known: state "
        "it in data/stores.toml, or import orders."
    ),
    "keywords.free": N_("{clicks:,} clicks and {inquiries:.4g} inquiries without any spend: nothing to lose."),
    # the reading that stands beside the decision
    "keywords.head": N_(
        "Head word, judged by its traffic: {impressions:,} impressions, {clicks:,} clicks, CTR {ctr:.2%} against "
        "{peer_ctr:.2%} of all head words."
    ),
    "keywords.head_first_page": N_(
        "Head word, judged by its traffic: {impressions:,} impressions ({first_page:.0%} of what the ten best "
        "suppliers have on average), {clicks:,} clicks, CTR {ctr:.2%} against {peer_ctr:.2%} of all head words."
    ),
    "keywords.tail": N_(
        "Long-tail word, judged by its inquiries: {inquiries:.4g}, at {cost_per_inquiry:,.2f} CNY each."
    ),
    "keywords.tail_silent": N_("Long-tail word, judged by its inquiries: none yet for {spend:,.2f} CNY."),
    "keywords.reading_unknown": N_("Too little is known of this word for a reading."),
    # the whole table
    "keywords.spent": N_(
        "{spend:,.2f} CNY bought {clicks:,} clicks and {inquiries:.4g} inquiries; by chance alone an inquiry may cost "
        "{cost_low:,.2f} to {cost_high:,.2f} CNY (80 %)."
    ),
    "keywords.spent_in_weeks": N_(
        "{spend:,.0f} CNY in {weeks:g} weeks bought {clicks:,} clicks and {inquiries:.4g} inquiries at {cost:,.0f} CNY "
        "each; by chance alone an inquiry may cost {cost_low:,.0f} to {cost_high:,.0f} CNY (80 %)."
    ),
    "keywords.nothing_spent": N_("Nothing was spent: {clicks:,} clicks and {inquiries:.4g} inquiries."),
    "keywords.spent_cost_only": N_(
        "{spend:,.2f} CNY was spent on {words:,} words. No export says which inquiries they brought: only the cost is "
        "shown."
    ),
    "keywords.spend_unknown": N_("What the {words:,} words cost is not known: no decision can be made."),
    "keywords.silent": N_(
        "{words:,} words brought no inquiry for {spend:,.2f} CNY. For {waiting:,} of them ({waiting_spend:,.2f} CNY) "
        "that may still be chance."
    ),
    "keywords.wrong_pauses": N_(
        "{words:,} words to pause ({spend:,.2f} CNY): expect about {wrong:.1f} of them to be paused wrongly, and to "
        "give up about {inquiries:.1f} inquiries."
    ),
    "keywords.no_pauses": N_("No word is certain enough of a loss to be paused."),
    # what to do
    "keywords.do.pause": N_('Pause "{keyword}".'),
    "keywords.do.lower": N_(
        'Lower the bid of "{keyword}": by its expected rate a click is worth {cap:.2f} CNY at most.'
    ),
    "keywords.do.raise": N_(
        'Raise the bid of "{keyword}": by its expected rate a click is worth up to {cap:.2f} CNY.'
    ),
    "keywords.do.add": N_('Add "{keyword}" to P4P.'),
    "keywords.do.buyers": N_(
        "Change who comes before changing the page: leave out {keywords} and other broad words, raise bids for buyers "
        "of higher "
        "levels and for target countries, and follow single visitors before spending more."
    ),
    "keywords.effect.pause": N_("{low:,.0f} to {high:,.0f} CNY saved, less the inquiries given up."),
    # words to add
    "keywords.add.has_inquiries": N_(
        'Buyers who asked us had searched for "{keyword}" ({inquiries:.4g} of them); it is not advertised.'
    ),
    "keywords.add.opportunity": N_(
        '"{keyword}" is searched much (keyword index {keyword_index:,.0f}) and offered by few (seller-scale index '
        "{seller_index:,.0f})."
    ),
    "keywords.add.new_industry_word": N_(
        '"{keyword}" is new among the words that buyers of the industry search for.'
    ),
    # phrases
    "keywords.phrase.negative_candidate": N_(
        'All {word_count:,} words with "{phrase}" brought no inquiry for {clicks:,.0f} clicks and {spend:,.2f} CNY, '
        "where {expected_inquiries:.1f} were to be expected: a candidate to exclude."
    ),
    "keywords.phrase.negative_candidate_unpriced": N_(
        'All {word_count:,} words with "{phrase}" brought no inquiry for {clicks:,.0f} clicks, where '
        "{expected_inquiries:.1f} were to be expected: a candidate to exclude. What they cost is not known."
    ),
    "keywords.phrase.look_at_page": N_(
        'The {word_count:,} words with "{phrase}" show the intent to trade, yet brought {inquiries:.4g} inquiries '
        "where {expected_inquiries:.1f} were to be expected: look at the page, do not exclude."
    ),
    "keywords.phrase.review": N_(
        'The {word_count:,} words with "{phrase}" brought {inquiries:.4g} inquiries where {expected_inquiries:.1f} '
        "were to be expected: review them one by one."
    ),
    "keywords.phrase.as_expected": N_(
        'The {word_count:,} words with "{phrase}" brought {inquiries:.4g} inquiries where {expected_inquiries:.1f} '
        "were to be expected: no more than chance."
    ),
    # why clicks do not become inquiries
    "keywords.wrong_buyers_unpriced": N_(
        "{words} words bring the wrong buyers, {keywords} among them: {browsers:,} of the {buyers:,} visitors who "
        "searched for them ({share:.0%}) are of a low level, look at many suppliers and write to few; of all other "
        "visitors {others_share:.0%} do. That points to the traffic, not to the page. What these words cost is not "
        "known."
    ),
    "keywords.wrong_buyers": N_(
        "{words} words take {spend_share:.0%} of the money ({spend:,.2f} CNY) and bring the wrong buyers, {keywords} "
        "among them: {browsers:,} of the {buyers:,} visitors who searched for them ({share:.0%}) are of a low level, "
        "look at many suppliers and write to few; of all other visitors {others_share:.0%} do. That points to the "
        "traffic, not to the page."
    ),
    "keywords.cause.noise": N_("A part of the visits looks like noise ({probability:.0%} sure): a suspicion only."),
    "keywords.cause.mismatch": N_(
        "The words that bring the visitors do not name what they see ({probability:.0%} sure)."
    ),
    "keywords.cause.buyer_level": N_(
        "The visitors are the wrong buyers ({probability:.0%} sure): look at the traffic."
    ),
    "keywords.cause.first_screen": N_('The first screen of "{object}" loses buyers ({probability:.0%} sure).'),
    "keywords.cause.word": N_('The word "{object}" converts worse on every product ({probability:.0%} sure).'),
    "keywords.cause.inseparable": N_(
        '"{object}" converts badly ({probability:.0%} sure), but page and word cannot be told apart.'
    ),
    "keywords.cause.store_level": N_("The store as a whole converts worse than its peers ({probability:.0%} sure)."),
    "keywords.cause.bid_budget": N_("Bid or budget keeps the right buyers away ({probability:.0%} sure)."),
    "keywords.gap_short": N_(
        "{actual:,} opportunities came (by chance {lower:,.0f} to {upper:,.0f}), where the peers' rate would bring "
        "{expected:,.0f}: the store falls short of its peers."
    ),
    "keywords.gap_level": N_(
        "{actual:,} opportunities came (by chance {lower:,.0f} to {upper:,.0f}); the peers' rate would bring "
        "{expected:,.0f}: no difference beyond chance."
    ),
    "keywords.gap_ahead": N_(
        "{actual:,} opportunities came (by chance {lower:,.0f} to {upper:,.0f}); the peers' rate would bring "
        "{expected:,.0f}: the store does better than its peers."
    ),
    # the price of a click
    "keywords.cpc_change": N_(
        "This week a click cost {now:.2f} CNY, the week before {before:.2f}: the prices of the words made {price:+.2f} "
        "of that, the mix of words {mix:+.2f}."
    ),
    # what the numbers rest on
    "keywords.attribution.platform.inquiries": N_("Inquiries by word are the platform's own attribution."),
    "keywords.attribution.platform.opportunities": N_(
        "The export has no inquiries by word: its opportunities (persons with an inquiry or a TM chat) stand in for "
        "them."
    ),
    "keywords.attribution.allocated": N_(
        "Inquiries by word are an estimate: the export has none, so the inquiries of each product are shared out by "
        "clicks."
    ),
    "keywords.attribution.cost_only": N_(
        "No export says which words brought inquiries: only cost is shown. Import the P4P keyword report with "
        "inquiries, or with products beside the product report of the same weeks."
    ),
    "keywords.set_aside": N_(
        "The last {days} days are not final yet and set aside: {clicks:,} clicks for {spend:,.2f} CNY."
    ),
    # pictures
    "keywords.break_even_line": N_("Clicks pay for themselves"),
    "keywords.chart_spend": N_(
        "Spend and expected inquiries of {words:,} words, {spend:,.0f} CNY in all, with 90 % intervals; {pauses:,} are "
        'to be paused; most was spent on "{keyword}" ({most:,.0f} CNY).'
    ),
    "keywords.chart_gap": N_(
        "Opportunities from {expected:,.0f} at the peers' rate to the {actual:,.0f} that came; causes found: "
        "{causes}, explaining {explained:+,.0f}."
    ),
    "keywords.chart_missed": N_(
        "Of {visits:,} visits {eager:,} were matched buyers who wrote to most suppliers; {missed:,} of them passed us "
        "over."
    ),
    # money
    "keywords.value": N_(
        "An inquiry is worth about {value:,.0f} CNY ({low:,.0f} to {high:,.0f} with 80 %), from orders and margin."
    ),
    "keywords.value_stated": N_("An inquiry is worth {value:,.0f} CNY, as stated for the store."),
    "keywords.value_unknown": N_(
        "What an inquiry is worth is not known: state it in data/stores.toml, or state margin and exchange rate "
        "there and import paid orders."
    ),
    "keywords.unit_yuan": N_("Spend is in yuan: {spend:,.2f} against {account_spend:,.2f} CNY of the account."),
    "keywords.unit_fen": N_(
        "Spend looks like fen: {spend:,.2f} against {account_spend:,.2f} CNY of the account. Nothing is computed from "
        "it before it is divided by 100."
    ),
    "keywords.unit_unknown": N_(
        "Whether spend is in yuan could not be checked: import the campaign report beside the P4P keyword report."
    ),
    "keywords.unit_unclear": N_("Spend does not agree with the account's: check its unit and its window."),
}

LABELS: dict[str, tuple[str, str]] = {
    "add_reason": (N_("Why add it"), "code"),
    "attribution": (N_("Attribution"), "code"),
    "break_even": (N_("Break-even rate"), "percent"),
    "browser_share": (N_("Share that only looks"), "percent"),
    "browsers": (N_("Low level, only looking"), "count"),
    "budget_use": (N_("Budget used"), "percent"),
    "buyers": (N_("Visitors judged"), "count"),
    "cause.actual": (N_("What came"), "text"),
    "cause.bid_budget": (N_("Bid and budget"), "text"),
    "cause.buyer_level": (N_("Buyer level"), "text"),
    "cause.expected": (N_("At the peers' rate"), "text"),
    "cause.first_screen": (N_("First screen"), "text"),
    "cause.inseparable": (N_("Page or word"), "text"),
    "cause.mismatch": (N_("Words do not match"), "text"),
    "cause.noise": (N_("Noise"), "text"),
    "cause.rest": (N_("Chance, or not found"), "text"),
    "cause.store_level": (N_("The whole store"), "text"),
    "cause.word": (N_("The word"), "text"),
    "certain": (N_("Certain"), "text"),
    "clicks_before": (N_("Clicks before"), "count"),
    "clicks_needed": (N_("Clicks needed"), "count"),
    "cost_per_inquiry": (N_("Cost per inquiry"), "cny"),
    "cpc_before": (N_("CPC before"), "cny"),
    "decision.lower": (N_("lower the bid"), "text"),
    "decision.raise": (N_("raise the bid"), "text"),
    "decision": (N_("Decision"), "code"),
    "evidence": (N_("Evidence"), "message"),
    "expected_inquiries": (N_("Expected inquiries"), "decimal"),
    "expected_profit": (N_("Expected profit"), "cny"),
    "family": (N_("Word family"), "text"),
    "first_page": (N_("Against the ten best"), "percent"),
    "inquiries_lower": (N_("Inquiries, low"), "decimal"),
    "inquiries_upper": (N_("Inquiries, high"), "decimal"),
    "list_change": (N_("Change of the list"), "code"),
    "mature_clicks": (N_("Mature clicks"), "decimal"),
    "measure": (N_("Counted"), "code"),
    "mix_effect": (N_("CPC by mix"), "cny"),
    "natural_reach": (N_("Natural reach against the Top10"), "percent"),
    "online_share": (N_("Share of hours online"), "percent"),
    "opportunity": (N_("Opportunity word"), "text"),
    "others_share": (N_("The same of all others"), "percent"),
    "p_holm": (N_("p-value, all products together"), "decimal"),
    "phrase": (N_("Phrase"), "text"),
    "price_effect": (N_("CPC by price"), "cny"),
    "prior_exposure": (N_("Worth of the group's opinion"), "decimal"),
    "prob_gain": (N_("Chance of a gain"), "percent"),
    "prob_loss": (N_("Chance of a loss"), "percent"),
    "q_value": (N_("q-value"), "percent"),
    "rate": (N_("Inquiries per click"), "percent"),
    "rate_lower": (N_("Rate, low"), "percent"),
    "rate_upper": (N_("Rate, high"), "percent"),
    "reading": (N_("Reading"), "message"),
    "role": (N_("Kind of word"), "code"),
    "route": (N_("Route"), "code"),
    "route.natural": (N_("natural ranking"), "text"),
    "route.p4p": (N_("P4P"), "text"),
    "route.title_first": (N_("title first, then P4P"), "text"),
    "settled": (N_("Settled"), "text"),
    "spend_part": (N_("Part of the spend"), "code"),
    "spend_share": (N_("Share of spend"), "percent"),
    "spellings": (N_("Spellings"), "text"),
    "stable": (N_("Stable"), "text"),
    "total_budget": (N_("Budget of these days"), "cny"),
    "value_per_inquiry": (N_("Value of an inquiry"), "cny"),
    "variation": (N_("Variation"), "decimal"),
    "verdict": (N_("Verdict"), "code"),
    "weekly_mean": (N_("Mean per week"), "decimal"),
    "weeks": (N_("Weeks"), "count"),
    "word_count": (N_("Words"), "count"),
    "wrong_pauses": (N_("Wrong pauses to expect"), "decimal"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("raise"),
    N_("keep"),
    N_("lower"),
    N_("pause"),
    N_("collect"),
    N_("add"),
    N_("head"),
    N_("long_tail"),
    N_("platform"),
    N_("allocated"),
    N_("cost_only"),
    N_("inquiries"),
    N_("opportunities"),
    N_("with_inquiries"),
    N_("likely_loss"),
    N_("too_early"),
    N_("unknown"),
    N_("has_inquiries"),
    N_("opportunity"),
    N_("new_industry_word"),
    N_("new"),
    N_("gone"),
    N_("negative_candidate"),
    N_("look_at_page"),
    N_("review"),
    N_("as_expected"),
)
