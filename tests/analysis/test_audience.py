import hashlib
from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import audience, rules

MAIL = "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"
META_PHONE = "8efb96404be52f6109b9db0f687274a81e9e3cc23fabd6f0da5d38baa3d2facd"
GOOGLE_PHONE = "536afd523e19dc83fccba822ef5e4ca646111314aaf0aa286667c5bea18dd70b"
OF_NOTHING = hashlib.sha256(b"").hexdigest()

RULES = rules.load(date(2026, 9, 19))
JANE = pd.DataFrame(
    {
        "customer_id": ["1"],
        "company": ["Acme"],
        "email": [" Jane.Doe@Example.com "],
        "phone": ["0151 1234 5678"],
        "country": ["DE"],
        "consent": [True],
    }
)


@pytest.mark.parametrize(
    "platform, expected",
    [
        ("meta", {"email": [MAIL], "phone": [META_PHONE]}),
        ("google", {"Email": [MAIL], "Phone": [GOOGLE_PHONE]}),
        ("linkedin", {"email": [MAIL]}),
    ],
)
def test_golden_vectors(platform, expected):
    assert audience.audience(JANE, platform).to_dict("list") == expected


@pytest.mark.parametrize("consent", [False, None, np.nan, pd.NA, "yes", "True", 1, 1.0])
def test_no_consent_no_row(consent):
    people = JANE.assign(consent=pd.Series([consent], dtype=object))
    assert audience.audience(people, "meta").empty


@pytest.mark.parametrize("dtype", [bool, "boolean", object])
def test_consent_in_any_form_of_true(dtype):
    assert len(audience.audience(JANE.astype({"consent": dtype}), "meta")) == 1


def test_members_are_those_whose_contacts_are_in_the_audience():
    people = pd.DataFrame(
        {
            "customer_id": ["1", "2", "3", "3", None],
            "email": ["a@x.example", "b@x.example", "", "c@x.example", "d@x.example"],
            "phone": ["", "", "+49 151 12345678", "", ""],
            "consent": [True, False, True, True, True],
        }
    )
    assert audience.members(people, "meta").tolist() == ["1", "3"]
    assert audience.members(people[:3], "linkedin").tolist() == ["1"]  # LinkedIn takes no phone numbers


def test_without_a_consent_column_nothing_leaves():
    with pytest.raises(ValueError, match="no column consent"):
        audience.audience(JANE.drop(columns="consent"), "meta")


def test_an_empty_crm_gives_an_empty_list():
    assert audience.audience(JANE[:0], "meta").columns.tolist() == ["email", "phone"]
    assert audience.size_checks(JANE[:0], "meta", RULES)[0]["missing"] == 100


def test_an_unknown_platform_is_one_line():
    with pytest.raises(ValueError, match="`platform` must be one of 'meta', 'google', 'linkedin'; found 'x'"):
        audience.audience(JANE, "x")


@pytest.mark.parametrize("platform", audience.PLATFORMS)
def test_empty_values_are_never_hashed(platform):
    rows = [("", ""), (None, None), (np.nan, np.nan), ("no mail", "12"), ("a@b.com", "")]
    people = pd.DataFrame(rows, columns=["email", "phone"]).assign(consent=True)
    table = audience.audience(people, platform)
    assert len(table) == 1 and OF_NOTHING not in table.to_numpy()
    assert audience.sha256("") is None and audience.sha256(None) is None


def test_one_row_per_person_and_no_clear_text():
    people = pd.concat([JANE, JANE.assign(customer_id="2", email="jane.doe@example.com")])
    table = audience.audience(people, "meta")
    assert len(table) == 1 and table.map(lambda value: len(value) == 64).all(axis=None)
    assert audience.audience(JANE[["email", "consent"]], "google")["Phone"].isna().all()


def people(count, country="US"):
    mails = [f"p{i}@work{country}.com" for i in range(count)]
    ids = [f"{country}{i}" for i in range(count)]
    return pd.DataFrame({"customer_id": ids, "email": mails, "country": country, "consent": True})


