"""Finding short Chinese texts by what somebody says: whole key words, and pairs of neighbouring characters.

Built once from the texts; a query then touches only what shares a key word or a pair with it. Rare ones weigh
more (inverse document frequency), and in a large catalogue the commonest only tell apart what rarer ones named, so
that a query's cost doesn't grow with it. No segmenter: a pair of characters is the usual Chinese word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nlargest
from math import log, sqrt

_RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")

WHOLE_WORD = 1.0
"""Weight of one character of a key word that was said as it stands, times the word's rarity."""
PAIRS = 2.0
"""Weight of a text all of whose pairs were said, likewise."""


CANDIDATES = 200
"""As many entries as are found at most: enough for who weighs them by more than their words."""
NAMED = 3000
"""Entries that pairs may name between them before the commoner pairs no longer name new ones."""
READ = 1000
"""Characters of a text that are looked at: what it is about is said by then."""


@dataclass(frozen=True)
class Text:
    """What one entry may be found by: its title, and key words that people say for it."""

    title: str
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Hit:
    """An entry found: how well it fits, and the key words that were said, longest first."""

    key: str
    score: float
    words: tuple[str, ...]


def pairs(text: str) -> Iterator[str]:
    """Each two neighbouring characters of every run of Chinese characters; Latin words and numbers as a whole."""
    for run in _RUNS.findall(text.lower()):
        if run[0].isascii() or len(run) == 1:
            yield run
        else:
            yield from (run[n : n + 2] for n in range(len(run) - 1))


class TextIndex:
    """Entries by their key words and pairs."""

    def __init__(self, texts: Mapping[str, Text]) -> None:
        self._size = len(texts)
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._by_pair: dict[str, list[str]] = defaultdict(list)
        self._pairs = {key: _all_pairs(text) for key, text in texts.items()}
        for key, text in texts.items():
            for word in dict.fromkeys(word.lower() for word in (text.title, *text.keywords)):
                self._by_word[word].append(key)
            for pair in self._pairs[key]:
                self._by_pair[pair].append(key)
        self._beginning: dict[str, list[str]] = defaultdict(list)
        for word in self._by_word:
            self._beginning[word[:2]].append(word)
        self._rarity = {pair: log(1 + self._size / len(keys)) for pair, keys in self._by_pair.items()}
        self._norms = {key: sqrt(sum(map(self._rarity.__getitem__, own))) for key, own in self._pairs.items()}

    def find(self, said: str) -> list[Hit]:
        """The entries that share most with the beginning of `said`, the best first: at most `CANDIDATES`."""
        said = said[:READ].lower()
        scores: dict[str, float] = defaultdict(float)
        words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words_in(said), key=lambda word: (-len(word), word)):
            keys = self._by_word[word]
            weight = WHOLE_WORD * len(word) * log(1 + self._size / len(keys))
            for key in keys:
                scores[key] += weight
                words[key].append(word)
        common = self._score_rare_pairs(said, scores)
        best = _best(scores)
        if common:
            for key in best:
                scores[key] += PAIRS * self._shared(key, common) / self._norms[key]
            best = _best({key: scores[key] for key in best})
        return [Hit(key, scores[key], tuple(words.get(key, ()))) for key in best]

    def _score_rare_pairs(self, said: str, scores: dict[str, float]) -> set[str]:
        """Adds what the pairs of `said` are worth, the rarest first, until they have named enough entries. Returns
        the others: so common that they tell apart only those that something rarer has named.
        """
        ordered = sorted(set(pairs(said)) & self._rarity.keys(), key=lambda pair: (-self._rarity[pair], pair))
        named = 0
        for place, pair in enumerate(ordered):
            keys = self._by_pair[pair]
            named += len(keys)
            if named > NAMED and place > 0:
                return set(ordered[place:])
            weight = PAIRS * self._rarity[pair]
            for key in keys:
                scores[key] += weight / self._norms[key]
        return set()

    def _shared(self, key: str, common: set[str]) -> float:
        return sum(self._rarity[pair] for pair in self._pairs[key] if pair in common)

    def _words_in(self, said: str) -> set[str]:
        return {
            word
            for start in range(len(said))
            for length in (1, 2)
            for word in self._beginning.get(said[start : start + length], ())
            if said.startswith(word, start)
        }


def _best(scores: Mapping[str, float]) -> list[str]:
    least = min(nlargest(CANDIDATES, scores.values()), default=0.0)
    # Rounded, so that no order hangs on the last bit of a sum.
    ranked = sorted((-round(score, 6), key) for key, score in scores.items() if score >= least - 1e-6)
    return [key for _, key in ranked[:CANDIDATES]]


def _all_pairs(text: Text) -> tuple[str, ...]:
    # Sorted, so that sums of floats come out the same in every process.
    return tuple(sorted({pair for word in (text.title, *text.keywords) for pair in pairs(word)}))
