"""Words for customers."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
