"""Finding short Chinese texts by what somebody says: whole key words, and pairs of neighbouring characters.

Built once from the texts; a query then touches only what shares a key word or a pair with it. Rare ones weigh
more (inverse document frequency). No segmenter: a pair of characters is the usual Chinese word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import log, sqrt

_RUNS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")

WHOLE_WORD = 1.0
"""Weight of one character of a key word that was said as it stands, times the word's rarity."""
PAIRS = 2.0
"""Weight of a text all of whose pairs were said, likewise."""


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
        for key, text in texts.items():
            for word in dict.fromkeys(word.lower() for word in (text.title, *text.keywords)):
                self._by_word[word].append(key)
            for pair in _all_pairs(text):
                self._by_pair[pair].append(key)
        self._lengths = sorted({len(word) for word in self._by_word}, reverse=True)
        self._norms = {key: sqrt(sum(map(self._rarity, _all_pairs(text)))) for key, text in texts.items()}

    def find(self, said: str) -> list[Hit]:
        """Every entry that shares something with `said`, in no order."""
        scores: dict[str, float] = defaultdict(float)
        words: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words_in(said.lower()), key=lambda word: (-len(word), word)):
            keys = self._by_word[word]
            for key in keys:
                scores[key] += WHOLE_WORD * len(word) * log(1 + self._size / len(keys))
                words[key].append(word)
        for pair in set(pairs(said)) & self._by_pair.keys():
            for key in self._by_pair[pair]:
                scores[key] += PAIRS * self._rarity(pair) / self._norms[key]
        return [Hit(key, score, tuple(words.get(key, ()))) for key, score in scores.items()]

    def _words_in(self, said: str) -> set[str]:
        return {
            piece
            for length in self._lengths
            for start in range(len(said) - length + 1)
            if (piece := said[start : start + length]) in self._by_word
        }

    def _rarity(self, pair: str) -> float:
        return log(1 + self._size / len(self._by_pair[pair]))


def _all_pairs(text: Text) -> Iterable[str]:
    # Sorted, so that sums of floats come out the same in every process.
    return sorted({pair for word in (text.title, *text.keywords) for pair in pairs(word)})
