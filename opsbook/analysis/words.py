"""The word library: which words belong together, come and go, hold steady, and are worth adding to P4P."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from opsbook.analysis import wordmatch
from opsbook.analysis.rules import Rule

#: why a word is proposed, the strongest reason first
REASONS = ("has_inquiries", "opportunity", "new_industry_word")

_UNUSUAL_START = re.compile(r"[bcdfghjklmnpqrstvwxz][bcdfgjkmnpqstvxz]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{3}")
_PLURAL = re.compile(r"(?<=[^\W\d]{2})((?:ss|x|ch|sh)(?=es$)|[^\Ws](?=s$))e?s$")
_MAY_CARRY_ACCENT = set("aeiounc")
_LETTER = "[a-z0-9\u0430-\u044f]"  # of scripts that separate words; Chinese runs words together


def family(words: pd.Series) -> pd.Series:
    """One name for all spellings of a word: case, blanks, plural, accents, and accented letters that the export drops.

    The platform's export loses accented letters ("zapatos atlticos"), so "zapatos atléticos", "zapatos atleticos" and
    "zapatos atlticos" are one family, named by its plain singular. A dropped letter is only assumed where another word
    of the table has it and its loss leaves consonants that do not go together. Same index; missing stays missing.
    """
    names = {word: plain(word) for word in words.dropna().unique()}
    known = set(names.values())
    full = {short: name for name in known for short in _without_a_letter(name) if short in known}
    full |= {short: name for word, name in names.items() if (short := _singular(_drop_accents(word))) != name}
    return words.map({word: full.get(name, name) for word, name in names.items()})


def opportunities(own_keyword: pd.DataFrame, *, rules: Mapping[str, Rule]) -> pd.Series:
    """Words that many search for and few sell: keyword index high and seller-scale index low.

    True, false, or missing where an index is not given ("-" in the export), unless the other one already decides. Both
    lines are a practitioners' rule: `keywords.opportunity_index`, `keywords.opportunity_sellers`.
    """
    index, sellers = (own_keyword[name].astype("Float64") for name in ("keyword_index", "seller_index"))
    wanted = index >= rules["keywords.opportunity_index"].value
    return (wanted & (sellers <= rules["keywords.opportunity_sellers"].value)).rename("opportunity")


def stability(history: pd.DataFrame, measure: str = "clicks", *, rules: Mapping[str, Rule]) -> pd.DataFrame:
    """How steady a word is from week to week: the standard deviation of its weeks divided by their mean.

    In: `keyword, period_end` and the `measure`, one or more rows per word and week (summed). Out, one row per word
    family: `family, weeks, weekly_mean, variation, stable`. A week without a row is unknown (the export is capped),
    not 0. Fewer weeks than `keywords.stable_weeks`, or a mean of 0: `stable` missing.
    """
    rows = history.assign(family=family(history["keyword"]))
    weekly = rows.groupby(["family", "period_end"])[measure].sum(min_count=1).dropna().astype(float)
    table = weekly.groupby("family").agg(weeks="size", weekly_mean="mean", spread="std").reset_index()
    enough = (table["weeks"] >= rules["keywords.stable_weeks"].value) & (table["weekly_mean"] > 0)
    variation = (table.pop("spread") / table["weekly_mean"]).where(enough)
    stable = (variation <= rules["keywords.stable_variation"].value).astype("boolean").mask(~enough)
    return table.assign(variation=variation, stable=stable)


def with_decisions(stability: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """The steadiness of each word family beside what `keywords.decide` says of its most expensive word.

    A steady word that earns its clicks is the first to deserve more budget. `keyword` = that word as it is written.
    Steady words first, then by traffic.
    """
    dearest = decided.sort_values("spend", ascending=False, kind="stable").assign(family=family(decided["keyword"]))
    dearest = dearest.drop_duplicates("family")[["family", "keyword", "decision"]]
    table = stability.merge(dearest, on="family", how="left")
    order = table.assign(steady=table["stable"].fillna(False).astype(bool))
    return order.sort_values(["steady", "weekly_mean"], ascending=False, kind="stable").drop(columns="steady")


def changes(
    now: pd.DataFrame, before: pd.DataFrame, measure: str = "impressions", *, rules: Mapping[str, Rule]
) -> pd.DataFrame:
    """Words that are new in the export and words that are gone from it, by family.

    In: two exports with `keyword` and the `measure` by which they are cut (`search_index` for industry words). Out,
    one row per family, the largest first: `keyword, family, list_change` (`new`, `gone`), the measure in the export
    that has the word, and `certain`: false where the other export is full (`keywords.export_cap` rows) and its last
    word reaches as far, so that this one may only have slipped below the cut. With one of the exports empty nothing
    can be told: no rows.
    """
    if now.empty or before.empty:
        now, before = now.head(0), before.head(0)
    names = family(pd.concat([now["keyword"], before["keyword"]], ignore_index=True)).to_numpy()
    tables = {
        "new": now.assign(family=names[: len(now)], other_cut=_cut(before, measure, rules)),
        "gone": before.assign(family=names[len(now) :], other_cut=_cut(now, measure, rules)),
    }
    both = set(tables["new"]["family"]) & set(tables["gone"]["family"])
    rows = pd.concat([table.assign(list_change=change) for change, table in tables.items()], ignore_index=True)
    only = rows[~rows["family"].isin(both) & rows["family"].notna()]
    only = only.sort_values(measure, ascending=False, kind="stable").drop_duplicates("family")
    certain = only[measure] > only["other_cut"]
    return only.assign(certain=certain)[["keyword", "family", "list_change", measure, "certain"]].reset_index(drop=True)


#: Counts of a keyword export that may be added up over its words.
ADDITIVE = ("impressions", "clicks", "p4p_impressions", "p4p_clicks")


def totals(own: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The totals of a keyword export are the number of its rows and the plain sums of its counts.

    In: `own_keyword` of a window and of the window before; the export ends at 500 words, so a sum is that of the words
    it names. Out: `metric` (`word_count`, then `ADDITIVE`), `value, before, wow` (value / before - 1). Nothing
    exported, nothing known: missing.
    """
    table = pd.DataFrame({"metric": ["word_count", *ADDITIVE], "value": _sums(own), "before": _sums(before)})
    return table.assign(wow=table["value"] / table["before"].where(table["before"] > 0) - 1)


