"""The switch's configuration: what it must say, and what it must never be made to say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplans.digits import spoken
from dialplans.plan import Accounts, Plan, plan
from dialplans.render import UNSAFE, render
from dialplans.sentences import Sentence, own_prompts, sentences, to_json
from hotline.errors import Misconfigured
from hotline.lines import Line, Mode, Queue
from hotline.settings import Asterisk, Paths, Settings
from telephony.scripts import VARIABLES
from tests.pure.nineteen import LINES, NEW_YEAR

pytestmark = pytest.mark.pure

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
LINE = Line("12319", "城建城管服务热线", "Urban order", Mode.DUAL, "urban", "urban", "welcome-dual")


def made(switch: Asterisk | None = None, lines: tuple[Line, ...] = (LINE,)) -> Plan:
    asterisk = switch or Asterisk(seats=3)
    return plan(
        Settings(paths=Paths(parts=Path("/parts"), state=Path("/state")), asterisk=asterisk),
        Accounts(link="secret-of-link", actions="secret-of-actions"),
        lines=lines,
        queues=(
            Queue("citywide", "综合", "General", "general"),
            Queue("urban", "城建", "Urban", "urban", 20, 3),
        ),
        default_queue="citywide",
        languages=("cmn", "en"),
        prompts={},
        at=AT,
    )


def test_the_same_plan_gives_the_same_texts() -> None:
    assert render(made()) == render(made())


def test_each_seat_is_an_endpoint_whose_password_stands_elsewhere() -> None:
    text = render(made())["pjsip.conf"]
    for seat in ("8001", "8002", "8003"):
        assert f"[{seat}](seat)\naors = {seat}\nauth = {seat}\n" in text
    assert "password" not in text
    assert "auth = astdb,auths" in render(made())["sorcery.conf"]


def test_nobody_becomes_the_trunk_by_its_name_nor_a_seat_by_its_address() -> None:
    trunk, seat = re.findall(
        r"^context = from-\w+$.*?^identify_by = (\S+)$", render(made())["pjsip.conf"], re.M | re.S
    )
    assert (trunk, seat) == ("ip", "auth_username,username")


def test_each_queue_has_its_weight_its_target_and_the_rule_that_widens_its_circle() -> None:
    texts = render(made())
    assert "[urban](waiting)\nweight = 3\nservicelevel = 20\ndefaultrule = widen-20\n" in texts["queues.conf"]
    assert "[widen-20]\npenaltychange => 20,200\n" in texts["queuerules.conf"]
    assert "Set(QUEUE_MAX_PENALTY=99)" in texts["extensions.conf"]


def own_way(lines: tuple[Line, ...], at: datetime = AT) -> dict[str, dict[str, str]]:
    """What the dialplan sets by itself for each number that is dialled."""
    text = render(replace(made(), lines=lines, at=at))["extensions.conf"]
    section = text.partition("[line]")[2].partition("[")[0]
    ways = re.findall(r"exten => d(\d+),1,(.*?)Return", section, re.S)
    return {number: dict(re.findall(r"Set\(HOTLINE_(\w+)=(.*?)\)", way)) for number, way in ways}


def test_each_line_has_a_way_of_its_own_even_when_nobody_can_be_asked() -> None:
    ways = own_way(LINES)
    assert ways.keys() == {"12345", "12369", "12319", "12366"}
    assert ways["12369"] == {"QUEUE": "urban", "LANGUAGE": "cmn", "PROMPTS": "hotline/12369-welcome-merged"}
    assert ways["12366"] == {
        "QUEUE": "citywide",
        "LANGUAGE": "cmn",
        "PROMPTS": "hotline/12366-welcome-branch",
        "BRANCH": "075700012366",
        "BRANCH_UNIT": "tax",
        "BRANCH_WAIT": "15",
    }


def test_a_line_s_way_is_that_of_the_plan_s_moment() -> None:
    before, after = own_way(LINES)["12319"], own_way(LINES, NEW_YEAR)["12319"]
    assert (before["QUEUE"], before["PROMPTS"]) == ("urban", "hotline/12319-welcome-dual")
    assert (after["QUEUE"], after["PROMPTS"]) == ("citywide", "hotline/12319-welcome-merged")


def test_what_is_answered_is_what_the_dialplan_goes_by() -> None:
    text = render(made())["extensions.conf"]
    assert all(f"${{HOTLINE_{name}}}" in text for name in VARIABLES)


def test_the_web_server_has_room_for_every_softphone_twice() -> None:
    assert f"sessionlimit = {2 * 400 + 20}" in render(made(Asterisk(seats=400)))["http.conf"]


def test_nothing_listens_elsewhere_than_at_the_switch_s_address() -> None:
    texts = render(made(Asterisk(host="127.0.0.9")))
    lines = [line for text in texts.values() for line in text.splitlines()]
    bound = [line for line in lines if line.startswith(("bind =", "bindaddr ="))]
    assert len(bound) == 4
    assert all("127.0.0.9" in line for line in bound)


def test_the_question_of_where_a_call_belongs_has_a_deadline() -> None:
    text = render(made(Asterisk(agi_deadline=1.5)))["extensions.conf"]
    asked = text.index("AGI(agi://")
    assert text.rindex("TIMEOUT(absolute)=1.5", 0, asked) < asked
    assert "exten => T,1,Goto(wait,s,1)" in text


@given(st.text(min_size=1).filter(lambda text: not text.isprintable() or UNSAFE & set(text)))
def test_a_value_that_asterisk_would_misread_is_refused(bad: str) -> None:
    with pytest.raises(Misconfigured):
        render(made(Asterisk(node=f"a1{bad}")))


@pytest.mark.parametrize("bad", ["x\nsecret = mine", "x;", "x,y", "${SHELL(id)}", "$[1]", "x]"])
def test_no_secret_can_open_another_line(bad: str) -> None:
    with pytest.raises(Misconfigured, match=r"manager\.conf"):
        render(replace(made(), accounts=Accounts(link=bad, actions="fine")))


def test_a_queue_can_t_be_called_what_asterisk_calls_its_own_settings() -> None:
    queues = (Queue("General", "综合", "General", "general"),)
    with pytest.raises(Misconfigured, match="General"):
        render(replace(made(), queues=queues, default_queue="General"))


def test_the_default_queue_must_exist() -> None:
    with pytest.raises(Misconfigured, match="nowhere"):
        render(replace(made(), default_queue="nowhere"))


def test_a_line_is_greeted_with_its_own_name() -> None:
    said = {(s.language, s.name): s for s in sentences(made())}
    assert "城建城管服务热线" in said["cmn", "12319-welcome-dual"].text
    assert "Urban order" in said["en", "12319-welcome-dual"].text
    assert said["cmn", "12319-welcome-dual"].recordings == ("12319-welcome-dual", "welcome-dual")


def test_a_line_that_changes_is_greeted_as_what_it_is_at_the_time() -> None:
    later = replace(LINE, greeting="welcome-merged", valid_from=datetime(2027, 1, 1, tzinfo=SHANGHAI))
    names = {s.name for s in sentences(made(lines=(LINE, later)))}
    assert {"12319-welcome-dual", "12319-welcome-merged"} <= names


def test_a_greeting_that_nobody_wrote_is_named() -> None:
    with pytest.raises(Misconfigured, match="welcome-nobody"):
        sentences(made(lines=(replace(LINE, greeting="welcome-nobody"),)))


def test_a_city_s_own_words_replace_ours() -> None:
    own = replace(made(), prompts={"recorded": {"cmn": "本市说法。"}})
    texts = {s.text for s in sentences(own) if s.name == "recorded" and s.language == "cmn"}
    assert texts == {"本市说法。"}


def test_every_prompt_of_ours_is_written_in_every_language() -> None:
    assert {name: set(texts) for name, texts in own_prompts().items()} == {
        name: {"cmn", "yue", "en"} for name in own_prompts()
    }


def test_the_dialplan_plays_only_what_is_spoken() -> None:
    plays = render(made())
    names = {
        name
        for name in ("recorded", "unavailable", "echo", "wait", "branch-unanswered")
        if f"hotline/{name}" in "".join(plays.values())
    }
    assert names <= {s.name for s in sentences(made())}
    assert names == {"recorded", "unavailable", "echo", "wait", "branch-unanswered"}


@pytest.mark.parametrize(
    ("language", "said"),
    [("cmn", "拨打幺二三四五，3天内"), ("yue", "拨打一二三四五，3天内"), ("en", "拨打1 2 3 4 5，3天内")],
)
def test_long_numbers_are_spoken_digit_by_digit(language: str, said: str) -> None:
    assert spoken("拨打12345，3天内", language) == said


def test_sentences_survive_the_file() -> None:
    sentence = Sentence("cmn", "recorded", "“引号”\n与 \\", ("recorded",))
    (row,) = json.loads(to_json([sentence]))
    assert Sentence(row["language"], row["name"], row["text"], tuple(row["recordings"])) == sentence


@pytest.mark.parametrize(
    ("host", "permitted"),
    [
        ("127.0.0.1", {"127.0.0.1"}),
        ("10.0.0.5", {"127.0.0.1", "10.0.0.5"}),
        ("0.0.0.0", {"127.0.0.1"}),
    ],
)
def test_the_manager_talks_to_our_own_processes_alone(host: str, permitted: set[str]) -> None:
    text = render(made(Asterisk(host=host)))["manager.conf"]
    lines = [line for line in text.splitlines() if line.startswith("permit")]
    assert {line.split(" = ")[1].split("/")[0] for line in lines} == permitted
    assert len(lines) == 2 * len(permitted)


def test_sound_is_bound_to_the_switch_s_address_unless_it_is_everywhere() -> None:
    assert "bind_rtp_to_media_address = yes" in render(made())["pjsip.conf"]
    assert "media_address" not in render(made(Asterisk(host="0.0.0.0")))["pjsip.conf"]