@pytest.mark.parametrize("platform, least", [("meta", 100), ("google", 100), ("linkedin", 300)])
def test_smallest_sizes(platform, least):
    short = audience.size_checks(people(least - 1), platform, RULES)[0]
    assert short == {
        "id": "customers.audience_too_few",
        "platform": platform,
        "rows": least - 1,
        "least": least,
        "missing": 1,
    }
    assert audience.size_checks(people(least), platform, RULES)[0]["id"] == "customers.audience_enough"


def test_meta_counts_one_country():
    both = pd.concat([people(60), people(60, "DE")])
    assert audience.size_checks(both, "meta", RULES)[0]["rows"] == 60
    assert audience.size_checks(both, "google", RULES)[0]["rows"] == 120
    assert audience.size_checks(people(200).assign(country=None), "meta", RULES)[0]["rows"] == 0


def test_a_list_just_large_enough_may_not_be_recognised():
    assert [each["id"] for each in audience.size_checks(people(999), "google", RULES)][1:] == [
        "customers.audience_match_rate"
    ]
    assert len(audience.size_checks(people(1000), "google", RULES)) == 1


def test_masks():
    assert audience.mask_email("Jane@Doe.co.uk") == "j***@d***.uk"
    assert audience.mask_phone("0151 12345677", "DE") == "+49***77"
    assert audience.mask_email("?") is None and audience.mask_phone("?") is None


def test_masked_ids_and_pseudonyms():
    assert audience.mask_id(1234567) == "***567" and audience.mask_id(pd.NA) is None
    # The published test vector of HMAC-SHA-256 (RFC 4231, case 2).
    assert audience.pseudonym("what do ya want for nothing?", b"Jefe") == "5bdcc146bf60"
    with pytest.raises(ValueError, match="`key` must not be empty"):
        audience.pseudonym("+4915112345678", b"")


def test_small_cells_are_suppressed():
    table = pd.DataFrame({"country": list("abcd"), "people": [0, 4, 5, 90], "rate": [np.nan, 0.5, 0.4, 0.3]})
    shown = audience.suppress(table, "people", ["rate"])
    assert shown["people"].fillna(-1).tolist() == [0, -1, 5, 90]
    assert shown["rate"].isna().tolist() == [True, True, False, False]


def test_a_person_is_erased_everywhere():
    tables = {
        "customer": pd.concat([JANE, people(2)]),
        "touch": pd.DataFrame({"customer_id": ["1", "US0", "1"]}),
        "order": pd.DataFrame({"customer_id": [None, "US1"], "email": ["JANE.DOE@example.com", None]}),
        "product": pd.DataFrame({"product_id": ["1"]}),
    }
    for key in ("jane.doe@EXAMPLE.com", "1"):
        kept, gone = audience.erase(tables, key)
        assert gone == {"customer": 1, "touch": 2, "order": 1, "product": 0}
        assert kept["touch"]["customer_id"].tolist() == ["US0"] and len(kept["product"]) == 1
    kept, gone = audience.erase(tables, "+49 151 12345678")
    assert gone == {"customer": 1, "touch": 2, "order": 1, "product": 0}
    assert audience.erase(tables, "nobody@nowhere.com")[1] == dict.fromkeys(tables, 0)


def test_a_masked_table_shows_no_whole_id():
    table = pd.DataFrame({"customer_id": ["C00041", None], "n": [1, 2]})
    assert audience.masked(table)["customer_id"].tolist()[0] == "***041"
    assert audience.masked(table[:1].set_index("customer_id"))["customer_id"].tolist() == ["***041"]


def test_rows_without_an_id_go_with_the_address_of_the_person_and_colleagues_stay():
    people = pd.DataFrame({"customer_id": ["a", "b"], "email": ["a@x.com", "a@x.com"], "phone": None})
    orders = pd.DataFrame({"customer_id": [None, "b", None], "email": ["A@x.com", "a@x.com", "c@x.com"]})
    kept, gone = audience.erase({"people": people, "orders": orders}, "a")
    assert gone == {"people": 1, "orders": 1}
    assert kept["people"]["customer_id"].tolist() == ["b"] and kept["orders"].index.tolist() == [1, 2]
