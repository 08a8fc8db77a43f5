"""Reads a rendered dialplan as its steps, each with the file and line where it stands. Pure: no switch is asked.

Asterisk takes much in silence that fails only when a call gets there; what can be seen before is looked for in these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MAIN = "extensions.conf"
_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]\s*(?P<is_template>\(!)?")
_INCLUDED = re.compile(r"#(?:try)?include\s+[\"<]?(?P<file>[^\">]+)[\">]?")
_STEP = re.compile(
    r"(?:exten\s*=>?\s*(?P<extension>[^,]+),|same\s*=>?)\s*"
    r"(?P<priority>\d+|n|s|hint)(?:\+(?P<more>\d+))?(?:\((?P<label>[^)]*)\))?\s*,\s*(?P<does>.*)$"
)
_DOES = re.compile(r"(?P<application>\w+)\s*(?:\((?P<arguments>.*)\))?\s*$")
_SETTING = re.compile(r"(?P<name>\w[\w-]*)\s*=>?\s*(?P<value>.*)$")


@dataclass(frozen=True)
class Step:
    """One priority of an extension. `does` is all that it does as written, `arguments` what stands between the
    application's parentheses; without a closing one they begin with the opening one."""

    file: str
    line: int
    context: str
    extension: str
    priority: int
    label: str
    does: str
    application: str
    arguments: str

    @property
    def where(self) -> str:
        """Its place in words."""
        return f"{self.file} line {self.line}"


@dataclass(frozen=True)
class Setting:
    """A line `name = value` of a section: a global, an `include`, a setting of a queue."""

    file: str
    line: int
    section: str
    name: str
    value: str

    @property
    def where(self) -> str:
        """Its place in words."""
        return f"{self.file} line {self.line}"


def read_steps(texts: Mapping[str, str]) -> tuple[Step, ...]:
    """The steps of `extensions.conf` and of the files that it includes, in their order."""
    steps: list[Step] = []
    for file, line, section, written in _lines(texts, MAIN, ""):
        found = _STEP.match(written)
        if found is None or section == "globals":
            continue
        before = steps[-1] if steps else None
        extension = (found["extension"] or (before.extension if before else "")).strip()
        does = _DOES.match(found["does"])
        name, opened, rest = found["does"].partition("(")
        steps.append(
            Step(
                file=file,
                line=line,
                context=section,
                extension=extension,
                priority=_priority(found, before, section, extension),
                label=found["label"] or "",
                does=found["does"],
                application=does["application"] if does else name.strip(),
                arguments=(does["arguments"] or "") if does else opened + rest,
            )
        )
    return tuple(steps)


def read_settings(texts: Mapping[str, str], file: str) -> tuple[Setting, ...]:
    """The settings of `file` and of the files that it includes; steps are passed over."""
    return tuple(
        Setting(name, line, section, found["name"], found["value"].strip())
        for name, line, section, written in _lines(texts, file, "")
        if (found := _SETTING.match(written)) and found["name"] not in ("exten", "same")
    )


def sections(texts: Mapping[str, str], file: str) -> tuple[str, ...]:
    """The names of the sections of `file` and of those that it includes, each once; templates are none."""
    return tuple(dict.fromkeys(section for _, _, section, written in _lines(texts, file, "") if not written))


def _lines(texts: Mapping[str, str], file: str, section: str) -> Iterator[tuple[str, int, str, str]]:
    """Each line with its file, its number and its section, comments gone; files in the place of their inclusion."""
    for number, raw in enumerate(texts.get(file, "").splitlines(), start=1):
        written = re.split(r"(?<!\\);", raw, maxsplit=1)[0].strip()
        if included := _INCLUDED.match(written):
            for line in _lines(texts, included["file"].strip(), section):
                section = line[2]
                yield line
        elif opened := _SECTION.match(written):
            section = opened["name"]
            if not opened["is_template"]:
                yield file, number, section, ""
        elif written:
            yield file, number, section, written


def _priority(found: re.Match[str], before: Step | None, context: str, extension: str) -> int:
    """The priority as a number; `n` is one more than that of the same extension's step before."""
    if found["priority"].isdigit():
        return int(found["priority"])
    if before is None or (before.context, before.extension) != (context, extension):
        return 0
    more = int(found["more"] or 1)
    return before.priority if found["priority"] == "s" else before.priority + more
