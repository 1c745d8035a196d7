"""Words for keywords."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
