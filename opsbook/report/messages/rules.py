"""Words for rules."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
