"""Contact data with care: seed audiences in the form that an advertising platform asks for, masking, erasing."""

import hashlib
import hmac
from collections.abc import Mapping

import numpy as np
import pandas as pd

from opsbook.analysis.identity import normal_email, normal_phone

PLATFORMS = {"meta": ("email", "phone"), "google": ("Email", "Phone"), "linkedin": ("email",)}


def sha256(text: str | None) -> str | None:
    """SHA-256 of a text as lower-case hex; None for None and for an empty text, which is never hashed.

    >>> sha256("jane.doe@example.com")
    '86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d'
    """
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def hashed(platform: str, email, phone, country=None) -> tuple[str | None, ...]:
    """One person's row for a platform, in its columns: mail in lower case without blanks; phone as E.164 with `+` for
    Google, as digits alone for Meta, not at all for LinkedIn; each hashed. None where the value is missing or
    invalid."""
    number = normal_phone(phone, country)
    values = {
        "meta": (normal_email(email), number and number.removeprefix("+")),
        "google": (normal_email(email), number),
        "linkedin": (normal_email(email),),
    }
    return tuple(sha256(value) for value in values[platform])


def audience(customers: pd.DataFrame, platform: str) -> pd.DataFrame:
    """Seed audience for `meta`, `google` or `linkedin`: hashed mail and phone of those who agreed, and nothing else of
    them.

    `customers` needs `consent`, and `email` or `phone`. Only consent that is recorded as True counts; missing means
    no. Rows without any usable contact and repeated rows are left out. The platforms fix the hash, so it cannot be
    salted: a hashed address is still personal data.
    """
    if platform not in PLATFORMS:
        raise ValueError(f"`platform` must be one of {', '.join(map(repr, PLATFORMS))}; found {platform!r}")
    if "consent" not in customers:
        raise ValueError("`customers` has no column consent; without it nobody's data may leave the house")
    return _contacts_of(consenting(customers), platform).drop_duplicates(ignore_index=True)


def members(customers: pd.DataFrame, platform: str) -> pd.Series:
    """The ids of the customers whose contacts are in the seed audience of a platform (`audience`), each once."""
    agreed = consenting(customers)
    return agreed.loc[_contacts_of(agreed, platform).index, "customer_id"].dropna().drop_duplicates()


def _contacts_of(agreed: pd.DataFrame, platform: str) -> pd.DataFrame:
    """Hashed contacts in the columns of the platform, on the index of the customers; without those who have none."""
    columns = [agreed[name] if name in agreed else [None] * len(agreed) for name in ("email", "phone", "country")]
    rows = [hashed(platform, *each) for each in zip(*columns, strict=True)]
    return pd.DataFrame(rows, columns=list(PLATFORMS[platform]), index=agreed.index, dtype=object).dropna(how="all")


def consenting(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers whose consent is recorded as True; a text, a number or nothing is no consent."""
    said = [value is True or value is np.True_ for value in customers["consent"].astype(object)]
    return customers[np.array(said, dtype=bool)]


def size_checks(customers: pd.DataFrame, platform: str, ruleset) -> list[dict]:
    """Messages on whether the list is large enough for the platform, and how many more it needs.

    Google and LinkedIn count rows, Meta the persons of the largest single country (persons whose country is unknown
    count for none). Platforms recognise only a part of work addresses, so a list just above the minimum may still
    fail.
    """
    agreed = consenting(customers).drop_duplicates("customer_id")
    rows = len(audience(agreed, platform))
    if platform == "meta":
        known = agreed[agreed["country"].notna()] if "country" in agreed else agreed[:0]
        rows = max((len(audience(group, platform)) for _, group in known.groupby("country")), default=0)
    least = ruleset[f"customers.audience_{platform}"].value
    low, high = ruleset["customers.audience_match_rate"].value
    verdict = "enough" if rows >= least else "too_few"
    sizes = {"platform": platform, "rows": rows, "least": least, "missing": max(least - rows, 0)}
    checks = [{"id": f"customers.audience_{verdict}", **sizes}]
    if rows * low < least:
        checks.append({"id": "customers.audience_match_rate", **sizes, "low": low, "high": high})
    return checks


def mask_email(text) -> str | None:
    """Mail address as a report may show it.

    >>> mask_email("jane@doemail.com")
    'j***@d***.com'
    """
    address = normal_email(text)
    if address is None:
        return None
    mailbox, _, domain = address.partition("@")
    return f"{mailbox[0]}***@{domain[0]}***.{domain.rpartition('.')[2]}"


def mask_phone(text, country=None) -> str | None:
    """Phone number as a report may show it: the first digits of the country code and the last two.

    >>> mask_phone("+49 151 12345677")
    '+49***77'
    """
    number = normal_phone(text, country)
    return number and f"{number[:3]}***{number[-2:]}"


def mask_id(text) -> str | None:
    """Identifier as a report may show it: its last three characters.

    >>> mask_id("C-2041877")
    '***877'
    """
    return None if text is None or pd.isna(text) else f"***{str(text)[-3:]}"


def masked(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its `customer_id` (a column, or the index) masked in a column, as a report may show it."""
    shown = table if "customer_id" in table else table.reset_index()
    return shown.assign(customer_id=shown["customer_id"].map(mask_id))


def pseudonym(text: str, key: bytes) -> str:
    """Name for a person that stays the same from report to report and leads back to nobody without the key.

    The first 12 hex digits of HMAC-SHA-256. A plain hash would not do: phone numbers are few enough to try them all.
    """
    if not key:
        raise ValueError("`key` must not be empty: without a key the name could be traced back")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:12]


