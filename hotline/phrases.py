"""Texts as the full-text search reads them, exact for two characters and more without a dictionary.

Each two neighbouring characters are a word of the index, and what somebody looks for is such words in a row. Latin
words and numbers count as one character. Here live both readings, the index's text forms (PostgreSQL's tsvector and
tsquery), and where in a text something stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from unicodedata import is_normalized, normalize

_RUN = re.compile(r"[^\W_]+")
_CHARACTER = re.compile(r"[0-9a-z]+|[^\W_]")
_LATIN = re.compile(r"[0-9a-z]")
LONGEST = 16_000
"""Characters of a ticket that are read: the index counts places up to 16,383."""
_WORD = 64  # characters of a Latin word or number that tell it apart

Stretch = tuple[str, ...]
"""Characters that stand one after another, with nothing between them."""


@dataclass(frozen=True)
class Sought:
    """What somebody looks for: each of these stretches has to stand in the text."""

    stretches: tuple[Stretch, ...]

    def __bool__(self) -> bool:
        return bool(self.stretches)

    @property
    def query(self) -> str:
        """The tsquery that finds it."""
        return " & ".join(f"({' <-> '.join(map(_quoted, _asked(one)))})" for one in self.stretches)


@dataclass(frozen=True)
class Piece:
    """A part of a text, and whether it is what was looked for."""

    text: str
    found: bool = False


def sought(text: str) -> Sought:
    """What `text` asks for. Nothing where it has no more than single characters, which are in every text."""
    return Sought(tuple(one for one in dict.fromkeys(_read(text)) if len(one) > 1 or one[0].isascii()))


def vector(texts: Iterable[str], marks: Iterable[str] = ()) -> str:
    """The tsvector of a ticket's texts. `marks` are further words without a place; see `mark`."""
    places: dict[str, str] = {}
    place = 1
    for stretch in (one for text in texts for one in _read(text)):
        for step, word in _indexed(stretch):
            places[word] = f"{places[word]},{place + step}" if word in places else str(place + step)
        place += len(stretch) + 1  # nothing stands in a row across a gap
        if place > LONGEST:
            break
    return " ".join((*(f"{_quoted(word)}:{at}" for word, at in places.items()), *map(mark, marks)))


def mark(name: str) -> str:
    """A word of the index that no text can hold, as tsvector and tsquery write it."""
    return _quoted(f"~{name}")


def lacking(text: str, wanted: Sought) -> Sought:
    """What of it doesn't stand in `text`."""
    return Sought(tuple(one for one in wanted.stretches if not _spans(text, Sought((one,)))))


def pieces(text: str, wanted: Sought) -> list[Piece]:
    """`text` cut where it begins and ceases to be what was looked for."""
    cut, at = [], 0
    for begin, end in _spans(text, wanted):
        cut += [Piece(text[at:begin]), Piece(text[begin:end], True)]
        at = end
    return [piece for piece in (*cut, Piece(text[at:])) if piece.text]


def excerpt(text: str, wanted: Sought, length: int) -> list[Piece]:
    """About `length` characters round the first place where any of it stands; nothing where none does."""
    first = next(iter(_spans(text, wanted)), None)
    if first is None:
        return []
    begin = max(0, min(first[0] - length // 3, len(text) - length))
    head, tail = "…" if begin else "", "…" if begin + length < len(text) else ""
    return pieces(f"{head}{' '.join(text[begin : begin + length].split())}{tail}", wanted)


def _read(text: str) -> Iterator[Stretch]:
    plain, _ = _plain(text)
    for run in _RUN.findall(plain):
        is_plain = _LATIN.search(run) is None
        yield tuple(run if is_plain else (character[:_WORD] for character in _CHARACTER.findall(run)))


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """`text` in small letters and of one width, with the place in `text` of each of its characters."""
    lower = text.lower()
    if len(lower) == len(text) and is_normalized("NFKC", lower):
        return lower, range(len(lower))
    signs = [(sign, at) for at, given in enumerate(text) for sign in normalize("NFKC", given).lower()]
    return "".join(sign for sign, _ in signs), [at for _, at in signs]


def _spans(text: str, wanted: Sought) -> list[tuple[int, int]]:
    """Where it stands in `text`, in order; what touches or overlaps is one."""
    if not wanted:
        return []
    plain, origin = _plain(text)
    found = sorted(
        (origin[begin], origin[end - 1] + 1)
        for run in _RUN.finditer(plain)
        for begin, end in _spans_in(plain, run.span(), wanted)
    )
    joined: list[tuple[int, int]] = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _spans_in(plain: str, run: tuple[int, int], wanted: Sought) -> Iterator[tuple[int, int]]:
    characters = list(_CHARACTER.finditer(plain, *run))
    texts = tuple(character[0][:_WORD] for character in characters)
    for asked in wanted.stretches:
        for at in range(len(texts) - len(asked) + 1):
            if texts[at : at + len(asked)] == asked:
                yield characters[at].start(), characters[at + len(asked) - 1].end()


def _indexed(stretch: Stretch) -> Iterator[tuple[int, str]]:
    """Each word that a stretch may be found by, with its place: pairs, and what isn't one character by itself."""
    yield from enumerate(map(add, stretch, stretch[1:]))
    if _LATIN.search("".join(stretch)):
        yield from ((place, character) for place, character in enumerate(stretch) if character.isascii())


def _asked(stretch: Stretch) -> Sequence[str]:
    return [one + other for one, other in pairwise(stretch)] or stretch


def _quoted(word: str) -> str:
    return f"'{word}'"
