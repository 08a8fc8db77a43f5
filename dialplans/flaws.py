"""What is wrong with a rendered dialplan although Asterisk reads it without a word: ways that lead nowhere, steps
that are missing, applications, queues and sounds that there aren't. Pure.

A place or name in which a variable stands is known only when a call gets there, and is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from difflib import get_close_matches

from dialplans.steps import MAIN, Setting, Step, read_settings, read_steps, sections
from hotline.errors import Misconfigured

QUEUES = "queues.conf"
QUEUE_VARIABLE = "HOTLINE_QUEUE"
SOME = 8  # names to choose from are told, of however many there are
OURS = "hotline/"  # the folder of our own sounds, below each language's
_GO = {"goto": 0, "gosub": 0, "gotoif": 1, "gosubif": 1}
_PLAY = frozenset({"playback", "background"})
_QUEUE_SOUNDS = re.compile(r"periodic-announce|queue-.*|announce")
_HANDLER = re.compile(r"CHANNEL\(hangup_handler_(?:push|wipe)\)=(?P<place>.+)")
_CALLED_ON_THE_WAY = re.compile(
    r"[bBUG]\((?P<place>[^()]*)\)"
)  # options of Queue and Dial, parts joined by ^
_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*", "-": ""}


@dataclass(frozen=True)
class Known:
    """What there is besides the dialplan: `applications` in lower case, and `sounds`, in any language."""

    applications: Set[str]
    sounds: Set[str]


@dataclass(frozen=True)
class _Dialplan:
    steps: tuple[Step, ...]
    contexts: Set[str]
    includes: Mapping[str, Set[str]]
    queues: Set[str]
    variables: Mapping[str, str]


def flaws(texts: Mapping[str, str], known: Known) -> list[Misconfigured]:
    """Every flaw, with its file and line, what stands there and what was expected."""
    plan = _read(texts)
    found = [*_gaps(plan)]
    for step in plan.steps:
        found.extend(_of_step(step, plan, known))
    found.extend(_of_queues(read_settings(texts, QUEUES), known))
    return found


def _read(texts: Mapping[str, str]) -> _Dialplan:
    settings = read_settings(texts, MAIN)
    contexts = frozenset(sections(texts, MAIN)) - {"general", "globals"}
    included = {
        context: frozenset(one.value for one in settings if (one.section, one.name) == (context, "include"))
        for context in contexts
    }
    queues = frozenset(name for name in sections(texts, QUEUES) if name != "general")
    variables = {one.name: one.value for one in settings if one.section == "globals"}
    return _Dialplan(read_steps(texts), contexts, included, queues, variables)


def _gaps(plan: _Dialplan) -> Iterator[Misconfigured]:
    """A call ends where the next priority isn't there."""
    there: dict[tuple[str, str], set[int]] = {}
    for step in plan.steps:
        there.setdefault((step.context, step.extension), set()).add(step.priority)
    for step in plan.steps:
        if step.priority != 1 and step.priority - 1 not in there[step.context, step.extension]:
            found = f"priority {step.priority} of {step.extension} in {step.context}, but none before it"
            yield Misconfigured(step.where, found, "priorities from 1 on without a gap")


def _of_step(step: Step, plan: _Dialplan, known: Known) -> Iterator[Misconfigured]:
    if not _is_balanced(step.arguments):
        yield Misconfigured(step.where, step.does, "as many closing brackets as opening ones")
        return
    for application, arguments in _done_by(step.application, step.arguments):
        name = application.lower()
        if name not in known.applications:
            yield Misconfigured(
                step.where, f"the application {application}", "one that the switch has loaded"
            )
        for place in _places(name, arguments):
            yield from _nowhere(step, place, plan)
        yield from _of_names(step, name, arguments, plan, known)


def _of_names(
    step: Step, application: str, arguments: str, plan: _Dialplan, known: Known
) -> Iterator[Misconfigured]:
    first = _filled(_split(arguments)[0], plan.variables)
    variable, _, value = first.partition("=")
    if application == "queue" or (application == "set" and variable == QUEUE_VARIABLE):
        queue = first if application == "queue" else value
        if _is_plain(queue) and queue not in plan.queues:
            yield Misconfigured(step.where, f"the queue {queue}", _one_of(plan.queues, "a queue", queue))
    if application in _PLAY or application == "set":
        yield from _unspoken(step.where, first if application in _PLAY else value, known)


def _of_queues(settings: Iterable[Setting], known: Known) -> Iterator[Misconfigured]:
    for one in settings:
        if _QUEUE_SOUNDS.fullmatch(one.name):
            yield from _unspoken(one.where, one.value, known)


