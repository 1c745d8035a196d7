from datetime import date

import numpy as np
import pandas as pd
import pytest

from opsbook.analysis import conditions, rules

DAY = date(2026, 9, 19)
HEAD = 'title = {en = "X", zh = "某"}\nsource = "our default"\nconfidence = "low"\n'


def rule(text, name="t.x"):
    (found,) = rules.read(f'[[rule]]\nid = "{name}"\n{HEAD}{text}\n', "t.toml")
    return found


def facts(products, *more):
    return conditions.Facts(products, None, None, {}, DAY, rules.RuleSet(DAY, {one.id: one for one in more}))


@pytest.mark.parametrize(
    ("operator", "states"),
    [("<", [2, 0, 0, 1]), ("<=", [2, 2, 0, 1]), ("==", [0, 2, 0, 1]), (">=", [0, 2, 2, 1]), (">", [0, 0, 2, 1])],
)
def test_a_condition_holds_fails_or_is_unknown(operator, states):
    products = pd.DataFrame({"growth_score": [4.0, 5.0, 6.0, None]})
    condition = rule(f'field = "growth_score"\noperator = "{operator}"\nvalue = 5')
    assert conditions.state_of(condition, facts(products)).tolist() == states


@pytest.mark.parametrize(
    ("operator", "states"),
    [("<", [1, 0, 2]), ("<=", [1, 1, 2]), ("==", [1, 1, 0]), (">=", [1, 2, 0]), (">", [1, 1, 0])],
)
def test_what_is_known_within_bounds_is_judged_by_the_bounds(monkeypatch, operator, states):
    bounds = (np.array([4.0, 5.0, 1.0]), np.array([6.0, 6.0, 2.0]))
    monkeypatch.setitem(conditions.DERIVED, "growth_score", lambda facts, rule: bounds)
    condition = rule(f'field = "growth_score"\noperator = "{operator}"\nvalue = 5')
    assert conditions.state_of(condition, facts(pd.DataFrame(index=range(3)))).tolist() == states


@pytest.mark.parametrize(("logic", "states"), [("all", [0, 0, 0, 1, 1, 2]), ("any", [0, 1, 2, 1, 2, 2])])
def test_groups_follow_kleene(logic, states):
    """The pairs fail-fail, fail-unknown, fail-pass, unknown-unknown, unknown-pass, pass-pass."""
    flags = pd.DataFrame(
        {
            "is_rts": pd.array([False, False, False, None, None, True], dtype="boolean"),
            "is_duplicate": pd.array([False, None, True, None, True, True], dtype="boolean"),
        }
    )
    one = rule('field = "is_rts"\noperator = "=="\nvalue = true', "t.one")
    other = rule('field = "is_duplicate"\noperator = "=="\nvalue = true', "t.other")
    group = rule(f'logic = "{logic}"\nof = ["t.one", "t.other"]', "t.group")
    found = conditions.states("t.group", facts(flags, one, other, group))
    assert found["t.group"].tolist() == states
    assert list(found) == ["t.one", "t.other", "t.group"]


def test_a_threshold_relative_to_a_missing_column_is_unknown():
    products = pd.DataFrame({"event_price": [1.0, 1.0, None], "list_price": [2.0, None, 2.0]})
    condition = rule('field = "event_price"\noperator = "<="\nvalue = 0.9\nbase = "list_price"')
    assert conditions.state_of(condition, facts(products)).tolist() == [2, 1, 1]


@pytest.mark.parametrize(("operator", "state"), [("<=", 2), ("<", 0), (">=", 2), (">", 0)])
@pytest.mark.parametrize("price", [0.7, 1.4, 2.3, 20.1, 99.9, 1234.5])
def test_a_tie_with_a_share_of_a_price_is_a_tie(operator, state, price):
    products = pd.DataFrame({"event_price": [round(price * 0.9, 4)], "list_price": [price]})
    condition = rule(f'field = "event_price"\noperator = "{operator}"\nvalue = 0.9\nbase = "list_price"')
    assert conditions.state_of(condition, facts(products)).tolist() == [state]


@pytest.mark.parametrize(("inclusive", "expected"), [("true", [True, True, False]), ("false", [True, False, False])])
def test_the_last_day_of_a_window_counts_or_not(inclusive, expected):
    window = rule(f"value = 1\nwindow_days = 90\ninclusive = {inclusive}")
    assert conditions.within(np.array([0.0, 90.0, 91.0]), window).tolist() == expected
    assert conditions.within(np.array([-1.0, np.nan]), window).tolist() == [False, False]
    with pytest.raises(ValueError, match="rule 't.x', key 'window_days': is missing for 'reviews'"):
        conditions.within(np.array([1.0]), rule('field = "reviews"\noperator = ">"\nvalue = 1'))


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, None, 0], dtype="Int64"),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series([True, None, False], dtype=object),
        pd.Series([1, pd.NA, 0], dtype=object),
        pd.Series([1.0, np.nan, 0.0]),
    ],
)
def test_a_column_of_any_dtype_becomes_floats(column):
    np.testing.assert_array_equal(conditions.floats(pd.DataFrame({"x": column}), "x"), [1.0, np.nan, 0.0])
    assert conditions.floats(pd.DataFrame({"x": column}), "y").tolist() == pytest.approx([np.nan] * 3, nan_ok=True)


def test_a_base_that_is_no_column_is_refused():
    condition = rule('field = "event_price"\noperator = "<="\nvalue = 0.9\nbase = "cost"')
    with pytest.raises(ValueError, match="rule 't.x', key 'base': no column 'cost' of products"):
        conditions.state_of(condition, facts(pd.DataFrame({"event_price": [1.0]})))
