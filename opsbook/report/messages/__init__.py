"""The words for what the analysis found: one module per topic, each with `MESSAGES` and `LABELS`."""

from opsbook.report.messages import (
    auction,
    batch,
    bidding,
    boards,
    brief,
    customers,
    diagnosis,
    explore,
    funnel,
    intake,
    keywords,
    products,
    promotion,
    quadrants,
    rules,
    titles,
    traffic,
)

_TOPICS = (
    auction,
    batch,
    bidding,
    boards,
    brief,
    customers,
    diagnosis,
    explore,
    funnel,
    intake,
    keywords,
    products,
    promotion,
    quadrants,
    rules,
    titles,
    traffic,
)

#: {message id: English template with named fields}
MESSAGES: dict[str, str] = {key: text for topic in _TOPICS for key, text in topic.MESSAGES.items()}

#: {column: (English header, format)}; formats: text id count decimal percent points cny usd hours date message
LABELS: dict[str, tuple[str, str]] = {key: label for topic in _TOPICS for key, label in topic.LABELS.items()}
