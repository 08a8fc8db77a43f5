"""The words of Asterisk's gateway interface (AGI): what a request says, how a command is written, how a reply reads.

A conversation is a generator that yields commands and is sent replies, so a script can be read from top to bottom
and tested without a network. Pure; who carries the words is another module's business.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass

HANGUP = "HANGUP"

Conversation = Generator[str, "Reply", None]


class BadTalk(Exception):
    """The other side said something that isn't AGI."""


@dataclass(frozen=True)
class Request:
    """A channel asks: the `script` of the address, its arguments, and what Asterisk says of the channel."""

    script: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """Asterisk's answer to one command. `result` is empty unless `code` is 200."""

    code: int
    result: str
    text: str


def read_request(lines: Iterable[str]) -> Request:
    """The request in the header's `lines`, which end before the empty one. Raises `BadTalk`."""
    environment = dict(_field(line) for line in lines)
    if "agi_network_script" not in environment:
        raise BadTalk("a header without agi_network_script")
    numbers = range(1, len(environment) + 1)
    arguments = [environment[f"agi_arg_{n}"] for n in numbers if f"agi_arg_{n}" in environment]
    return Request(environment["agi_network_script"], tuple(arguments), environment)


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.startswith("agi_"):
        raise BadTalk(f"a header line that names no field: {line[:40]!r}")
    return name, value.strip()


_REPLY = re.compile(r"(\d{3}) result=(\S*)(.*)")


def read_reply(lines: Iterable[str]) -> Reply:
    """The reply in `lines`: one, or the several of a 520. Raises `BadTalk`."""
    first, *rest = lines
    found = _REPLY.fullmatch(first)
    if found:
        return Reply(int(found[1]), found[2], found[3].strip())
    if not re.match(r"\d{3}[ -]", first):
        raise BadTalk(f"a reply without a code: {first[:40]!r}")
    return Reply(int(first[:3]), "", " ".join([first[4:], *rest]).strip())


def continues(line: str) -> bool:
    """Whether a reply that begins with `line` goes on until the line that begins with its code and a blank."""
    return re.match(r"\d{3}-", line) is not None


def command(*words: str) -> str:
    """A command line of `words`, each one argument whatever is in it.

    Raises ValueError for a character that ends a line: it would begin a command of its own.
    """
    for word in words:
        if not word.isprintable():
            raise ValueError(f"a word that AGI can't carry: {word!r}")
    return " ".join([words[0], *(_quoted(word) for word in words[1:])])


def set_variable(name: str, value: str) -> str:
    """The command that sets a variable of the channel."""
    return command("SET VARIABLE", name, value)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
