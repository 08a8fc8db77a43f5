"""The words that people read, in their language. English stands in the code; each package's `locale` folder
holds the others. Nothing here knows which person reads: the language is always a parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from string import Formatter

from babel.messages.pofile import read_po

LANGUAGES = ("zh_Hans", "en")
PACKAGES = ("hotline", "telephony", "dialplans", "dispatch", "agent_desk")


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for it)
    """Marks `text` for translation where it stands, without translating it yet."""
    return text


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every translated text of every package, by its English. Empty for English itself."""
    texts: dict[str, str] = {}
    for package in PACKAGES:
        file = resources.files(package) / "locale" / language / "LC_MESSAGES" / f"{package}.po"
        if file.is_file():
            with file.open("rb") as stream:
                texts.update((str(m.id), str(m.string)) for m in read_po(stream) if m.id and m.string)
    return texts


class Phrase(str):
    """An English sentence whose `{names}` are filled in, and that can still be said in another language."""

    pattern: str
    values: Mapping[str, object]

    def __new__(cls, pattern: str, **values: object) -> Phrase:
        made = super().__new__(cls, Formatter().vformat(pattern, (), values))
        made.pattern, made.values = pattern, values
        return made

    def said_in(self, language: str) -> str:
        """The sentence in `language`, with whatever it is filled with that can be said in it too."""
        values = {
            name: value.said_in(language) if isinstance(value, Phrase) else value
            for name, value in self.values.items()
        }
        return translate(self.pattern, language, **values)


def translate(text: str, language: str, **values: object) -> str:
    """`text` in `language`, with its `{names}` filled in. A text without a translation stays English."""
    if isinstance(text, Phrase):
        return text.said_in(language)
    words = catalogue(language).get(text, text)
    return Formatter().vformat(words, (), values) if values else words
