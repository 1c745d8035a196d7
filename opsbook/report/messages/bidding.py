"""Words for bidding results."""

MESSAGES: dict[str, str] = {}

LABELS: dict[str, tuple[str, str]] = {}
