"""Words of the widgets."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
