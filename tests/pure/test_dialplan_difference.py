"""Differences of renderings: nothing is lost on the way from one side to the other."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplans.difference import AROUND, GONE, NEW, SAME, as_text, changed, differences
from dialplans.readback import Readback, deviations, of_json, read_back

pytestmark = pytest.mark.pure

FILES = st.dictionaries(
    st.sampled_from(["a.conf", "b.conf"]),
    st.lists(st.sampled_from("pqr"), max_size=30).map(lambda lines: "".join(f"{line}\n" for line in lines)),
)


@given(FILES, FILES)
def test_what_goes_and_comes_makes_one_side_of_the_other(
    before: dict[str, str], after: dict[str, str]
) -> None:
    found = differences(before, after)
    assert changed(before, after) == tuple(one.name for one in found)
    for name in before.keys() | after.keys():
        old, new = before.get(name, "").splitlines(), after.get(name, "").splitlines()
        lines = list(chain.from_iterable(p for one in found if one.name == name for p in one.passages))
        gone = {line.before for line in lines if line.sign == GONE}
        assert all(old[line.before - 1] == line.text for line in lines if line.sign in (GONE, SAME))
        assert all(new[line.after - 1] == line.text for line in lines if line.sign == NEW)
        come = {line.after: line.text for line in lines if line.sign == NEW}
        kept = iter(text for number, text in enumerate(old, 1) if number not in gone)
        assert [come[n] if n in come else next(kept) for n in range(1, len(new) + 1)] == new


def test_only_what_is_near_a_change_is_shown() -> None:
    old = "".join(f"{number}\n" for number in range(100))
    (one,) = differences({"x": old}, {"x": old.replace("50\n", "fifty\n")})
    (passage,) = one.passages
    assert len(passage) == 2 * AROUND + 2
    assert (one.count(GONE), one.count(NEW)) == (1, 1)
    assert as_text((one,)).splitlines()[:3] == ["--- x", "+++ x", "@@ -48,7 +48,7 @@"]


SAID = {
    "dialplan show": (
        "[ Context 'ask' created by 'pbx_config' ]\n  's' =>   1. Answer()   [extensions.conf:3]\n"
        "                 2. Goto(wait,s,1) [extensions.conf:4]\n\n"
        "[ Context 'parked' created by 'res_parking' ]\n  's' =>  1. Park()  [x:1]\n\n-= 3 extensions -=\n"
    ),
    "dialplan show globals": "   DEFAULT_QUEUE=citywide\n\n    -- 1 variable(s)\n",
    "queue show": (
        "citywide has 3 calls (max unlimited) in 'rrmemory' strategy (4s holdtime, 9s talktime), "
        "W:2, C:7, A:1, SL:0.0%, SL2:0.0% within 15s\n   No Members\n   No Callers\n\n"
    ),
    "pjsip list endpoints": (
        " Endpoint:  <Endpoint/CID....>  <State>  <Channels>\n====\n Endpoint:  8001/8001   In use  1 of inf\n"
    ),
}


def test_what_a_switch_says_is_read() -> None:
    said = read_back(lambda command: SAID[command])
    assert said == Readback(
        contexts={"ask": "'s' => 1. Answer() [extensions.conf:3]\n2. Goto(wait,s,1) [extensions.conf:4]"},
        globals={"DEFAULT_QUEUE": "citywide"},
        queues={"citywide": "rrmemory, weight 2, target 15 s"},
        endpoints={"8001": ""},
    )
    assert of_json(said.as_json()) == said
    assert deviations(said, said) == []


def test_where_a_switch_runs_something_else_is_named() -> None:
    def tell(command: str) -> str:
        said = SAID[command].replace("Goto(wait,s,1)", "Hangup()").replace("citywide has", "urban has")
        return said.replace("DEFAULT_QUEUE=citywide", "DEFAULT_QUEUE=citywide\n   SET_BY_A_CALL=1")

    expected = read_back(lambda command: SAID[command])
    assert [(one.where, one.found) for one in deviations(read_back(tell), expected)] == [
        ("the running switch, context ask", "2. Hangup() [extensions.conf:4]"),
        ("the running switch, queue citywide", "nothing"),
        ("the running switch, queue urban", "it is there"),
    ]
