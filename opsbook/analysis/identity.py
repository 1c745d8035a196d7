"""Who is the same person: deterministic keys only, every merge on record and reversible.

`records` has one row per contact as some export knows it: `record_id`, and any of `email`, `phone`, `country` (two
letters: read a phone number that has no country code), `platform_id`. Two records are one person when they share a
key; names and companies never merge anybody.
"""

import re

import numpy as np
import pandas as pd
import phonenumbers
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

KINDS = ("email", "phone", "platform_id")
LOG_COLUMNS = ("kind", "key", "record_id", "used", "reason")

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def normal_email(text) -> str | None:
    """Mail address in lower case without surrounding blanks; None for what is no address. Dots and tags are kept.

    >>> normal_email("  Jane.Doe@Example.COM ")
    'jane.doe@example.com'
    """
    if not isinstance(text, str):
        return None
    address = text.strip().lower()
    return address if _EMAIL.fullmatch(address) else None


def normal_phone(text, country: str | None = None) -> str | None:
    """Phone number as E.164 (+ and digits); None for what is no valid number, or has no country code while `country` is
    unknown.

    >>> normal_phone("0151 1234 5678", "DE"), normal_phone("0049 151 12345678"), normal_phone("0151 1234 5678")
    ('+4915112345678', '+4915112345678', None)
    """
    if not isinstance(text, str):
        return None
    region = country.strip().upper() if isinstance(country, str) and len(country.strip()) == 2 else None
    text = re.sub(r"^\s*00", "+", text)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    valid = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None


def company(emails: pd.Series, free_domains: list[str]) -> pd.Series:
    """Company of a contact: the domain of its mail address, unknown for addresses of free mail services."""
    domain = emails.map(normal_email).astype("string").str.split("@").str[-1]
    return domain.mask(domain.isin(free_domains)).rename("company")


def keys(records: pd.DataFrame) -> pd.DataFrame:
    """All usable keys of all records in one normal form: columns `record_id`, `kind` (email, phone, platform_id),
    `key`."""
    country = records["country"] if "country" in records else pd.Series(None, index=records.index, dtype=object)
    found = {
        "email": lambda: records["email"].map(normal_email),
        "phone": lambda: pd.Series([normal_phone(*pair) for pair in zip(records["phone"], country, strict=True)]),
        "platform_id": lambda: records["platform_id"].astype("string").str.strip().replace("", pd.NA),
    }
    parts = [
        pd.DataFrame({"record_id": records["record_id"].array, "kind": kind, "key": found[kind]().array})
        for kind in KINDS
        if kind in records
    ]
    empty = pd.DataFrame({"record_id": [], "kind": [], "key": []}, dtype=object)
    return pd.concat([each.astype(object) for each in parts] or [empty], ignore_index=True).dropna().drop_duplicates()


def merge_log(records: pd.DataFrame, generic: list[str], largest: int = 5) -> pd.DataFrame:
    """Every key that several records share, and whether it merges them: the record of all merges.

    Columns `kind`, `key`, `record_id`, `used`, `reason`. A key is refused when its mailbox is `generic` (info@,
    sales@: a company and no person; reason `generic`) or when more than `largest` records share it (the switchboard of
    a company; reason `shared`). To undo a merge set `used` to False and call `persons` again.
    """
    shared = keys(records)
    size = shared.groupby(["kind", "key"])["record_id"].transform("nunique")
    shared, size = shared[size > 1], size[size > 1]
    mailbox = shared["key"].astype("string").str.split("@").str[0]
    is_generic = (shared["kind"] == "email") & mailbox.isin(generic)
    reason = np.select([is_generic, size > largest], ["generic", "shared"], "same key")
    log = shared.assign(used=reason == "same key", reason=reason)[list(LOG_COLUMNS)]
    return log.sort_values(["kind", "key", "record_id"], ignore_index=True)


def persons(records: pd.DataFrame, log: pd.DataFrame) -> pd.Series:
    """The person that each record belongs to: records linked by keys in use, directly or through others, are one
    person.

    Indexed by `record_id`; a person is named by the smallest of its record ids.
    """
    ids = pd.Index(records["record_id"].dropna().unique(), name="record_id").sort_values()
    used = log[log["used"].astype(bool) & log["record_id"].isin(ids)]
    record = ids.get_indexer(used["record_id"])
    key = used.groupby(["kind", "key"]).ngroup().to_numpy() + len(ids)
    n = len(ids) + len(used)
    graph = coo_array((np.ones(len(used)), (record, key)), shape=(n, n))
    label = connected_components(graph, directed=False)[1][: len(ids)]
    first = pd.Series(ids, index=ids).groupby(label).transform("first")
    return first.rename("person")


def match_rate(records: pd.DataFrame, person: pd.Series) -> pd.DataFrame:
    """How far identity can be told: rows `identifiable` (records with a usable key) and `matched` (records that share a
    person with another one), with `records`, `of` and `share`. What is private and what is public hinges on it."""
    n = len(person)
    identifiable = keys(records)["record_id"].nunique()
    matched = int(person.duplicated(keep=False).sum())
    table = pd.DataFrame({"indicator": ["identifiable", "matched"], "records": [identifiable, matched], "of": n})
    return table.assign(share=table["records"] / n if n else np.nan)


def oversized(person: pd.Series, largest: int = 10) -> pd.Series:
    """Persons made of more records than one person plausibly has: number of records by person, for a human to look
    at."""
    count = person.value_counts()
    return count[count > largest]
