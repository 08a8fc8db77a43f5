"""What is to be said, by which file, in which language: our own prompts, the city's over them, and each line's
greeting with the line's name in it. Pure, but for reading our own prompts from beside this file.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources

from dialplans.digits import spoken
from dialplans.plan import Plan
from hotline.errors import Misconfigured
from hotline.lines import Line

Prompts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sentence:
    """`text` spoken in `language` becomes the sound `name`; a recording under one of `recordings`, the first that
    there is, is taken instead."""

    language: str
    name: str
    text: str
    recordings: tuple[str, ...]


def sentences(plan: Plan) -> tuple[Sentence, ...]:
    """Everything that this switch can say. Raises `Misconfigured` for a greeting that nobody wrote."""
    prompts = own_prompts() | dict(plan.prompts)
    return (*_plain(prompts, plan.languages), *_greetings(prompts, plan.lines, plan.languages))


def to_json(said: Iterable[Sentence]) -> str:
    """The sentences as the text of a file, one to a line."""
    rows = [json.dumps(asdict(sentence), ensure_ascii=False) for sentence in said]
    return "[\n" + ",\n".join(rows) + "\n]\n"


def own_prompts() -> dict[str, Mapping[str, str]]:
    """The prompts that come along: name → language → text."""
    text = (resources.files("dialplans") / "prompts.toml").read_text("utf-8")
    return dict(tomllib.loads(text))


def _plain(prompts: Prompts, languages: Iterable[str]) -> Iterator[Sentence]:
    for language in languages:
        for name, texts in prompts.items():
            if language in texts and "{line}" not in texts[language]:
                yield Sentence(language, name, spoken(texts[language], language), (name,))


def _greetings(prompts: Prompts, lines: Iterable[Line], languages: Iterable[str]) -> Iterator[Sentence]:
    written = {line.announcement: line for line in lines}
    for line in written.values():
        texts = prompts.get(line.greeting)
        if texts is None:
            raise Misconfigured(
                f"line {line.number}", f"the greeting {line.greeting}", "the name of a prompt"
            )
        for language in languages:
            if language in texts:
                text = texts[language].replace("{line}", line.name_en if language == "en" else line.name_zh)
                recordings = (line.announcement, line.greeting)
                yield Sentence(language, line.announcement, spoken(text, language), recordings)