def _sums(own: pd.DataFrame) -> list[float]:
    counts = own.reindex(columns=list(ADDITIVE)).astype("float64").sum(min_count=1)
    return [float(len(own)) or np.nan, *counts]


def candidates(
    own_keyword: pd.DataFrame,
    ad_keyword: pd.DataFrame,
    industry: pd.DataFrame | None = None,
    *,
    brand_words: Iterable[str] = (),
    rules: Mapping[str, Rule],
) -> pd.DataFrame:
    """Words to add to P4P: not advertised yet, and with inquiries, or an opportunity, or new in the industry.

    In: `own_keyword[keyword, keyword_index, seller_index]`, optional `inquiries` and `p4p_impressions` (a word that has
    any is advertised); `ad_keyword[keyword]`; `industry[keyword]`: only the words that are new this week (`changes`).
    Words that contain a brand of another company (`brand_words`, and the rule's own list) are never proposed. Out, one
    row per family, the strongest reason first, then the higher index: `keyword, family, add_reason, keyword_index,
    seller_index, inquiries, decision` (`add`) and `evidence`.
    """
    own = own_keyword.assign(add_reason=_reasons(own_keyword, rules))
    brands = [*brand_words, *rules["keywords.known_brands"].value]
    new = pd.DataFrame(columns=["keyword"]) if industry is None else industry.assign(add_reason=REASONS[2])
    rows = pd.concat([own.dropna(subset="add_reason"), new], ignore_index=True)
    rows = rows.reindex(columns=["keyword", "add_reason", "keyword_index", "seller_index", "inquiries"])
    paid = own_keyword.get("p4p_impressions", pd.Series(np.nan, index=own_keyword.index)).astype("Float64") > 0
    shown = own_keyword.loc[paid.fillna(False).astype(bool), "keyword"]
    names = family(pd.concat([rows["keyword"], ad_keyword["keyword"], shown], ignore_index=True))
    rows["family"], advertised = names.iloc[: len(rows)], set(names.iloc[len(rows) :].dropna())
    rows = rows[rows["family"].notna() & ~rows["family"].isin(advertised) & ~is_brand(rows["keyword"], brands)]
    rank = rows["add_reason"].map(REASONS.index)
    order = rows.assign(rank=rank).sort_values(["rank", "keyword_index"], ascending=[True, False], kind="stable")
    best = order.drop(columns="rank").drop_duplicates("family").reset_index(drop=True)
    return best.assign(decision="add", evidence=[_evidence(row) for row in best.to_dict("records")])


