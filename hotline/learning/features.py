"""What a model sees of a text: its characters and their pairs, and once more those with which it begins.

A pair of characters is the usual Chinese word, so no segmenter is needed, and a text that was cut into words and
joined again looks like one as it was written. What comes first names the matter; the rest tells the story. The pieces
are numbers (two code points and a mark), so that NumPy counts them all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

HEAD = 20
"""Characters with which a text begins: as long as the title that an agent writes."""
HEAD_WEIGHT = 0.55
"""Length of the vector of the beginning's pieces, beside 1 for the whole text's."""
RARE = 2
"""In so many texts a piece must stand to be one that others may share."""
AT_ONCE = 5_000
"""Texts whose pieces are counted together: bounds the memory."""
LONGEST = 4_000
"""Characters of a text that are looked at."""

_OTHER = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_DIGITS = re.compile(r"[0-9]+")
_SECOND, _HEAD = np.uint64(21), np.uint64(1 << 42)
_CODE_POINT = (1 << 21) - 1
_GAP, _END = ord(" "), "\n"

Keys = NDArray[np.uint64]
Heard = Callable[[int], None]


def plain(text: str) -> str:
    """The text as it is compared: in one form of its characters, each number a 0, all else than words a blank."""
    return _OTHER.sub(" ", _DIGITS.sub("0", normalize("NFKC", text[:LONGEST]).lower())).strip()


def said(key: int) -> str:
    """The one or two characters that a piece stands for."""
    first, second = key >> 21 & _CODE_POINT, key & _CODE_POINT
    return (chr(first) if first else "") + chr(second)


def is_pair(key: int) -> bool:
    """Whether a piece is two characters."""
    return key >> 21 & _CODE_POINT > 0


@dataclass(frozen=True)
class Vectors:
    """One vector a text, sparse: text `n` has the pieces `columns[starts[n]:starts[n + 1]]`, each with its value."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, text: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The columns and values of one text."""
        here = slice(self.starts[text], self.starts[text + 1])
        return self.columns[here], self.values[here]

    def take(self, texts: NDArray[np.int64]) -> Vectors:
        """Those of some texts, in the order given."""
        lengths = np.diff(self.starts)[texts]
        starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths)))
        places = np.arange(starts[-1]) + np.repeat(self.starts[texts] - starts[:-1], lengths)
        return Vectors(starts, self.columns[places], self.values[places])

    def matrix(self, pieces: int) -> Any:
        """The same as a SciPy matrix, a row a text and a column for each of so many pieces."""
        from scipy.sparse import csr_array

        starts = self.starts.astype(np.int32)  # scikit-learn takes no wider ones
        return csr_array((self.values, self.columns, starts), shape=(len(self), pieces))


@dataclass(frozen=True)
class Vocabulary:
    """The pieces that a model knows, in the order of their numbers, with their rarity (inverse document frequency)."""

    keys: Keys
    rarity: NDArray[np.float32]

    @classmethod
    def of(cls, texts: Sequence[str], most: int, heard: Heard = lambda done: None) -> Vocabulary:
        """What stands in several of `texts` (as `plain` makes them): at most `most` pieces, the commonest."""
        keys, texts_with = np.empty(0, np.uint64), np.empty(0, np.int64)
        for begin, piece in _portions(texts):
            new, counted = np.unique(_count(piece)[1], return_counts=True)
            keys, texts_with = _added(keys, texts_with, new, counted)
            heard(begin + len(piece))
        kept = np.flatnonzero(texts_with >= RARE)
        kept = np.sort(kept[np.argsort(-texts_with[kept], kind="stable")[:most]])
        rarity = np.log((1 + len(texts)) / (1 + texts_with[kept])) + 1
        return cls(keys[kept], rarity.astype(np.float32))

    def __len__(self) -> int:
        return len(self.keys)

    def vectors(self, texts: Sequence[str], heard: Heard = lambda done: None) -> Vectors:
        """The vectors of `texts` (as `plain` makes them); what isn't known is left out."""
        starts, columns, values = [np.zeros(1, np.int64)], [], []
        for begin, piece in _portions(texts):
            counted, held, weighed = self._weigh(piece)
            starts.append(starts[-1][-1] + np.cumsum(counted))
            columns.append(held)
            values.append(weighed)
            heard(begin + len(piece))
        if not columns:
            return Vectors(starts[0], np.empty(0, np.int32), np.empty(0, np.float32))
        return Vectors(np.concatenate(starts), np.concatenate(columns), np.concatenate(values))

    def _weigh(
        self, texts: Sequence[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """For each text how many pieces; for all of them the columns and the values."""
        rows, keys, counts = _count(texts)
        columns = np.searchsorted(self.keys, keys)
        columns[columns == len(self.keys)] = 0
        known = self.keys[columns] == keys if len(self.keys) else np.zeros(len(keys), bool)
        rows, columns, keys = rows[known], columns[known], keys[known]
        values = (1 + np.log(counts[known])) * self.rarity[columns]
        is_head = keys >= _HEAD
        block = 2 * rows + is_head
        lengths = np.sqrt(np.bincount(block, values * values, minlength=2 * len(texts)))
        values = values / lengths[block] * np.where(is_head, HEAD_WEIGHT, 1.0)
        held = np.bincount(rows, minlength=len(texts)).astype(np.int64)
        return held, columns.astype(np.int32), values.astype(np.float32)


def _portions(texts: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    for begin in range(0, len(texts), AT_ONCE):
        yield begin, texts[begin : begin + AT_ONCE]


def _count(texts: Sequence[str]) -> tuple[NDArray[np.int64], Keys, NDArray[np.int64]]:
    """Each text's pieces once, text by text and in the order of their numbers: text, piece, how often."""
    whole, head = _pieces(texts), _pieces([text[:HEAD] for text in texts])
    rows = np.concatenate((whole[0], head[0]))
    keys = np.concatenate((whole[1], head[1] | _HEAD))
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    places = np.flatnonzero(first)
    return rows[places], keys[places], np.diff(places, append=len(rows))


def _pieces(texts: Sequence[str]) -> tuple[NDArray[np.int64], Keys]:
    """Every character and every pair in a text: which text, which piece."""
    codes = np.frombuffer("".join(text + _END for text in texts).encode("utf-32-le"), np.uint32)
    rows = np.cumsum(codes == ord(_END))
    is_word = codes > _GAP
    singles, pairs = np.flatnonzero(is_word), np.flatnonzero(is_word[:-1] & is_word[1:])
    wide = codes.astype(np.uint64)
    keys = np.concatenate((wide[singles], wide[pairs] << _SECOND | wide[pairs + 1]))
    return np.concatenate((rows[singles], rows[pairs])), keys


def _added(
    keys: Keys, counts: NDArray[np.int64], new: Keys, counted: NDArray[np.int64]
) -> tuple[Keys, NDArray[np.int64]]:
    """Both counts in one, in the order of the keys."""
    all_keys, place = np.unique(np.concatenate((keys, new)), return_inverse=True)
    total = np.bincount(place, np.concatenate((counts, counted)), minlength=len(all_keys))
    return all_keys, total.astype(np.int64)
