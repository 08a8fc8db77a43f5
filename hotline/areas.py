"""Areas 区域: the city's districts, towns and streets, villages and communities, and how people speak of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hotline.levels import Level
from hotline.trees import Tree


@dataclass(frozen=True)
class Area:
    """A place. `aliases` are further words that people say for it, beside its name."""

    code: str
    name_zh: str
    name_en: str
    level: Level
    parent: str | None
    aliases: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that means this place."""
        return (self.name_zh, *self.aliases)


@dataclass(frozen=True)
class Mention:
    """A place found in a text, and the word that named it (empty where nothing did and the city is assumed)."""

    area: Area
    word: str


class Areas(Tree[Area]):
    """All areas of one city; exactly one of them is the city itself."""

    def __init__(self, areas: Iterable[Area]) -> None:
        super().__init__(areas)
        self._named: dict[str, list[Area]] = {}
        for area in self:
            for word in area.words:
                self._named.setdefault(word, []).append(area)
        self._longest = max(map(len, self._named), default=0)

    @property
    def city(self) -> Area:
        """The root."""
        return self.roots[0]

    def at(self, code: str, level: Level) -> Area | None:
        """The area at `level` in which `code` lies, itself included; None where `code` is wider than that."""
        return next((area for area in self.path(code) if area.level is level), None)

    def find(self, text: str) -> Mention:
        """The place that `text` (an address, a complaint) speaks of; the city where it names none.

        Of overlapping names the longest counts (龙江镇 before 江镇). Then the narrowest place wins, before that
        the one whose wider areas are named too, and among equals the one named first.
        """
        mentions = list(self._mentions(text))
        if not mentions:
            return Mention(self.city, "")
        named = {mention.area.code for mention in mentions}
        return max(mentions, key=lambda mention: self._weight(mention, named))

    def _weight(self, mention: Mention, named: set[str]) -> tuple[int, int, int]:
        above = {area.code for area in self.path(mention.area.code)}
        return (len(above & named), mention.area.level.depth, len(mention.word))

    def _mentions(self, text: str) -> Iterator[Mention]:
        start = 0
        while start < len(text):
            word = self._longest_at(text, start)
            yield from (Mention(area, word) for area in self._named.get(word, ()))
            start += len(word) or 1

    def _longest_at(self, text: str, start: int) -> str:
        lengths = range(min(self._longest, len(text) - start), 0, -1)
        return next((text[start : start + n] for n in lengths if text[start : start + n] in self._named), "")
