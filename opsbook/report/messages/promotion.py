"""Words for promotion."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
