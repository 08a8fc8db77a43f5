"""A learnt model: for what a citizen said, the likely labels, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hotline.learning import evidence
from hotline.learning.examples import text_of
from hotline.learning.features import Vectors, Vocabulary, is_pair, plain, said
from hotline.learning.judges import Judges
from hotline.learning.neighbours import REPEATED, Neighbours
from hotline.learning.trial import Precision, Trial, confidences

WORDS, SIMILAR = 5, 3
"""So many words and similar texts are named for each guess at most."""


@dataclass(frozen=True)
class Account:
    """What a model was learnt from, and what that was worth.

    `learnt_on` is a day as YYYY-MM-DD; `sources` says how many texts came from where; `labels` how many of them bore
    each label, in the labels' order; `left_out` those labels that too few bore. `accuracy` and `macro_f1` are of texts
    that were tried in one of `folds` parts without having been learnt from; `repeated` of them nearly repeat another,
    in the same part.
    """

    learnt_on: str
    sources: Mapping[str, int]
    labels: Mapping[str, int]
    left_out: Mapping[str, int]
    folds: int
    repeated: int
    accuracy: float
    macro_f1: float
    sharpness: float


@dataclass(frozen=True)
class Guess:
    """A label, how sure it is (0 to 1), the words of the text that speak for it, and similar texts that bore it.

    `similar` are keys of the examples. They must still pass the reader's own visibility before anybody sees more.
    """

    label: str
    confidence: float
    words: tuple[str, ...]
    similar: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """What was learnt. Safe to share between threads; nothing in it changes."""

    account: Account
    vocabulary: Vocabulary
    judges: Judges
    trial: Trial
    neighbours: Neighbours

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that it knows, in the order of its numbers."""
        return tuple(self.account.labels)

    def suggest(self, title: str, content: str, limit: int = 3) -> list[Guess]:
        """The likeliest labels, the best first. A text without a known piece gets none."""
        text = plain(text_of(title, content))
        vectors = self.vocabulary.vectors([text])
        if not len(vectors.columns):
            return []
        sure = self._confidences(vectors)[0]
        columns, values = vectors.of(0)
        likeness = self.neighbours.likeness(columns, values)
        return [
            Guess(
                self.labels[label],
                float(sure[label]),
                self._words(text, columns, values * self.judges.weights[columns, label]),
                self.neighbours.nearest(likeness, label, SIMILAR),
            )
            for label in np.argsort(-sure, kind="stable")[:limit].tolist()
        ]

    def name(self, texts: Sequence[str]) -> list[str]:
        """The likeliest label of each text."""
        vectors = self.vocabulary.vectors([plain(text) for text in texts])
        return [self.labels[best] for best in self.judges.score(vectors).argmax(axis=1)]

    def knows(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        """Which of the texts nearly repeat one that it learnt from."""
        vectors = self.vocabulary.vectors([plain(text) for text in texts])
        nearest = (self.neighbours.likeness(*vectors.of(text)).max(initial=0) for text in range(len(texts)))
        return np.fromiter((likeness >= REPEATED for likeness in nearest), np.bool_, len(texts))

    def precision_at(self, label: str, threshold: float) -> Precision:
        """How often suggestions of `label` with a confidence of `threshold` or more were right, on texts not learnt
        from; nothing at all for a label that it doesn't know.
        """
        return self.trial.at(self._places[label], threshold) if label in self._places else Precision(0, 0, 0)

    def threshold_for(self, label: str, precision: float) -> float | None:
        """The lowest threshold at which suggestions of `label` were right so often (0 to 1); None if none is known."""
        return self.trial.threshold(self._places[label], precision) if label in self._places else None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {label: place for place, label in enumerate(self.labels)}

    def _confidences(self, vectors: Vectors) -> NDArray[np.float32]:
        return confidences(self.judges.score(vectors), self.account.sharpness)

    def _words(self, text: str, columns: NDArray[np.int32], speaking: NDArray[np.float32]) -> tuple[str, ...]:
        counted: dict[str, float] = {}
        for key, weight in zip(self.vocabulary.keys[columns].tolist(), speaking.tolist(), strict=True):
            if is_pair(key):
                counted[said(key)] = counted.get(said(key), 0.0) + weight
        return evidence.words(text, counted, WORDS)
