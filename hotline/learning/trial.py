"""How a model did on texts that it hadn't learnt from: what confidence is worth, label by label.

From it an administrator reads at which threshold suggestions of a matter are right often enough to act on alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]

SHARPEST, STEPS = 64.0, 60
FEWEST = 20
"""Of so few suggestions one doesn't say how often they are right."""


@dataclass(frozen=True)
class Precision:
    """Of `named` texts for which a label was suggested with enough confidence `right` bore it, of `of` that bear it."""

    right: int
    named: int
    of: int

    @property
    def precision(self) -> float | None:
        """The part of the suggestions that was right; None where none was made."""
        return self.right / self.named if self.named else None

    @property
    def is_few(self) -> bool:
        """Whether so few were suggested that one doesn't say how often they are right."""
        return self.named < FEWEST

    @property
    def coverage(self) -> float:
        """The part of the label's own texts that was found so."""
        return self.right / self.of if self.of else 0.0


@dataclass(frozen=True)
class Trial:
    """For each text tried: the label that it bears, the one suggested (by their places), and the confidence."""

    bears: NDArray[np.int32]
    suggested: NDArray[np.int32]
    confidence: Floats

    @classmethod
    def of(cls, answers: Numbers, confidences: Floats) -> Trial:
        """From the confidence in each label, a row a text."""
        best = confidences.argmax(axis=1)
        sure = confidences[np.arange(len(best)), best]
        return cls(answers.astype(np.int32), best.astype(np.int32), sure)

    def at(self, label: int, threshold: float) -> Precision:
        """What the suggestions of `label` with a confidence of `threshold` or more were worth."""
        sure, right = self._of_label.get(label, _NONE)
        begin = int(np.searchsorted(sure, np.float32(threshold)))
        return Precision(int(right[begin:].sum()), len(sure) - begin, int(self._borne.get(label, 0)))

    def threshold(self, label: int, precision: float) -> float | None:
        """The lowest confidence from which on the suggestions of `label` were right so often; None if none is."""
        sure, right = self._of_label.get(label, _NONE)
        named = np.arange(len(sure), 0, -1)
        from_here = np.cumsum(right[::-1])[::-1] / named
        first = np.concatenate((np.ones(1, bool), sure[1:] > sure[:-1]))[: len(sure)]
        enough = np.flatnonzero(first & (from_here >= precision) & (named >= FEWEST))
        return float(sure[enough[0]]) if len(enough) else None

    @cached_property
    def _of_label(self) -> dict[int, tuple[Floats, NDArray[np.bool_]]]:
        """For each label suggested its suggestions, the least sure first: the confidence, and whether it was right."""
        order = np.lexsort((self.confidence, self.suggested))
        labels, begins = np.unique(self.suggested[order], return_index=True)
        right = (self.bears == self.suggested)[order]
        parts = zip(np.split(self.confidence[order], begins[1:]), np.split(right, begins[1:]), strict=True)
        return dict(zip(labels.tolist(), parts, strict=False))

    @cached_property
    def _borne(self) -> dict[int, int]:
        labels, counts = np.unique(self.bears, return_counts=True)
        return dict(zip(labels.tolist(), counts.tolist(), strict=True))


_NONE = (np.empty(0, np.float32), np.empty(0, np.bool_))


def confidences(scores: Floats, sharpness: float) -> Floats:
    """Scores as parts of 1 for each text: the likelihood of each label, if `sharpness` suits the judges."""
    wide = sharpness * (scores - scores.max(axis=1, keepdims=True))
    raised = np.exp(wide, dtype=np.float32)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def sharpness(scores: Floats, answers: Numbers) -> float:
    """What scores must be multiplied by for confidences to be true: the least surprise at the answers, by sections."""
    low, high = 0.0, float(np.log(SHARPEST))
    for _ in range(STEPS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if _surprise(scores, answers, left) <= _surprise(scores, answers, right):
            high = right
        else:
            low = left
        if high - low < 0.01:
            break
    return float(np.exp((low + high) / 2))


def _surprise(scores: Floats, answers: Numbers, power: float) -> float:
    given = confidences(scores, float(np.exp(power)))[np.arange(len(answers)), answers]
    return float(-np.log(np.maximum(given, 1e-9)).mean())
