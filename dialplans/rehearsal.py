"""Tries a configuration out before it reaches the switch: a throw-away switch reads it, without a port to the outside,
without our secrets and in folders of its own. What it complains of, and what it takes in silence although a call
would fail there, are flaws.
"""

from __future__ import annotations

import re
import socket
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dialplans.flaws import Known, flaws
from dialplans.folders import Folders, make
from dialplans.readback import Readback, read_back
from dialplans.texts import Texts, spoken
from dialplans.write import write
from hotline.errors import Misconfigured
from hotline.platform.exchange import Exchange

# The switch's log is replaced by this, so that a broken one can't hide what it says of the others.
LOGGER = "[general]\nqueue_log = no\n\n[logfiles]\nmessages => warning,error\n"
_QUIET = {
    "manager.conf": ((r"^enabled = .*$", "enabled = no"), (r"^secret = .*$", "secret = rehearsal")),
    "http.conf": ((r"^enabled = .*$", "enabled = no"),),
    "pjsip.conf": ((r"^bind = .*$", "bind = 127.0.0.1:{port}"),),
}
_COMPLAINT = re.compile(r"^\[[^\]]*\] (?:WARNING|ERROR)\[\d+\](?:\[\S+\])? (?P<source>\S+): (?P<text>.*)$")
_PLACE = re.compile(r"line (?P<line>\d+)")
_QUOTED = re.compile(r"(?P<name>\w[\w-]*)=(?P<value>\S+) at line (?P<line>\d+)")
_APPLICATION = re.compile(r"^\s*(?P<name>\w+): ")


@dataclass(frozen=True)
class Rehearsal:
    """What came of it: no flaws, or those that keep the configuration from the switch; and what a switch that has
    taken it over says of it."""

    flaws: tuple[Misconfigured, ...]
    expected: Readback


def rehearse(exchange: Exchange, folders: Folders, texts: Texts, before: Texts | None = None) -> Rehearsal:
    """Tries `texts` out. What the configuration `before`, which is in force, is complained of too is no flaw of
    theirs: it has to do with this machine. Where nothing is in force, only complaints of a file of ours count.

    Raises `Misconfigured` when the switch doesn't even start with them, `Unreachable` when it isn't ready in time.
    """
    said, expected, applications = _try(exchange, folders, texts)
    if said and before is not None:
        said -= _try(exchange, folders, before)[0]
    complaints = [_complaint(source, words, texts) for source, words in sorted(said)]
    counted = [one for one in complaints if before is not None or _file_in(one.where, texts)]
    own = flaws(texts, Known(applications, _sounds(texts)))
    return Rehearsal((*own, *_once(counted, own)), expected)


def _try(
    exchange: Exchange, folders: Folders, texts: Texts
) -> tuple[set[tuple[str, str]], Readback, frozenset[str]]:
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as scratch:
        own = Folders(Path(scratch), folders.sounds, Path(scratch) / "recordings")
        make(own)
        write(own.etc, _quietened(texts, folders, own))
        with exchange.rehearsing(own.base) as tell:
            expected, applications = read_back(tell), _applications(tell("core show applications"))
        return set(_complaints(own.log / "messages")), expected, applications


def _free_port() -> int:
    """A port that nobody uses: the switch takes 0 for SIP's own, where another may be listening."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quietened(texts: Texts, folders: Folders, own: Folders) -> dict[str, str]:
    """`texts` for a switch that nobody can reach, in the folders `own`. Every line keeps its number."""
    changed, port = dict(texts), _free_port()
    for name, rules in _QUIET.items():
        for pattern, instead in rules:
            quiet = instead.format(port=port)
            changed[name] = re.sub(pattern, quiet, changed.get(name, ""), flags=re.MULTILINE)
    changed["asterisk.conf"] = texts["asterisk.conf"].replace(str(folders.base), str(own.base))
    return changed | {"logger.conf": LOGGER}


def _complaints(messages: Path) -> Iterator[tuple[str, str]]:
    """Source and text of each warning and error in a switch's log."""
    said = messages.read_text("utf-8", "replace") if messages.exists() else ""
    return ((one["source"], one["text"]) for line in said.splitlines() if (one := _COMPLAINT.match(line)))


def _complaint(source: str, words: str, texts: Texts) -> Misconfigured:
    line, file = _PLACE.search(words), _file_in(words, texts) or _file_with(words, texts)
    where = f"{file} line {line['line']}" if file and line else file or f"the switch's {source}"
    return Misconfigured(where, words, "something that the switch reads without a complaint")


def _file_in(words: str, texts: Iterable[str]) -> str:
    """The file of ours that `words` name."""
    return next((name for name in sorted(texts, key=len, reverse=True) if name in words), "")


def _file_with(words: str, texts: Texts) -> str:
    """The file of ours where the setting that `words` quote stands in that line: some parsers don't name it."""
    quoted = _QUOTED.search(words)
    if quoted is None:
        return ""
    written, number = (
        re.compile(rf"{quoted['name']}\s*=>?\s*{re.escape(quoted['value'])}"),
        int(quoted["line"]),
    )
    return next((name for name, text in texts.items() if written.match(_line(text, number))), "")


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number - 1] if number <= len(lines) else ""


def _once(complaints: Iterable[Misconfigured], own: Iterable[Misconfigured]) -> list[Misconfigured]:
    """One for each place, and none where we have words of our own."""
    places = {one.where for one in own}
    first = {one.where: one for one in reversed(list(complaints))}
    return [one for where, one in sorted(first.items()) if where not in places]


def _applications(said: str) -> frozenset[str]:
    found = (_APPLICATION.match(line) for line in said.splitlines())
    return frozenset(match["name"].lower() for match in found if match)


def _sounds(texts: Texts) -> frozenset[str]:
    """What is spoken in any language: what one of them lacks is the city's to say."""
    return frozenset(one["name"] for one in spoken(texts))
