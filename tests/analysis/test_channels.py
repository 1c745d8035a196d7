import pandas as pd
import pytest

from opsbook.analysis import channels


@pytest.mark.parametrize(
    ("name", "channel", "root"),
    [
        ("搜索", "search", "search"),
        ("系统推荐", "recommendation", "scene"),
        ("导购会场", "venue", "scene"),
        ("会场", "venue", "scene"),
        ("Weakl Deals", "weekly_deals", "scene"),
        ("saving  spotlight", "saving_spotlight", "scene"),
        ("Top-Ranking Suppliers", "top_suppliers", "scene"),
        ("询盘＆TM", "contact", "interaction"),
        ("信保", "trade_assurance", "interaction"),
        ("采购直达", "rfq", "interaction"),
        ("其它", "other", "self_growth"),
        ("客户通 EDM", "edm", "self_growth"),
        ("粉丝通", "fans_feed", "self_growth"),
        ("直接访问", "direct", "self_growth"),
        ("P4P", "paid_search", "search"),
    ],
)
def test_names_old_and_new(name, channel, root):
    row = channels.classify(pd.Series([name])).iloc[0]
    assert (row["channel_id"], row["root"], row["known"]) == (channel, root, True)


def test_unknown_channels_are_kept_and_reported():
    names = pd.Series(["搜索", "元宇宙", None, "元宇宙"], index=[3, 1, 4, 1])
    found = channels.classify(names)
    assert found.index.tolist() == [3, 1, 4, 1]
    assert found["channel_id"].tolist()[:2] == ["search", "元宇宙"] and found["root"].tolist()[1:] == ["unmapped"] * 3
    assert found["paid"].tolist()[1] == "unknown" and pd.isna(found["acquires"].iloc[1])
    assert channels.unknown_names(names) == ["元宇宙"]


def test_only_rfq_of_the_interaction_root_acquires():
    table = channels.taxonomy()
    interaction = table[table["root"] == "interaction"]
    assert interaction.loc[interaction["acquires"], "channel_id"].tolist() == ["rfq"]
    assert table.loc[table["root"] != "interaction", "acquires"].all()


def test_every_name_means_one_channel():
    names = [(channels._key(n), c.id) for c in channels.CHANNELS for n in (c.id, c.zh, c.en, *c.other_names)]
    owners = pd.DataFrame(names, columns=["name", "id"]).groupby("name")["id"].nunique()
    assert owners[owners > 1].empty
    assert set(channels.taxonomy()["root"]) == set(channels.ROOTS)
    assert set(channels.taxonomy()["paid"]) == {"no", "yes", "both"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_missing_name_stays_missing(lang):
    shown = channels.in_language(pd.Series(["搜索", None, "Metaverse"]), lang)
    assert shown.isna().tolist() == [False, True, False] and shown[2] == "Metaverse"