def _unspoken(where: str, played: str, known: Known) -> Iterator[Misconfigured]:
    for sound in re.split("[&,]", played):
        name = sound.strip().removeprefix(OURS)
        if sound.strip().startswith(OURS) and _is_plain(name) and name not in known.sounds:
            yield Misconfigured(where, f"the sound {sound.strip()}", _one_of(known.sounds, "a sound", name))


def _nowhere(step: Step, place: str, plan: _Dialplan) -> Iterator[Misconfigured]:
    """Why `place`, as Goto and Gosub write one (`[[context,]extension,]priority`), can't be reached from `step`."""
    parts = _split(place)
    context = parts[-3] if len(parts) > 2 else step.context
    extension = parts[-2] if len(parts) > 1 else step.extension
    priority = re.sub(r"\(.*", "", parts[-1])
    if not _is_plain(context):
        return
    if context not in plan.contexts:
        yield Misconfigured(
            step.where, f"a way to the context {context}", _one_of(plan.contexts, "a context", context)
        )
        return
    if not _is_plain(extension):
        return
    there = [one for one in plan.steps if one.context in _reach(context, plan)]
    at = [one for one in there if one.extension == extension] or [
        one for one in there if _matches(one.extension, extension)
    ]
    if not at:
        names = _one_of({one.extension for one in there}, "an extension", extension)
        yield Misconfigured(step.where, f"a way to {extension} in {context}", names)
    elif _is_plain(priority) and priority not in {str(one.priority) for one in at} | {
        one.label for one in at
    }:
        labels = _one_of({one.label for one in at if one.label}, "a priority or label", priority)
        yield Misconfigured(step.where, f"a way to {priority} of {extension} in {context}", labels)


def _reach(context: str, plan: _Dialplan) -> set[str]:
    """The context and all that it includes."""
    reached: set[str] = set()
    waiting = {context}
    while waiting:
        reached |= waiting
        waiting = {one for name in waiting for one in plan.includes.get(name, ())} - reached
    return reached


def _done_by(application: str, arguments: str) -> Iterator[tuple[str, str]]:
    """The application, and what ExecIf would do in its place."""
    yield application, arguments
    if application.lower() == "execif":
        for branch in _branches(arguments):
            if found := re.match(r"(\w+)(?:\((.*)\))?$", branch):
                yield from _done_by(found[1], found[2] or "")


def _places(application: str, arguments: str) -> Iterator[str]:
    if application in _GO:
        places = _branches(arguments) if _GO[application] else [arguments]
        yield from (place for place in places if place)
    elif application in ("queue", "dial"):
        for found in _CALLED_ON_THE_WAY.finditer(arguments):
            yield found["place"].replace("^", ",")
    elif application == "set" and (handler := _HANDLER.match(arguments)):
        yield handler["place"]


def _branches(arguments: str) -> list[str]:
    """`then` and `else` of `condition?then:else`."""
    _, _, branches = _cut(arguments, "?")
    then, _, other = _cut(branches, ":")
    return [then.strip(), other.strip()]


def _split(arguments: str) -> list[str]:
    """The arguments, parted by the commas that stand in no bracket."""
    parts, rest = [], arguments
    while True:
        part, comma, rest = _cut(rest, ",")
        parts.append(part.strip())
        if not comma:
            return parts


def _cut(text: str, mark: str) -> tuple[str, str, str]:
    """`text` before and behind the first `mark` outside of all brackets and quotes, as `str.partition`."""
    depth, quoted = 0, False
    for place, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == mark and depth == 0 and not quoted:
            return text[:place], mark, text[place + 1 :]
    return text, "", ""


def _is_balanced(text: str) -> bool:
    opened = []
    for sign in text:
        if sign in "([{":
            opened.append(sign)
        elif sign in ")]}" and (not opened or opened.pop() + sign not in ("()", "[]", "{}")):
            return False
    return not opened


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: variables.get(found[1], found[0]), text)


def _is_plain(text: str) -> bool:
    return bool(text) and "$" not in text


def _matches(pattern: str, extension: str) -> bool:
    """Whether a dialled `extension` belongs to `pattern`: `_X.`, or the invalid one `i`."""
    if pattern == "i":
        return True
    if not pattern.startswith("_"):
        return False
    signs = re.findall(r"\[[^\]]*\]|.", pattern[1:])
    expected = "".join(
        _CLASSES.get(sign, sign if sign.startswith("[") else re.escape(sign)) for sign in signs
    )
    return re.fullmatch(expected, extension) is not None


def _one_of(names: Iterable[str], what: str, like: str) -> str:
    """What was expected: `what`, with those of `names` that are most `like` what was found, else with some of them."""
    there = sorted(name for name in names if name)
    named = get_close_matches(like, there, 3) or there[:SOME]
    return f"{what} that there is" + (f", as {', '.join(named)}" if named else "")
