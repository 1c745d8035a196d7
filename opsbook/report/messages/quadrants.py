"""Words for quadrants."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
