"""Words for traffic."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
