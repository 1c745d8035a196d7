"""Words for platform rules and thresholds."""

from opsbook.report.language import N_

MESSAGES: dict[str, str] = {
    "rules.version": N_("Rules of {as_of}, version {version}: {rules:,} in force."),
    "rules.overridden": N_("{rules:,} rules are changed by the user's own file: {ids}."),
}

LABELS: dict[str, tuple[str, str]] = {
    "rule": (N_("Rule"), "id"),
    "rule_kind": (N_("Kind of rule"), "code"),
    "rule_title_en": (N_("Title in English"), "text"),
    "rule_title_zh": (N_("Title in Chinese"), "text"),
    "logic": (N_("Logic"), "code"),
    "members": (N_("Members"), "text"),
    "field": (N_("Field"), "text"),
    "operator": (N_("Comparison"), "text"),
    "threshold": (N_("Value"), "text"),
    "relative_to": (N_("Times"), "text"),
    "unit": (N_("Unit"), "text"),
    "window_days": (N_("Window in days"), "count"),
    "inclusive": (N_("Last day counts"), "code"),
    "effective_from": (N_("In force from"), "date"),
    "effective_to": (N_("In force to"), "date"),
    "seen_on": (N_("Seen on"), "date"),
    "source": (N_("Source"), "text"),
    "confidence": (N_("Confidence"), "code"),
    "note": (N_("Note"), "text"),
    "alternatives": (N_("Other readings"), "text"),
    "overridden": (N_("Changed by the user"), "code"),
    "our_default": (N_("Our default"), "code"),
}

#: Words that stand in cells of kind `code`.
CODES: tuple[str, ...] = (
    N_("parameter"),
    N_("condition"),
    N_("group"),
    N_("all"),
    N_("any"),
    N_("veto"),
    N_("high"),
    N_("medium"),
    N_("low"),
)
