"""One linear judge for each label: how much every piece of a text speaks for it.

Pieces are first stretched by how differently they occur within and outside the label (as in Wang and Manning, 2012,
"Baselines and bigrams"), then weighed by a support vector machine. The result is one weight a piece and label, so
judging needs no more than sums, and each sum can be traced to the words that it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hotline.learning.features import Vectors

STRENGTH = 3.0
"""The machine's C: how much a text on the wrong side costs beside large weights."""
SMOOTHING = 0.1
"""What every piece counts at least, in every label."""
STRETCH = 0.5
"""The power of the logarithm by which pieces are stretched: 0 leaves them as they are."""
LESSONS, FEWEST = 100_000, 6_000
"""Texts that all judges learn from together, and that each may at least: its own label's first. Where there are more,
it sees those of the others that are most like its own, and as many evenly spaced ones; the rest it tells apart anyway.
"""
PRECISE_ENOUGH = 0.1

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]
Heard = Callable[[int], None]


@dataclass(frozen=True)
class Judges:
    """`weights` has a row for each piece and a column for each label; `offsets` is what a label begins with."""

    weights: Floats
    offsets: Floats

    def score(self, vectors: Vectors) -> Floats:
        """How much speaks for each label, one row a text: above 0 more for it than against it."""
        scores = np.empty((len(vectors), len(self.offsets)), np.float32)
        for text in range(len(vectors)):
            columns, values = vectors.of(text)
            scores[text] = values @ self.weights[columns] + self.offsets
        return scores


def train(vectors: Vectors, pieces: int, answers: Numbers, labels: int, heard: Heard) -> Judges:
    """The judges of `labels` labels for texts over so many `pieces`; `answers` has each text's label, all occur."""
    texts = vectors.matrix(pieces)
    occurring = _occurring(texts, answers, labels)
    everywhere = occurring.sum(axis=0)
    judges = Judges(np.zeros((pieces, labels), np.float32), np.zeros(labels, np.float32))
    for label in range(labels):
        contrast = _contrast(occurring[label], everywhere)
        rows = _lessons(texts, answers == label, contrast, max(FEWEST, LESSONS // labels))
        stretch = np.power(np.abs(contrast), np.float32(STRETCH))
        weights, judges.offsets[label] = _fit(texts[rows], stretch, answers[rows] == label)
        judges.weights[:, label] = weights * stretch
        heard(label + 1)
    return judges


def _occurring(texts: Any, answers: Numbers, labels: int) -> NDArray[np.float64]:
    """How much of each piece stands in each label's texts: a row a label."""
    from scipy.sparse import csr_array

    shape = (labels, len(answers))
    whose = csr_array((np.ones(len(answers)), (answers, np.arange(len(answers)))), shape=shape)
    return np.asarray((whose @ texts).toarray(), np.float64)


def _contrast(inside: NDArray[np.float64], everywhere: NDArray[np.float64]) -> Floats:
    """The logarithm of how much commoner each piece is inside a label than outside it."""
    own, rest = inside + SMOOTHING, everywhere - inside + SMOOTHING
    return np.asarray(np.log((own / own.sum()) / (rest / rest.sum())), np.float32)


def _lessons(texts: Any, is_own: NDArray[np.bool_], contrast: Floats, most: int) -> Numbers:
    """The texts that a judge learns from, in their order: all of its own, and as many others at least."""
    own, others = np.flatnonzero(is_own), np.flatnonzero(~is_own)
    room = max(most - len(own), len(own))
    if len(others) <= room:
        return np.arange(len(is_own))
    ranked = others[np.argsort(-(texts @ contrast)[others], kind="stable")]
    like, rest = ranked[: room // 2], ranked[room // 2 :]
    spaced = rest[np.linspace(0, len(rest) - 1, room - len(like)).astype(np.int64)]
    return np.sort(np.concatenate((own, like, spaced)))


def _fit(texts: Any, stretch: Floats, is_own: NDArray[np.bool_]) -> tuple[Floats, float]:
    from sklearn.svm import LinearSVC

    texts.data = (texts.data * stretch[texts.indices]).astype(np.float64)
    machine = LinearSVC(C=STRENGTH, tol=PRECISE_ENOUGH, random_state=0).fit(texts, is_own)
    return machine.coef_.ravel().astype(np.float32), float(machine.intercept_[0])
