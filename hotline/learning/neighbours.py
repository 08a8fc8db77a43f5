"""Which learnt texts are most like a new one, by the pieces that tell most in each: for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hotline.learning.features import Vectors

TELLING = 32
"""Pieces that are kept of each text, the weightiest."""
ALIKE = 0.25
"""Cosine of what was kept, below which nobody would call two texts similar."""
REPEATED = 0.8
"""From here on one nearly repeats the other."""

Floats = NDArray[np.float32]
Pieces = tuple[NDArray[np.int32], Floats]


@dataclass(frozen=True)
class Neighbours:
    """The texts by what they hold: piece `n` stands in the texts `texts[begins[n]:begins[n + 1]]`, with its value in
    each. `keys` names the texts, `labels` says which label (by its place) each bears.
    """

    begins: NDArray[np.int64]
    texts: NDArray[np.int32]
    values: NDArray[np.float16]
    keys: NDArray[np.str_]
    labels: NDArray[np.int32]

    @classmethod
    def of(cls, vectors: Vectors, pieces: int, keys: Sequence[str], labels: NDArray[np.int64]) -> Neighbours:
        """An index of texts with their names and labels."""
        kept = [_telling(*vectors.of(text)) for text in range(len(vectors))]
        columns = np.concatenate([columns for columns, _ in kept] or [np.empty(0, np.int32)])
        values = np.concatenate([values for _, values in kept] or [np.empty(0, np.float32)])
        texts = np.repeat(np.arange(len(kept), dtype=np.int32), [len(columns) for columns, _ in kept])
        order = np.argsort(columns, kind="stable")
        counts = np.bincount(columns, minlength=pieces)
        begins = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
        halves = values[order].astype(np.float16)
        return cls(begins, texts[order], halves, np.array(keys, np.str_), labels.astype(np.int32))

    def likeness(self, columns: NDArray[np.int32], values: Floats) -> Floats:
        """The cosine between a vector and each text, of what is kept of them."""
        found = np.zeros(len(self.labels), np.float32)
        for column, value in zip(*_telling(columns, values), strict=True):
            here = slice(self.begins[column], self.begins[column + 1])
            found[self.texts[here]] += value * self.values[here]
        return found

    def nearest(self, likeness: Floats, label: int, most: int) -> tuple[str, ...]:
        """The names of the texts of `label` that are most alike, the most similar first."""
        theirs = np.flatnonzero((self.labels == label) & (likeness >= ALIKE))
        order = theirs[np.argsort(-likeness[theirs], kind="stable")]
        return tuple(str(key) for key in self.keys[order[:most]])


def _telling(columns: NDArray[np.int32], values: Floats) -> Pieces:
    """The weightiest pieces of a vector, made as long as 1."""
    kept = np.sort(np.argsort(-values, kind="stable")[:TELLING])
    held = values[kept]
    return columns[kept], held / np.float32(max(float(np.sqrt((held * held).sum())), 1e-9))
