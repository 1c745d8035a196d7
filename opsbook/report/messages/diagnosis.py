"""Words for the diagnosis: why clicks do not become inquiries."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    # what was found of the visitors and the store
    "diagnosis.noise": N_(
        "{part:,} of {visits:,} visits ({share:.0%}) look like noise: one page, under {seconds} seconds, no buyer "
        "level, no contact. That is a suspicion; from {limit:.0%} on it would explain missing inquiries."
    ),
    "diagnosis.noise_from": N_(
        "{part:,} of {visits:,} visits ({share:.0%}) look like noise: one page, under {seconds} seconds, no buyer "
        "level, no contact; {from_country:,} of them come from {country}. That is a suspicion; from {limit:.0%} on "
        "it would explain missing inquiries."
    ),
    "diagnosis.noise_burst": N_(
        "{part:,} of {visits:,} visits ({share:.0%}) look like noise: one page, under {seconds} seconds, no buyer "
        "level, no contact; {burst:,} of them come from {country} on {day}, where {usual:.1f} a day are usual. That "
        "is a suspicion; from {limit:.0%} on it would explain missing inquiries."
    ),
    "diagnosis.mismatch": N_(
        "{part:,} of {visits:,} visitors whose words are known ({share:.0%}) search for something that the product "
        "they saw does not name; above {limit:.0%} the words are to blame before any page."
    ),
    "diagnosis.buyer_level": N_(
        "{part:,} of {visits:,} visitors who looked at {viewed} or more suppliers ({share:.0%}) are of a low level "
        "and wrote to {asked:.0%} of them at most; above {limit:.0%} the direction of the traffic is to blame, not "
        "the page."
    ),
    "diagnosis.word_browsers": N_(
        "{browsers:,} of {buyers:,} buyers who searched for this word and looked at {viewed} or more suppliers "
        "({share:.0%}) are of a low level and wrote to {asked:.0%} of them at most; of other buyers {others_share:.0%}."
    ),
    "diagnosis.store_level": N_(
        "{events:,} opportunities of {visits:,} visits ({rate:.2%}); at the peers' average of {peers:.2%} there "
        "would be {expected:,.0f}."
    ),
    "diagnosis.store_missed": N_(
        "{missed:,} of {eager:,} matched buyers who wrote to most suppliers passed over this store, on {products:,}"
        " products; by chance {chance:.0%} would."
    ),
    "diagnosis.reach": N_(
        "On the promoted words the store has {mean:.0%} of the impressions of the industry's Top10 (mean of {weeks}"
        " weeks); below {limit:.0%} too few buyers see it."
    ),
    "diagnosis.hours": N_(
        "Adverts are online {mean:.0%} of the hours (mean of {weeks} windows); below {limit:.0%} the budget ends "
        "before the buyers come."
    ),
    "diagnosis.dear": N_(
        "A click costs {cpc:.2f} CNY; with {inquiries:,} inquiries of {clicks:,} clicks it brings about "
        "{break_even:.2f} CNY."
    ),
    # what was found of products and words
    "diagnosis.product": N_(
        "{events:,} opportunities of {visits:,} visits where {expected:.1f} were to be expected at the rate of its "
        "sisters with such buyers and words."
    ),
    "diagnosis.product_missed": N_(
        "{events:,} opportunities of {visits:,} visits where {expected:.1f} were to be expected at the rate of its "
        "sisters with such buyers and words. Besides, {missed} of {eager} matched buyers who wrote to most suppliers "
        "passed it over: at {chance:.0%} each, so many or more are missed with a probability of {p_value:.1%}."
    ),
    "diagnosis.product_unknown": N_(
        "Not enough data to tell: {events:,} opportunities of {visits:,} visits where {expected:.1f} were to be "
        "expected."
    ),
    "diagnosis.product_words": N_(
        "It converts worse than its sisters, and only {match:,} of its {visits:,} visitors searched for what it is."
    ),
    "diagnosis.word": N_(
        "{events:,} inquiries of {visits:,} clicks where {expected:.1f} were to be expected on the same {products} "
        "products."
    ),
    "diagnosis.keyword_unknown": N_(
        "Not enough data to tell: {events:,} inquiries of {visits:,} clicks where {expected:.1f} were to be expected."
    ),
    "diagnosis.inseparable_product": N_(
        "{events:,} opportunities of {visits:,} visits where {expected:.1f} were to be expected; but nothing shows "
        "that its words are as good as the others', so page and words cannot be told apart."
    ),
    "diagnosis.inseparable_keyword": N_(
        "{events:,} inquiries of {visits:,} clicks where {expected:.1f} were to be expected; but the word stands on"
        " {products} product(s) only, so word and page cannot be told apart."
    ),
    "diagnosis.not_enough": N_("Not enough data to tell."),
    "diagnosis.effect": N_("{low:.1f} to {high:.1f} more opportunities a week, if it did as well as the others."),
    # what to do
    "diagnosis.next.noise": N_(
        "Look at where these visits come from, leave that region or placement out of the adverts, and report clicks"
        " that look deliberate to the platform."
    ),
    "diagnosis.next.mismatch": N_(
        "Stop paying for words that name other things, and write title and keywords in the words that buyers of "
        "this product use (never another company's brand)."
    ),
    "diagnosis.next.buyer_level": N_(
        "Change who comes before changing the page: raise bids for better buyer levels and regions, lower the broad "
        "words, "
        "and follow single visitors before spending more."
    ),
    "diagnosis.next.word_browsers": N_(
        "Lower the bid of this word or leave it out before any page is changed, and move the money to narrower words "
        "whose buyers ask."
    ),
    "diagnosis.next.first_screen": N_(
        "Go through the first screen: pictures, video, title, price, minimum order, logistics, attributes. The "
        "checklist shows what is missing."
    ),
    "diagnosis.next.word": N_(
        "Lower the bid of this word or leave it out; where it does name the product, look first at what its buyers "
        "want."
    ),
    "diagnosis.next.store_level": N_(
        "Lift the store as a whole: answer in time, products of high quality, real orders and reviews, complete "
        "company pages. A higher star alone does not help, and bought orders harm."
    ),
    "diagnosis.next.reply": N_(
        "Answer buyers in time first: {reply_rate:.0%} are answered in time, at peers {peers:.0%}. Then lift the "
        "store as a whole; bought orders harm."
    ),
    "diagnosis.next.reach": N_(
        "Test higher bids on the words that bring inquiries, and lift their promotion score to {stars} stars."
    ),
    "diagnosis.next.hours": N_("Test a higher budget, or spread it over the hours in which buyers are awake."),
    "diagnosis.next.dear": N_("Test lower bids: a click costs more than it brings."),
    "diagnosis.next.none": N_("Nothing to do here."),
    "diagnosis.next.after": N_(
        "Settle the earlier branch first: until then these numbers stand on visits that it spoils."
    ),
    # what to collect
    "diagnosis.collect_visits": N_("{visits:,} visits can be judged; about {wanted:,} are needed."),
    "diagnosis.collect_buyers": N_(
        "{buyers:,} buyers who searched for it can be judged; collect visitor details of some more weeks."
    ),
    "diagnosis.collect_product": N_("About {more:,} more visits without a single inquiry would settle it."),
    "diagnosis.collect_keyword": N_("About {more:,} more clicks without a single inquiry would settle it."),
    "diagnosis.collect.noise": N_("Collect visitor details with pages viewed, seconds stayed and buyer level."),
    "diagnosis.collect.mismatch": N_(
        "Collect visitor details with preferred words, and titles and keywords of the products."
    ),
    "diagnosis.collect.buyer_level": N_(
        "Collect visitor details with buyer level, suppliers viewed, suppliers inquired and suppliers consulted by TM."
    ),
    "diagnosis.collect.first_screen": N_(
        "Collect some more weeks of product performance, and visitor details with the product that was viewed."
    ),
    "diagnosis.collect.word": N_("Collect the P4P keyword report with product and inquiries, for some more weeks."),
    "diagnosis.collect.store_level": N_("Collect store figures together with the peers' average opportunity rate."),
    "diagnosis.collect.weeks": N_("Collect some more weeks of store figures with the peers' average."),
    "diagnosis.collect.bid_budget": N_(
        "Collect at least three weeks of own keywords (with Top10 impressions) and of the P4P keyword report (with "
        "hours and spend), and state the value of an inquiry."
    ),
    "diagnosis.collect.second_product": N_(
        "Promote a second product on its main words for some weeks, and collect the P4P keyword report with products; "
        "then the two compare."
    ),
    "diagnosis.collect.second_keyword": N_(
        "Promote the word with a second product for some weeks; then the two compare."
    ),
    # the first screen
    "diagnosis.item.pictures": N_("Main pictures"),
    "diagnosis.item.picture_side": N_("Shorter side of the pictures (pixels)"),
    "diagnosis.item.video": N_("Video"),
    "diagnosis.item.title_keywords": N_("Title contains a keyword in full"),
    "diagnosis.item.price": N_("Price shown"),
    "diagnosis.item.moq": N_("Minimum order shown"),
    "diagnosis.item.logistics": N_("Logistics set"),
    "diagnosis.item.attributes": N_("Attributes filled"),
    "diagnosis.item.category": N_("Category filled to its leaf"),
}

LABELS: dict[str, tuple[str, str]] = {
    "scope": (N_("Level"), "code"),
    "cause": (N_("Cause"), "text"),
    "probability": (N_("Probability"), "percent"),
    "evidence": (N_("Evidence"), "message"),
    "next_step": (N_("Next step"), "message"),
    "verdict": (N_("Verdict"), "code"),
    "running": (N_("Level after it"), "decimal"),
    "step": (N_("Step"), "code"),
    "visits": (N_("Visits"), "count"),
    "eager": (N_("Matched buyers who wrote to most"), "count"),
    "missed": (N_("Of them, passed us over"), "count"),
    "miss_rate": (N_("Miss rate"), "percent"),
    "item": (N_("Item"), "message"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("store"),
    N_("product"),
    N_("keyword"),
    N_("named"),
    N_("suspected"),
    N_("cleared"),
    N_("waiting"),
    N_("unknown"),
    N_("pass"),
    N_("fail"),
    N_("noise"),
    N_("mismatch"),
    N_("buyer_level"),
    N_("first_screen"),
    N_("word"),
    N_("inseparable"),
    N_("store_level"),
    N_("bid_budget"),
    N_("expected"),
    N_("rest"),
    N_("actual"),
    N_("all visits"),
    N_("real visits"),
    N_("words match"),
    N_("wrote to most"),
    N_("passed us over"),
)
