"""Words for funnel."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
