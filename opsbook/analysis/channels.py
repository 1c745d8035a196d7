"""The traffic channels of the platform, as data, and the names under which exports know them.

Four roots. `paid` says what a visit costs in advertising: `no`, `yes`, or `both` where the channel mixes paid and
natural visits and the export does not tell them apart. `acquires`: the visit can bring a buyer who did not know the
shop; of the interaction root only RFQ does, the rest is made by buyers who already are in contact. `origin`: `listed`
where a source puts the channel under this root, `inferred` where only its name suggests it.

Sources: an operator's guide to the platform's traffic (2025-02), the platform's channel list (2026), a trade article
(2025-12).
"""

from dataclasses import dataclass

import pandas as pd

ROOTS = {
    "search": ("搜索流量", "Search traffic"),
    "scene": ("场景流量", "Scene traffic"),
    "interaction": ("互动流量", "Interaction traffic"),
    "self_growth": ("自增流量", "Self-growth traffic"),
}

UNMAPPED = "unmapped"


@dataclass(frozen=True)
class Channel:
    """One channel; `other_names` are spellings, old names and English names that exports use for it."""

    id: str
    root: str
    zh: str
    en: str
    other_names: tuple[str, ...] = ()
    paid: str = "no"
    acquires: bool = True
    origin: str = "listed"


CHANNELS = (
    Channel("search", "search", "搜索", "Search", ("搜索流量", "search traffic", "search_traffic"), "both"),
    Channel("natural_search", "search", "自然搜索", "Natural search", ("organic search",)),
    Channel(
        "paid_search",
        "search",
        "付费搜索",
        "Paid search",
        ("直通车", "外贸直通车", "P4P", "标准推广", "付费推广", "keyword advertising", "KWA", "standard promotion"),
        "yes",
    ),
    Channel("text_search", "search", "文字搜索", "Text search", ("文本搜索", "关键词搜索", "keyword search"), "both"),
    Channel("image_search", "search", "图片搜索", "Image search", ("图搜", "以图搜图"), "both"),
    Channel("category", "search", "类目导航", "Category navigation", ("类目浏览", "类目", "category"), "both"),
    Channel("scene", "scene", "场景", "Scene", ("场景流量", "scene traffic", "scenario_traffic"), "both"),
    Channel(
        "recommendation", "scene", "系统推荐", "System recommendation", ("推荐", "智能推荐", "recommendation"), "both"
    ),
    Channel(
        "venue",
        "scene",
        "导购会场",
        "Shopping-guide venue",
        ("会场", "日常会场", "大促会场", "日常/大促会场", "活动频道", "venue"),
    ),
    Channel("top_suppliers", "scene", "Top-Ranking Suppliers", "Top-Ranking Suppliers", ("Top Ranking Supplier",)),
    Channel(
        "top_products", "scene", "Top-Ranking Products", "Top-Ranking Products", ("Top Ranking Product", "Top Ranking")
    ),
    Channel("new_arrival", "scene", "New Arrival", "New Arrival", ("New Arrivals", "新品")),
    Channel("weekly_deals", "scene", "Weekly Deals", "Weekly Deals", ("Weekly Deal", "Weakl Deals")),
    Channel("saving_spotlight", "scene", "Saving Spotlight", "Saving Spotlight"),
    Channel("whole_site", "scene", "全站推广", "Whole-site promotion", ("全站推",), "yes", origin="inferred"),
    Channel("interaction", "interaction", "互动", "Interaction", ("互动流量", "interaction traffic"), acquires=False),
    Channel("onsite_interaction", "interaction", "站内互动", "On-site interaction", acquires=False),
    Channel(
        "trade_assurance", "interaction", "信保订单", "Trade Assurance orders", ("信保", "信用保障"), acquires=False
    ),
    Channel(
        "contact",
        "interaction",
        "询盘&TM",
        "Inquiry and TM",
        ("询盘", "TM", "询盘/TM", "TM咨询", "inquiry"),
        acquires=False,
    ),
    Channel("rfq", "interaction", "RFQ", "RFQ", ("采购直达", "RFQ市场", "request for quotation")),
    Channel("live", "interaction", "直播", "Live stream", ("live",), acquires=False),
    Channel(
        "favourites", "interaction", "站内收藏", "Favourites", ("收藏", "favorites"), acquires=False, origin="inferred"
    ),
    Channel(
        "self_growth", "self_growth", "自增", "Self-growth", ("自增流量", "self-growth traffic", "increase_traffic")
    ),
    Channel("off_site", "self_growth", "站外", "Off-site", ("站外流量", "站外推广", "external")),
    Channel("in_store", "self_growth", "店内", "In-store", ("店铺内", "in store")),
    Channel("edm", "self_growth", "客户通EDM", "Customer manager EDM", ("EDM", "邮件营销")),
    Channel("im", "self_growth", "客户通IM", "Customer manager IM", ("IM",)),
    Channel("fans_feed", "self_growth", "粉丝通", "Fans feed", ("TrueView",)),
    Channel("direct", "self_growth", "直接访问", "Direct visit", ("直访", "direct")),
    Channel("other", "self_growth", "其他", "Other", ("其它", "others")),
)

