"""What `hotline doctor` asks of an Asterisk that somebody else runs: each setting missed is a word of what to write."""

from __future__ import annotations

import pytest

from dialplans.render import render
from hotline.platform.doctor import Finding, Verdict
from telephony.switch.foreign import NEEDED, Foreign, examine, read
from tests.pure.test_dialplan_rendering import made

pytestmark = pytest.mark.pure

GENERAL = [
    ("timestampevents", "yes"),
    ("channelvars", "HOTLINE_CALL,HOTLINE_LINE,HOTLINE_PARTY"),
    ("authlimit", "20"),
]
LINK = [
    ("read", "system,call,agent,user"),
    ("writetimeout", "5000"),
    *((f"eventfilter(action(include),name({event}))", "") for event in sorted(NEEDED)),
]
Section = list[tuple[str, str]]


def found(
    general: Section = GENERAL, link: Section = LINK, sessions: str = "300", version: str = "22.10.1"
) -> list[Finding]:
    switch = Foreign(version, {"general": general, "link": link}, {"general": [("sessionlimit", sessions)]})
    return list(examine(switch, 100))


def wrong(findings: list[Finding]) -> dict[str, str]:
    return {finding.about: finding.advice for finding in findings if finding.verdict is not Verdict.FINE}


def without(section: Section, name: str, *more: tuple[str, str]) -> Section:
    return [*((key, value) for key, value in section if not key.startswith(name)), *more]


def test_a_switch_as_it_should_be_has_nothing_to_mend() -> None:
    assert wrong(found()) == {}


@pytest.mark.parametrize(
    ("about", "findings", "advice"),
    [
        ("Event times", found(general=without(GENERAL, "timestampevents")), "timestampevents = yes"),
        ("Calls' names", found(general=without(GENERAL, "channelvars")), "channelvars = HOTLINE_CALL"),
        ("Logins at once", found(general=[*GENERAL, ("authlimit", "5")]), "authlimit = 20"),
        ("Stalls", found(link=without(LINK, "writetimeout")), "writetimeout = 5000"),
        ("Link account", found(link=[*LINK, ("read", "call,agent")]), "read = agent,call,system,user"),
        ("Link account", found(link=[]), "docs/telephony.md"),
        ("Web sessions", found(sessions=""), "sessionlimit = 200 in [general] of http.conf"),
        ("Switch", found(version="22.11.0"), "listening in breaks calls"),
        ("Switch", found(version="20.9.1"), "Asterisk 22"),
        (
            "Events needed",
            found(link=without(LINK, "eventfilter(action(include),name(Hangup")),
            "eventfilter",
        ),
        ("Events needed", found(general=[*GENERAL, ("disabledevents", "Hold,VarSet")]), "disabledevents"),
        (
            "Events needed",
            found(link=without(LINK, "eventfilter", ("eventfilter(action(exclude),name(DialEnd))", ""))),
            "eventfilter",
        ),
    ],
)
def test_each_setting_that_is_missed(about: str, findings: list[Finding], advice: str) -> None:
    assert advice in wrong(findings)[about]


def test_events_that_nobody_reads_are_kept_out_at_their_source() -> None:
    bare = without(LINK, "eventfilter")
    assert wrong(found(link=bare)) == {}
    flooded = found(link=without(bare, "read", ("read", "all")))
    assert wrong(flooded) == {
        "Events sent": "disabledevents = Newexten,RTCPReceived,RTCPSent,VarSet in [general] of manager.conf,"
        " or an eventfilter in [link]"
    }
    disabled = [*GENERAL, ("disabledevents", "Newexten, RTCPReceived, RTCPSent, VarSet")]
    assert wrong(found(general=disabled, link=without(bare, "read", ("read", "all")))) == {}


def test_our_own_switch_has_all_that_is_asked_of_a_foreign_one() -> None:
    texts = render(made())
    switch = Foreign("22.10.1", sections(texts["manager.conf"]), sections(texts["http.conf"]))
    assert wrong(list(examine(switch, 2))) == {}


def sections(text: str) -> dict[str, Section]:
    """A file's sections, as Asterisk reads it."""
    found: dict[str, Section] = {}
    lines = (line.partition(";")[0].strip() for line in text.splitlines())
    for line in filter(None, lines):
        if line.startswith("["):
            found[line[1 : line.index("]")]] = section = []
        else:
            name, _, value = line.partition("=")
            section.append((name.strip(), value.strip()))
    return found


def test_a_file_is_read_from_asterisks_answer() -> None:
    answer = {
        "Response": "Success",
        "Category-000000": "general",
        "Line-000000-000000": "enabled=yes",
        "Line-000000-000001": "timestampevents=>yes",
        "Category-000001": "link",
        "Line-000001-000000": "eventfilter(action(include),name(Hangup))=",
    }
    assert read(answer) == {
        "general": [("enabled", "yes"), ("timestampevents", "yes")],
        "link": [("eventfilter(action(include),name(Hangup))", "")],
    }
