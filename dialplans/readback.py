"""What a switch says of its own configuration, so that what runs can be compared with what was rendered: a throw-away
switch that read a configuration says what the real one has to say after it has read it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.errors import Misconfigured
from hotline.platform.exchange import Tell

_CONTEXT = re.compile(r"\[ Context '(?P<name>.+?)' created by '(?P<by>.+?)' \]")
_QUEUE = re.compile(
    r"^(?P<name>\S+) has .*? in '(?P<strategy>\w+)' strategy .*W:(?P<weight>\d+),.*within (?P<target>\d+)s"
)
_GLOBAL = re.compile(r"^\s+(?P<name>\w+)=(?P<value>.*)$")
_ENDPOINT = re.compile(r"^\s*Endpoint:\s+(?P<name>[^\s/<]+)")

Said = Mapping[str, str]


@dataclass(frozen=True)
class Readback:
    """By name: each context's steps with the files and lines that they were read from; each global's value; each
    queue's strategy, weight and target; and the endpoints."""

    contexts: Said
    globals: Said
    queues: Said
    endpoints: Said

    def as_json(self) -> dict[str, dict[str, str]]:
        """What `of_json` reads again."""
        return {name: dict(said) for name, said in vars(self).items()}


def of_json(written: Mapping[str, Any]) -> Readback:
    """A readback that was kept. Raises TypeError for anything else."""
    return Readback(**written)


def read_back(tell: Tell) -> Readback:
    """Asks a running switch. Raises `Unreachable`."""
    return Readback(
        contexts=dict(_contexts(tell("dialplan show"))),
        globals={one["name"]: one["value"] for one in _found(_GLOBAL, tell("dialplan show globals"))},
        queues={one["name"]: _traits(one) for one in _found(_QUEUE, tell("queue show"))},
        endpoints={one["name"]: "" for one in _found(_ENDPOINT, tell("pjsip list endpoints"))},
    )


def deviations(found: Readback, expected: Readback) -> list[Misconfigured]:
    """Where what runs isn't what was rendered. Globals may be more than were rendered: calls can set some."""
    kept = {name: value for name, value in found.globals.items() if name in expected.globals}
    return [
        *_deviations("context", found.contexts, expected.contexts),
        *_deviations("global", kept, expected.globals),
        *_deviations("queue", found.queues, expected.queues),
        *_deviations("endpoint", found.endpoints, expected.endpoints),
    ]


def _deviations(what: str, found: Said, expected: Said) -> Iterator[Misconfigured]:
    for name in sorted(found.keys() | expected.keys()):
        if found.get(name) != expected.get(name):
            runs, wanted = _first_difference(found.get(name), expected.get(name))
            yield Misconfigured(f"the running switch, {what} {name}", runs, wanted)


def _first_difference(found: str | None, expected: str | None) -> tuple[str, str]:
    if found is None or expected is None:
        return ("nothing", "it to be there") if found is None else ("it is there", "nothing")
    ours, theirs = expected.splitlines(), found.splitlines()
    for wanted, runs in zip(ours, theirs, strict=False):
        if wanted != runs:
            return runs, wanted
    return f"{len(theirs)} lines", f"{len(ours)} lines"


def _contexts(said: str) -> Iterator[tuple[str, str]]:
    """The contexts that the dialplan's own reader made; what modules add by themselves is theirs."""
    for block in said.split("\n\n"):
        header = _CONTEXT.search(block)
        if header and header["by"] == "pbx_config":
            steps = [" ".join(line.split()) for line in block[header.end() :].splitlines()]
            yield header["name"], "\n".join(line for line in steps if line)


def _traits(queue: re.Match[str]) -> str:
    return f"{queue['strategy']}, weight {queue['weight']}, target {queue['target']} s"


def _found(form: re.Pattern[str], said: str) -> Iterator[re.Match[str]]:
    return (match for line in said.splitlines() if (match := form.match(line)))
