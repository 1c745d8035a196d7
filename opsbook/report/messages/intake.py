"""Words for intake."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