def spellings(keywords: pd.DataFrame, measure: str = "impressions") -> pd.DataFrame:
    """Words that stand in the table in more than one spelling, or more than once, as one family.

    Out, the largest family first: `family, word_count` (rows), `spellings` (the different ones) and the summed measure.
    """
    rows = keywords.assign(family=family(keywords["keyword"])).dropna(subset="family")
    table = rows.groupby("family").agg(
        word_count=("keyword", "size"), spellings=("keyword", _distinct), total=(measure, "sum")
    )
    table = table[table["word_count"] > 1].rename(columns={"total": measure}).reset_index()
    return table.sort_values(measure, ascending=False, kind="stable", ignore_index=True)


def asked_by(
    own_keyword: pd.DataFrame, people: pd.DataFrame, texts: pd.Series | None = None, general_words: Iterable[str] = ()
) -> pd.DataFrame:
    """The store's words with the buyers who asked us and had the word among their preferred words.

    The keyword export has no inquiries, so `inquiries` are counted from the visitor details (`missed.encounters`:
    `visitor_id, keywords, contacted_us, matched, product_id`); a visitor counts once per word family, one whose words
    name another product does not count. Words that the export does not hold, but such a buyer searched for, are added.
    Buyers search for other things too: with `texts` (title and keywords by product; `general_words` prove nothing) a
    word counts where the product that the buyer saw names more than half of it, or where its text is unknown.
    """
    asked = people["contacted_us"].fillna(False).astype(bool) & people["matched"].fillna(True).astype(bool)
    lists = people["keywords"].astype("object").str.split(r"[,，;；、\n]", regex=True)
    rows = people.reindex(columns=["visitor_id", "product_id"]).assign(keyword=lists)[asked]
    rows = rows.explode("keyword", ignore_index=True).dropna(subset="keyword")
    rows["keyword"] = rows["keyword"].astype("str").str.strip()
    if texts is not None:
        named = wordmatch.match_score(rows["keyword"], rows["product_id"], texts, general_words)
        rows = rows[~(named <= 0.5)]
    names = family(pd.concat([own_keyword["keyword"].astype("str"), rows["keyword"]], ignore_index=True))
    own, rows["family"] = names.iloc[: len(own_keyword)], names.iloc[len(own_keyword) :].to_numpy()
    counts = rows.drop_duplicates(["visitor_id", "family"]).groupby("family").size()
    new = rows[~rows["family"].isin(own)].drop_duplicates("family")
    table = pd.concat([own_keyword, new[["keyword"]]], ignore_index=True)
    families = pd.concat([own, new["family"]], ignore_index=True)
    return table.assign(inquiries=families.map(counts).astype("Float64"))


def new_industry_words(industry: pd.DataFrame, own_keyword: pd.DataFrame, week: date) -> pd.DataFrame:
    """Words of the industry's newest export that neither an older export nor the store's own words hold.

    In: `industry[keyword, period_end]` with the export of the `week`; `own_keyword[keyword]`. Rows of the week, their
    order kept.
    """
    newest = pd.to_datetime(industry["period_end"]) == pd.Timestamp(week)
    words = pd.concat([industry["keyword"], own_keyword["keyword"]], ignore_index=True).astype("str")
    names = family(words).to_numpy()
    known = set(names[: len(industry)][~newest.to_numpy()]) | set(names[len(industry) :])
    return industry[newest & ~pd.Series(names[: len(industry)], index=industry.index).isin(known)]