_BY_ID = {channel.id: channel for channel in CHANNELS}


def _key(name: str) -> str:
    """The name without what spellings differ in: case, spaces, dashes, full-width signs."""
    return "".join(c for c in str(name).casefold().replace("＆", "&") if c not in " \u3000-_–、")


_BY_NAME = {
    _key(name): channel.id
    for channel in CHANNELS
    for name in (channel.id, channel.zh, channel.en, *channel.other_names)
}


def taxonomy() -> pd.DataFrame:
    """All known channels: channel_id, root, zh, en, other_names, paid, acquires, origin."""
    return pd.DataFrame([vars(channel) for channel in CHANNELS]).rename(columns={"id": "channel_id"})


def classify(names: pd.Series) -> pd.DataFrame:
    """The channel that each name stands for, with its root; a name that nobody knows is kept and its root is
    `unmapped`.

    Columns out, on the index of `names`: channel_id (the name itself where unknown), root, paid (`unknown` where
    unknown), acquires (<NA> where unknown), known. Spelling, case, old and English names do not matter.

    >>> classify(pd.Series(["其它", "Weekly deals", "Metaverse"]))[["channel_id", "root"]].to_numpy().tolist()
    [['other', 'self_growth'], ['weekly_deals', 'scene'], ['Metaverse', 'unmapped']]
    """
    found = [_BY_ID.get(_BY_NAME.get(_key(name), "")) for name in names]
    rows = {
        "channel_id": [c.id if c else name for c, name in zip(found, names, strict=True)],
        "root": [c.root if c else UNMAPPED for c in found],
        "paid": [c.paid if c else "unknown" for c in found],
        "acquires": pd.array([c.acquires if c else None for c in found], dtype="boolean"),
        "known": [c is not None for c in found],
    }
    return pd.DataFrame(rows, index=names.index)


def in_language(names: pd.Series, lang: str) -> pd.Series:
    """The channel names for a reader of `zh` (as the platform writes them) or `en`; an unknown name stays as it is,
    and so does a missing one.

    Where two names of the export stand for one channel, both keep the export's name in brackets, so that none is lost.

    >>> in_language(pd.Series(["其它", "Metaverse", "询盘", "TM"]), "en").tolist()
    ['Other', 'Metaverse', 'Inquiry and TM (询盘)', 'Inquiry and TM (TM)']
    """
    if lang == "zh":
        return names
    ids = classify(names)["channel_id"]
    several = names.groupby(ids).nunique() > 1
    pairs = list(zip(names, ids, strict=True))
    english = {name: _BY_ID[id].en if id in _BY_ID else id for name, id in pairs}
    return pd.Series(
        [f"{english[name]} ({name})" if several.get(id, False) else english[name] for name, id in pairs],
        index=names.index,
        dtype="str",
    )


def unknown_names(names: pd.Series) -> list[str]:
    """The channel names that the taxonomy does not know, each once, in order of appearance."""
    return names[~classify(names)["known"]].dropna().unique().tolist()


def unknown_message(names: pd.Series) -> dict | None:
    """The channels that the taxonomy does not know, as a message; None where it knows them all."""
    unknown = unknown_names(names)
    return {"id": "traffic.unknown_channels", "channels": unknown} if unknown else None
