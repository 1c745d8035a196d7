"""Words for boards."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
