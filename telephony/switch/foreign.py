"""What has to hold of an Asterisk that somebody else runs: read from its own words about its configuration. Pure.

Asterisk's defaults suit a console and a light. A floor needs more: times in its events, patience with a reader that
stalls, nothing sent that nobody reads, and room for a websocket per seat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hotline.platform.doctor import Finding, Verdict
from telephony.translate import READERS

Section = Sequence[tuple[str, str]]
File = Mapping[str, Section]

PATIENCE = 5000  # milliseconds for which a reader may stall; Asterisk's default is 100
WEB_SESSIONS = 100  # Asterisk's default
LOGINS = 20  # connections at the manager interface that aren't logged in yet; fewer shut out jobs and desks
CLASSES = frozenset({"system", "call", "agent", "user"})
NOISY = {
    "reporting": ("RTCPSent", "RTCPReceived"),
    "dialplan": ("VarSet", "Newexten"),
}  # events that nobody reads, by their class
VARIABLES = ("HOTLINE_CALL", "HOTLINE_LINE", "HOTLINE_PARTY")
NEEDED = frozenset([*READERS, "FullyBooted"])
BAD_FOR_LISTENING_IN = "22.11.0"  # asterisk#2134: a spied channel can't be bridged
_KEY = re.compile(r"(Category|Line)-(\d+)(?:-(\d+))?")
_FILTERED = re.compile(r"name\((\w+)\)")


@dataclass(frozen=True)
class Foreign:
    """A switch as it describes itself: its version, `manager.conf` and `http.conf`."""

    version: str
    manager: File
    http: File


def read(answer: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """A file's sections in the answer to GetConfig: `Category-000000: general`, `Line-000000-000001: port=5038`."""
    sections: dict[str, list[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for key, value in answer.items():
        if (found := _KEY.fullmatch(key)) is None:
            continue
        if found[1] == "Category":
            names[found[2]] = value
            sections[value] = []
        else:
            name, _, said = value.partition("=")
            sections[names[found[2]]].append((name.strip(), said.removeprefix(">").strip()))
    return sections


def examine(switch: Foreign, seats: int) -> Iterator[Finding]:
    """What stands in the way of `seats` seats, and what to write where."""
    yield version(switch.version)
    general, link = switch.manager.get("general", ()), switch.manager.get("link", ())
    yield _flag(
        "Event times", _one(general, "timestampevents"), "timestampevents = yes in [general] of manager.conf"
    )
    yield _variables(_one(general, "channelvars"))
    yield _at_least(
        "Logins at once", _one(general, "authlimit"), 50, LOGINS, "authlimit", "[general] of manager.conf"
    )
    if link:
        yield _classes(_one(link, "read"))
        yield _at_least(
            "Stalls", _one(link, "writetimeout"), 100, PATIENCE, "writetimeout", "[link] of manager.conf"
        )
        yield from _events(general, link)
    else:
        yield Finding(
            "Link account", Verdict.WRONG, "no section [link]", "write the one that docs/telephony.md shows"
        )
    sessions = _one(switch.http.get("general", ()), "sessionlimit")
    yield _at_least(
        "Web sessions", sessions, WEB_SESSIONS, 2 * seats, "sessionlimit", "[general] of http.conf"
    )


def version(said: str) -> Finding:
    """Whether it is one that everything here is tried with."""
    number = re.sub(r"^\D*", "", said)
    if number.startswith(BAD_FOR_LISTENING_IN):
        return Finding(
            "Switch", Verdict.WARNING, said, "use another 22: in this one, listening in breaks calls"
        )
    if not number.startswith("22."):
        return Finding("Switch", Verdict.WARNING, said, "Asterisk 22, which everything here is tried with")
    return Finding("Switch", Verdict.FINE, f"Asterisk {said}")


def _variables(said: str) -> Finding:
    missing = [name for name in VARIABLES if name not in re.split(r"[,\s]+", said)]
    if missing:
        advice = f"channelvars = {','.join(VARIABLES)} in [general] of manager.conf: calls are known by them"
        return Finding("Calls' names", Verdict.WRONG, f"events don't carry {', '.join(missing)}", advice)
    return Finding("Calls' names", Verdict.FINE, "events carry them")


def _classes(said: str) -> Finding:
    missing = CLASSES - _set(said)
    if missing and "all" not in _set(said):
        advice = f"read = {','.join(sorted(CLASSES))} in [link] of manager.conf"
        return Finding("Link account", Verdict.WRONG, f"may not read {', '.join(sorted(missing))}", advice)
    return Finding("Link account", Verdict.FINE, f"reads {said}")


def _events(general: Section, link: Section) -> Iterator[Finding]:
    """Whether it is sent what it needs and no more. Filters let in what they name; without one, all classes read."""
    filters = [name if "name(" in name else value for name, value in link if name.startswith("eventfilter")]
    let_in = {found[1] for one in filters if "exclude" not in one and (found := _FILTERED.search(one))}
    kept_out = {found[1] for one in filters if "exclude" in one and (found := _FILTERED.search(one))}
    disabled = _set(_one(general, "disabledevents"))
    missing = disabled & NEEDED | kept_out & NEEDED | (NEEDED - let_in if let_in else set())
    if missing:
        advice = "let them through: eventfilter in [link], disabledevents in [general] of manager.conf"
        yield Finding("Events needed", Verdict.WRONG, f"kept out: {', '.join(sorted(missing))}", advice)
    classes = _set(_one(link, "read"))
    sent = {name for of, names in NOISY.items() if classes & {of, "all"} for name in names}
    noise = set() if let_in else sent - disabled - kept_out
    if noise:
        advice = f"disabledevents = {','.join(sorted(noise))} in [general] of manager.conf, or an eventfilter in [link]"
        yield Finding("Events sent", Verdict.WARNING, f"nobody reads {', '.join(sorted(noise))}", advice)
    elif not missing:
        yield Finding(
            "Events sent", Verdict.FINE, "those that are read" if let_in else "little else than is read"
        )


def _at_least(about: str, said: str, default: int, needed: int, name: str, place: str) -> Finding:
    number = int(said) if said.isdigit() else default
    if number < needed:
        return Finding(about, Verdict.WARNING, str(number), f"{name} = {needed} in {place}")
    return Finding(about, Verdict.FINE, str(number))


def _flag(about: str, said: str, advice: str) -> Finding:
    if said.lower() in ("yes", "true", "on", "1", "y", "t"):
        return Finding(about, Verdict.FINE, said)
    return Finding(about, Verdict.WRONG, said or "not said", advice)


def _one(section: Section, name: str) -> str:
    return next((value for key, value in reversed(section) if key.lower() == name), "")


def _set(said: str) -> frozenset[str]:
    return frozenset(re.split(r"[,\s]+", said)) - {""}
