"""Words for brief."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