def routes(
    own_keyword: pd.DataFrame, decided: pd.DataFrame | None = None, *, rules: Mapping[str, Rule]
) -> pd.DataFrame:
    """Whether a word is better bought or ranked for naturally, by how competitive the store is on it.

    `natural_reach` = impressions without P4P / average impressions of the ten best suppliers. The `route`: `natural`
    from `keywords.natural_reach` on (the store is seen without paying) and where the word is to be paused (`decided`
    of `keywords.decide`: paying does not pay); otherwise `p4p` where many sell (`keywords.opportunity_sellers`) or the
    word is an opportunity; otherwise `title_first`: few compete, so put the word into a title before paying; `unknown`
    where an index is missing. In: one week of `keyword, impressions, p4p_impressions, top10_impressions,
    keyword_index, seller_index`; without P4P columns the word is not advertised. Out: the words by impressions, the
    largest first.
    """
    columns = ["impressions", "p4p_impressions", "top10_impressions", "keyword_index", "seller_index"]
    table = own_keyword[["keyword"]].join(own_keyword.reindex(columns=columns).astype(float))
    natural = (table["impressions"] - table["p4p_impressions"].fillna(0)).clip(lower=0)
    table["natural_reach"] = natural / table["top10_impressions"].where(table["top10_impressions"] > 0)
    many = table["seller_index"] > rules["keywords.opportunity_sellers"].value
    paused = set() if decided is None else set(decided.loc[decided["decision"] == "pause", "keyword"].map(plain))
    unpaid = table["keyword"].map(plain, na_action="ignore").isin(paused)
    cases = {
        "natural": unpaid | (table["natural_reach"] >= rules["keywords.natural_reach"].value),
        "p4p": (many | opportunities(table, rules=rules).fillna(False)) & table["natural_reach"].notna(),
        "unknown": table[["natural_reach", "seller_index", "keyword_index"]].isna().any(axis=1),
    }
    table["route"] = np.select([case.to_numpy(bool) for case in cases.values()], list(cases), "title_first")
    return table.sort_values("impressions", ascending=False, kind="stable", ignore_index=True)


def is_brand(words: pd.Series, brand_words: Iterable[str]) -> pd.Series:
    """Whether a word contains the brand of another company, as whole words and whatever its case and accents."""
    brands = [plain(brand) for brand in brand_words if plain(brand)]
    if not brands:
        return pd.Series(False, index=words.index)
    pattern = "|".join(re.escape(brand) for brand in brands)
    alone = rf"(?<!{_LETTER})(?:{pattern})(?!{_LETTER})"
    return words.map(plain, na_action="ignore").astype("str").str.contains(alone, na=False)


def plain(word: str) -> str:
    """A word without case, accents, extra blanks and English plurals: "Zapatos  Atléticos" -> "zapato atletico"."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _singular(unicodedata.normalize("NFC", bare))


def _reasons(own_keyword: pd.DataFrame, rules: Mapping[str, Rule]) -> pd.Series:
    inquiries = own_keyword.get("inquiries", pd.Series(np.nan, index=own_keyword.index)).astype("Float64")
    found = opportunities(own_keyword, rules=rules)
    names = np.select([(inquiries > 0).fillna(False), found.fillna(False)], REASONS[:2], default="")
    return pd.Series(names, index=own_keyword.index).where(names != "")


def _evidence(row: dict) -> dict:
    numbers = {name: row[name] for name in ("keyword_index", "seller_index", "inquiries")}
    plain = {name: None if pd.isna(number) else float(number) for name, number in numbers.items()}
    return {"id": f"keywords.add.{row['add_reason']}", "keyword": row["keyword"], **plain}


def _cut(table: pd.DataFrame, measure: str, rules: Mapping[str, Rule]) -> float:
    """The measure at which a full export ends; below everything where it is not full."""
    full = len(table) >= rules["keywords.export_cap"].value
    return float(table[measure].min()) if full else -np.inf


def _distinct(words: pd.Series) -> list[str]:
    return list(dict.fromkeys(words))


def _drop_accents(word: str) -> str:
    """What the export makes of a word: its accented Latin letters are gone."""
    letters = unicodedata.normalize("NFC", word.casefold())
    return "".join(letter for letter in letters if letter.isascii() or "LATIN" not in unicodedata.name(letter, ""))


def _singular(phrase: str) -> str:
    return " ".join(_PLURAL.sub(r"\1", word) for word in phrase.split())


def _without_a_letter(name: str) -> Iterable[str]:
    """What a word looks like after the export dropped one letter, if that leaves consonants that do not go together."""
    for at, letter in enumerate(name):
        if letter not in _MAY_CARRY_ACCENT:
            continue
        short = name[:at] + name[at + 1 :]
        begin = short.rfind(" ", 0, at) + 1
        around = short[max(begin, at - 2) : at + 2]
        if _CONSONANTS.search(around) or (at - begin <= 1 and _UNUSUAL_START.match(short, begin)):
            yield short
