import pandas as pd
import pytest

from opsbook.analysis import identity

RECORDS = pd.DataFrame(
    {
        "record_id": ["crm1", "crm2", "form1", "form2", "mail1", "mail2", "lone"],
        "email": [
            "Jane@Acme.com",
            "joe@acme.com",
            " jane@acme.com ",
            None,
            "info@acme.com",
            "INFO@acme.com",
            "not a mail",
        ],
        "phone": [None, "0151 1234 5678", "+1 212 555 0100", "+49 151 12345678", None, "", "12"],
        "country": [None, "de", None, None, None, "US", "US"],
        "platform_id": [None, None, None, None, " ", None, None],
    }
)
GENERIC = ["info", "sales"]


def test_records_with_a_common_key_are_one_person():
    person = identity.persons(RECORDS, identity.merge_log(RECORDS, GENERIC))
    assert person.to_dict() == {
        "crm1": "crm1",
        "form1": "crm1",
        "crm2": "crm2",
        "form2": "crm2",
        "mail1": "mail1",
        "mail2": "mail2",
        "lone": "lone",
    }


def test_the_chain_of_keys_goes_through_other_records():
    chain = pd.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "email": ["x@x.com", "x@x.com", None],
            "phone": [None, "+4915112345678", "+49 151 12345678"],
            "platform_id": [None, None, "77"],
        }
    )
    assert identity.persons(chain, identity.merge_log(chain, [])).nunique() == 1


def test_the_log_says_why_a_key_merged_nobody():
    log = identity.merge_log(RECORDS, GENERIC).set_index(["kind", "key", "record_id"])
    assert log.loc[("email", "info@acme.com", "mail1"), ["used", "reason"]].tolist() == [False, "generic"]
    assert log.loc[("email", "jane@acme.com", "crm1"), ["used", "reason"]].tolist() == [True, "same key"]


@pytest.mark.parametrize("records, used", [(5, True), (6, False)])
def test_a_key_of_too_many_records_is_a_switchboard(records, used):
    table = pd.DataFrame({"record_id": range(records), "phone": "+49 30 901820"})
    log = identity.merge_log(table, [])
    assert log["used"].unique() == [used] and log["reason"].unique() == ["same key" if used else "shared"]
    assert identity.persons(table, log).nunique() == (1 if used else 6)


def test_a_merge_can_be_undone():
    log = identity.merge_log(RECORDS, GENERIC)
    undone = log.assign(used=log["used"] & (log["key"] != "jane@acme.com"))
    person = identity.persons(RECORDS, undone)
    assert person["crm1"] != person["form1"] and person["crm2"] == person["form2"]


def test_the_same_record_twice_shares_no_key_with_itself():
    table = pd.DataFrame({"record_id": ["a", "a"], "email": ["x@x.com", "x@x.com"]})
    assert identity.merge_log(table, []).empty


def test_match_rate():
    person = identity.persons(RECORDS, identity.merge_log(RECORDS, GENERIC))
    rate = identity.match_rate(RECORDS, person).set_index("indicator")
    assert rate["records"].to_dict() == {"identifiable": 6, "matched": 4} and rate["of"].unique() == [7]
    none = identity.match_rate(RECORDS[:0], person[:0])
    assert none["records"].tolist() == [0, 0] and none["share"].isna().all()


def test_an_empty_crm():
    log = identity.merge_log(RECORDS[:0], GENERIC)
    assert log.empty and identity.persons(RECORDS[:0], log).empty
    assert identity.persons(RECORDS[["record_id"]], identity.merge_log(RECORDS[["record_id"]], [])).nunique() == 7


def test_the_company_is_the_domain_but_for_free_mail():
    mails = pd.Series(["a@Acme.com", "b@gmail.com", None, "nonsense", "c@sales.acme.com"])
    assert identity.company(mails, ["gmail.com"]).fillna("?").tolist() == ["acme.com", "?", "?", "?", "sales.acme.com"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("A.B+c@X.co.uk", "a.b+c@x.co.uk"),
        ("a@b", None),
        ("a@b..com", None),
        ("a b@c.com", None),
        ("@c.com", None),
        ("a@@c.com", None),
        ("", None),
        (float("nan"), None),
        (12, None),
    ],
)
def test_mail_addresses(text, expected):
    assert identity.normal_email(text) == expected


@pytest.mark.parametrize(
    "text, country, expected",
    [
        ("13912345678", "CN", "+8613912345678"),
        ("+86 139-1234-5678", None, "+8613912345678"),
        ("0086 139 1234 5678", "US", "+8613912345678"),
        ("(212) 736-5000", "us", "+12127365000"),
        ("(212) 736-5000", "United States", None),
        ("123", "US", None),
        ("", "US", None),
        (None, "US", None),
        ("call me", "US", None),
        ("13912345678", float("nan"), None),
    ],
)
def test_phone_numbers(text, country, expected):
    assert identity.normal_phone(text, country) == expected


def test_persons_of_implausibly_many_records_are_listed():
    person = pd.Series(["a"] * 3 + ["b"] * 2)
    assert identity.oversized(person, largest=2).to_dict() == {"a": 3}
