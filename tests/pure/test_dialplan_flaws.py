"""What Asterisk takes in silence and a caller would pay for: found in the text, with its place and what is expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialplans.flaws import Known, flaws
from dialplans.plan import Accounts, plan
from dialplans.reloads import AT_START, FOR_OTHERS, RELOADS, reloads, wait_for_start
from dialplans.steps import read_settings, read_steps, sections
from dialplans.texts import digest, spoken, texts
from hotline.lines import Line, Mode, Queue
from hotline.settings import Asterisk, Paths, Settings

pytestmark = pytest.mark.pure

APPLICATIONS = frozenset(
    {"answer", "dial", "execif", "gosub", "goto", "gotoif", "hangup", "playback", "queue", "return", "set"}
)
QUEUES = "[general]\n[waiting](!)\nperiodic-announce = hotline/wait\n[citywide](waiting)\n[urban](waiting)\n"
SOUND = "[globals]\nDEFAULT = citywide\n[start]\n"


def found(dialplan: str, queues: str = QUEUES, **more: str) -> list[str]:
    known = Known(APPLICATIONS, frozenset({"wait", "recorded"}))
    return [
        str(one) for one in flaws({"extensions.conf": SOUND + dialplan, "queues.conf": queues} | more, known)
    ]


def test_a_dialplan_without_flaws_has_none() -> None:
    assert (
        found(
            "exten => _[+0-9].,1(begin),Answer()\n same => n,Gosub(there,s,1)\n same => n,Goto(begin)\n"
            " same => n,Queue(${DEFAULT},b(there^s^1))\n same => n,GotoIf($[1]?there,12,1:there,s,1)\n"
            " same => n,Playback(hotline/recorded&hotline/wait)\n same => n,Goto(${DIALSTATUS},1)\n"
            "[there]\nexten => s,1,Return()\nexten => _X.,1,Hangup()\n"
        )
        == []
    )


@pytest.mark.parametrize(
    ("step", "place", "expected"),
    [
        ("Goto(nowhere,s,1)", "the context nowhere", "there"),
        ("Gosub(ther,s,1)", "the context ther", "as there"),
        ("Goto(there,x,1)", "a way to x in there", "an extension that there is, as s"),
        ("Goto(there,s,7)", "a way to 7 of s in there", "a priority or label"),
        ("GotoIf($[1]?there,s,en)", "a way to en of s in there", "as end"),
        ("GotoIf($[1]?there,s,end:nowhere,s,1)", "the context nowhere", "a context"),
        ("ExecIf($[1]?Goto(nowhere,s,1))", "the context nowhere", "a context"),
        ("Queue(citywide,b(nowhere^s^1))", "the context nowhere", "a context"),
        ("Dial(PJSIP/1@trunk,60,mU(nowhere^s^1))", "the context nowhere", "a context"),
        ("Set(CHANNEL(hangup_handler_push)=nowhere,s,1)", "the context nowhere", "a context"),
        ("Set(HOTLINE_QUEUE=urbann)", "the queue urbann", "as urban"),
        ("Set(HOTLINE_PROMPTS=hotline/wiat)", "the sound hotline/wiat", "as wait"),
        ("Queue(urbann)", "the queue urbann", "as urban"),
        ("Playbakc(hotline/wait)", "the application Playbakc", "loaded"),
        ("ExecIf($[1]?Nonsense(1))", "the application Nonsense", "loaded"),
        ("Playback(hotline/wiat)", "the sound hotline/wiat", "as wait"),
        ("Playback(hotline/wait", "Playback(hotline/wait", "closing brackets"),
        ("Set(A=${B)}", "Set(A=${B)}", "closing brackets"),
    ],
)
def test_a_flaw_is_named_with_its_place_and_what_was_expected(step: str, place: str, expected: str) -> None:
    (one,) = found(f"exten => s,1,{step}\n[there]\nexten => s,1(end),Hangup()\n")
    assert one.startswith("extensions.conf line 4: found ")
    assert place in one
    assert expected in one.split("; expected ")[1]


def test_a_missing_priority_is_a_flaw() -> None:
    (one,) = found("exten => s,1,Answer()\nexten => s,3,Hangup()\n")
    assert one == (
        "extensions.conf line 5: found priority 3 of s in start, but none before it; "
        "expected priorities from 1 on without a gap"
    )


def test_a_queue_s_own_sounds_are_looked_for_too() -> None:
    (one,) = found("", QUEUES.replace("hotline/wait", "hotline/nothing"))
    assert one.startswith("queues.conf line 3: found the sound hotline/nothing")


def test_files_that_are_included_are_read_where_they_are_included() -> None:
    third = {"more.conf": "[more]\n; a comment; with another\nexten => s,1,Goto(nowhere,s,1) ; why\n"}
    (one,) = found('#include "more.conf"\nexten => t,1,Hangup()\n', **third)
    assert one.startswith("more.conf line 3: found a way to the context nowhere")
    steps = read_steps({"extensions.conf": '#include "more.conf"\nexten => t,1,Hangup()\n'} | third)
    assert [(step.file, step.line, step.context, step.extension) for step in steps] == [
        ("more.conf", 3, "more", "s"),
        ("extensions.conf", 2, "more", "t"),
    ]


def test_templates_of_sections_are_no_queues_and_their_settings_are_read() -> None:
    written = {"queues.conf": QUEUES}
    assert sections(written, "queues.conf") == ("general", "citywide", "urban")
    assert [(one.section, one.name) for one in read_settings(written, "queues.conf")] == [
        ("waiting", "periodic-announce")
    ]


@pytest.fixture(scope="module")
def own() -> dict[str, str]:
    """Everything that is rendered for a small city."""
    line = Line("12319", "城建", "Urban", Mode.DUAL, "urban", "urban", "welcome-dual")
    made = plan(
        Settings(paths=Paths(parts=Path("/parts"), state=Path("/state")), asterisk=Asterisk(seats=2)),
        Accounts("a", "b"),
        lines=(line,),
        queues=(Queue("citywide", "综合", "General", "general"), Queue("urban", "城建", "Urban", "urban")),
        default_queue="citywide",
        languages=("cmn", "en"),
        prompts={},
        at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert texts(made) == texts(replace(made))
    return texts(made)


def test_our_own_dialplan_leads_nowhere_that_isn_t_there(own: dict[str, str]) -> None:
    sounds = frozenset(row["name"] for row in spoken(own))
    applications = frozenset(step.application.lower() for step in read_steps(own))
    assert flaws(own, Known(applications | {"wait", "stopmixmonitor"}, sounds)) == []


def test_every_file_has_a_way_to_be_read_again(own: dict[str, str]) -> None:
    assert set(own) <= RELOADS.keys() | AT_START | FOR_OTHERS


def test_only_what_changed_is_reloaded_and_queues_come_before_the_dialplan() -> None:
    assert reloads(["extensions.conf", "sentences.json", "queues.conf", "extensions-third-party.conf"]) == (
        "queue reload all",
        "dialplan reload",
    )
    assert reloads(["modules.conf"]) == ()
    assert wait_for_start(["queues.conf", "modules.conf"]) == ("modules.conf",)


def test_the_same_texts_have_the_same_digest_in_any_order(own: dict[str, str]) -> None:
    assert digest(own) == digest(dict(reversed(own.items())))
    assert digest(own) != digest(own | {"queues.conf": "; other\n"})
