"""Words for products."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
