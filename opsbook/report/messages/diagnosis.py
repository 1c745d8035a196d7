"""Words for diagnosis."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
