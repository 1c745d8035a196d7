"""What stands behind a keyword decision: messages with their numbers, for the table and for the action list."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

#: what to look at two weeks after the change
REVIEW_METRIC = {"pause": "spend", "lower": "cpc", "raise": "inquiries", "add": "clicks"}


def evidence(table: pd.DataFrame) -> list[dict]:
    """Why a word has its decision: a message per row, first of all about what is not known."""
    counts = table[["clicks", "spend", "inquiries"]]
    cases = {
        "keywords.unknown_counts": counts.isna().any(axis=1),
        "keywords.no_clicks": table["clicks"] == 0,
        "keywords.no_value": table["value_per_inquiry"].isna(),
        "keywords.no_mature_clicks": table["prob_loss"].isna(),
        "keywords.free": table["spend"] == 0,
    }
    decided = np.char.add("keywords.", table["decision"].to_numpy(str)) if len(table) else np.array([], dtype=str)
    names = np.select([case.to_numpy() for case in cases.values()], list(cases), decided).tolist()
    numbers = ("clicks", "inquiries", "spend", "cpc", "break_even", "prob_loss", "prob_gain", "clicks_needed")
    return [
        {
            "id": name,
            "clicks": clicks,
            "inquiries": inquiries,
            "spend": spend,
            "cpc": cpc,
            "break_even": break_even,
            "prob_loss": prob_loss,
            "prob_gain": prob_gain,
            "clicks_needed": needed,
        }
        for name, clicks, inquiries, spend, cpc, break_even, prob_loss, prob_gain, needed in zip(
            names, *(_plain(table[column]) for column in numbers), strict=True
        )
    ]


def readings(table: pd.DataFrame) -> list[dict]:
    """Head words by what they show (against the other head words), long-tail words by what they bring and its cost."""
    head = table["role"] == "head"
    counts = table[["impressions", "clicks", "spend", "inquiries"]]
    cases = {
        "keywords.reading_unknown": counts.isna().any(axis=1) | (head & table["ctr"].isna()) | table["role"].isna(),
        "keywords.head_first_page": head & table["first_page"].notna(),
        "keywords.head": head,
        "keywords.tail": table["inquiries"] > 0,
    }
    names = np.select([case.to_numpy() for case in cases.values()], list(cases), "keywords.tail_silent")
    shown = table[head & table["ctr"].notna()]
    peers = float(shown["clicks"].sum() / shown["impressions"].sum()) if len(shown) else None
    numbers = ("impressions", "clicks", "ctr", "first_page", "spend", "inquiries", "cost_per_inquiry")
    return [
        {
            "id": name,
            "impressions": impressions,
            "clicks": clicks,
            "ctr": ctr,
            "peer_ctr": peers,
            "first_page": first_page,
            "spend": spend,
            "inquiries": inquiries,
            "cost_per_inquiry": cost,
        }
        for name, impressions, clicks, ctr, first_page, spend, inquiries, cost in zip(
            names.tolist(), *(_plain(table[column]) for column in numbers), strict=True
        )
    ]


def proposal(row: dict, week: date, weeks: float, urgent_spend: float) -> dict:
    """One row of the action list from one row of the decided table (over so many `weeks`) or of the words to add."""
    decision = row["decision"]
    urgent = decision == "pause" and row["inquiries"] == 0 and row["spend"] > urgent_spend * weeks
    return {
        "module": "keywords",
        "object_type": "keyword",
        "object": row["object"],
        "action": {"id": f"keywords.do.{decision}", "verb": decision, "keyword": row["object"], **_cap(row)},
        "evidence": row["evidence"],
        "effect": _effect(row, weeks) if decision == "pause" else None,
        "priority": "P0" if urgent else "P1",
        "owner": "operator",
        "due": week + timedelta(days=4),
        "review_metric": REVIEW_METRIC[decision],
        "review_on": week + timedelta(weeks=2),
    }


def _cap(row: dict) -> dict:
    """The most that a click is worth by the word's expected rate, in CNY, where a bid is to change."""
    return {"cap": round(row["rate"] * row["value_per_inquiry"], 2)} if row["decision"] in ("raise", "lower") else {}


def _effect(row: dict, weeks: float) -> dict:
    given_up = (row["value_per_inquiry"] * row[f"inquiries_{end}"] for end in ("upper", "lower"))
    low, high = ((row["spend"] - value) / weeks for value in given_up)
    return {"id": "keywords.effect.pause", "low": round(float(low), 2), "high": round(float(high), 2), "unit": "CNY"}


def _plain(numbers: pd.Series) -> list:
    """Python numbers: whole columns as int, missing numbers as None."""
    values = numbers.to_numpy(dtype=float)
    missing = np.isnan(values)
    filled = np.where(missing, 0, values)
    whole = (filled % 1 == 0).all() and filled.max(initial=0) < 2**53
    plain = (filled.astype(int) if whole else filled).astype(object)
    plain[missing] = None
    return plain.tolist()
