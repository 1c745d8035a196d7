"""The weekly brief: verdict, key figures and the action list that a boss reads.

**Proposals.** Every analysis module that proposes something returns one DataFrame with the columns `ACTION_COLUMNS`,
one row per proposal (an empty one is `pd.DataFrame(columns=ACTION_COLUMNS)`):

| column        | holds |
|---------------|-------|
| module        | name of the analysis module: `keywords`, `boards`, ... |
| object_type   | `store`, `channel`, `product`, `keyword`, `plan` or `customer` |
| object        | the object's own id or name as text (product id, keyword, plan name); `""` for the store |
| action        | message: what to do, `{"id": "keywords.pause", "verb": "pause", ...}` (verbs: `VERBS`) |
| evidence      | message: why, with its numbers |
| effect        | message with `low` and `high` (and `unit`) of the expected effect a week, or None when unknown |
| priority      | `P0` now, `P1` this week, `P2` this month |
| owner         | `operator`, `sales`, `designer` or `boss` |
| due           | `datetime.date` |
| review_metric | canonical metric name (`clicks`, `opportunities`, `reply_rate`, ...) |
| review_on     | `datetime.date`: the Saturday that ends the week to look at |

The verb decides what contradicts what: `raise`/`add` against `lower`/`pause`/`remove` on the same object.
"""

import hashlib
from base64 import b32encode
from datetime import date

ACTION_COLUMNS = (
    "module",
    "object_type",
    "object",
    "action",
    "evidence",
    "effect",
    "priority",
    "owner",
    "due",
    "review_metric",
    "review_on",
)

OBJECT_TYPES = ("store", "channel", "product", "keyword", "plan", "customer")
PRIORITIES = ("P0", "P1", "P2")
OWNERS = ("operator", "sales", "designer", "boss")

#: What an action does to its object: more of it (1), less of it (-1), or neither (0).
VERBS = {
    "raise": 1,
    "add": 1,
    "lower": -1,
    "pause": -1,
    "remove": -1,
    "keep": 0,
    "fix": 0,
    "test": 0,
    "check": 0,
    "contact": 0,
    "ask": 0,
}


def action_id(store: str, week: date | str, object_type: str, object: str, action: dict) -> str:
    """Stable name of an action: the same proposal for the same object in the same week has the same id in every run.

    A letter and seven characters of base32 (no spreadsheet reads it as a number). The numbers inside the message do
    not count, only its id, so that a bid of 3.2 and one of 3.3 are the same action.

    >>> action_id("acme", "2026-09-19", "keyword", "steel pipe", {"id": "keywords.pause", "clicks": 120})
    'A4NS57XU'
    """
    key = "\x1f".join((store, str(week), object_type, object, action["id"]))
    return "A" + b32encode(hashlib.sha256(key.encode()).digest()).decode()[:7]