def suppress(table: pd.DataFrame, count: str, columns: list[str], smallest: int = 5) -> pd.DataFrame:
    """The table with the numbers of small groups blanked: where `count` is above 0 and below `smallest`, `count` and
    `columns` are missing, because so few persons could be recognised."""
    small = (table[count] > 0) & (table[count] < smallest)
    blanked = [count, *columns]
    return table.assign(**{column: table[column].mask(small) for column in blanked})


def erase(tables: Mapping[str, pd.DataFrame], key: str) -> tuple[dict[str, pd.DataFrame], dict[str, int]]:
    """All tables without a person, and the number of rows removed from each.

    `key` is a mail address, a phone number with country code, or a customer id. It first finds the person's customer
    ids in every table that holds the key, then removes every row that carries one of the ids, or the key itself; and
    rows without an id that carry a mail address or phone number of the person. What other customers share with her
    (a switchboard) removes none of them.
    """
    ids = {value for table in tables.values() for value in _ids(table, key)} | {key.strip()}
    known = {key, *(contact for table in tables.values() for contact in _contacts(table[_is_one_of(table, ids)]))}
    gone = {
        name: _carries(table, key) | _is_one_of(table, ids) | (_nameless(table) & _carries_any(table, known))
        for name, table in tables.items()
    }
    kept = {name: table[~gone[name]] for name, table in tables.items()}
    return kept, {name: int(mask.sum()) for name, mask in gone.items()}


def _contacts(table: pd.DataFrame) -> set[str]:
    """Mail addresses, and phone numbers with their country code."""
    country = table["country"] if "country" in table else [None] * len(table)
    phones = map(normal_phone, table["phone"], country) if "phone" in table else ()
    emails = table["email"].map(normal_email) if "email" in table else ()
    return {contact for contact in [*phones, *emails] if isinstance(contact, str)}


def _nameless(table: pd.DataFrame) -> pd.Series:
    return table["customer_id"].isna() if "customer_id" in table else pd.Series(True, index=table.index)


def _carries_any(table: pd.DataFrame, keys: set[str]) -> pd.Series:
    return pd.DataFrame({each: _carries(table, each) for each in keys}, index=table.index).any(axis=1)


def _carries(table: pd.DataFrame, key: str) -> pd.Series:
    """Rows whose mail address or phone number is the key."""
    found = pd.Series(False, index=table.index)
    email, phone = normal_email(key), normal_phone(key)
    if email and "email" in table:
        found |= table["email"].map(normal_email) == email
    if phone and "phone" in table:
        country = table["country"] if "country" in table else [None] * len(table)
        found |= np.array([normal_phone(*pair) == phone for pair in zip(table["phone"], country, strict=True)], bool)
    return found.astype(bool)


def _ids(table: pd.DataFrame, key: str) -> list[str]:
    if "customer_id" not in table:
        return []
    return table.loc[_carries(table, key), "customer_id"].dropna().astype(str).tolist()


def _is_one_of(table: pd.DataFrame, ids: set[str]) -> pd.Series:
    if "customer_id" not in table:
        return pd.Series(False, index=table.index)
    return table["customer_id"].astype("string").isin(ids).fillna(False).astype(bool)
