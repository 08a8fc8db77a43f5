"""How often labels were guessed rightly, and what was taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Of:
    """One label: of `named` guesses of it `right` were right, of `borne` texts that bear it."""

    right: int
    named: int
    borne: int

    @property
    def precision(self) -> float:
        """The part of its guesses that was right."""
        return self.right / self.named if self.named else 0.0

    @property
    def recall(self) -> float:
        """The part of its texts that was found."""
        return self.right / self.borne if self.borne else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.named + self.borne) if self.named + self.borne else 0.0


@dataclass(frozen=True)
class Measures:
    """`confusion` counts texts by the label that they bear and the one that was guessed."""

    confusion: Counter[tuple[str, str]]

    @classmethod
    def of(cls, borne: Sequence[str], guessed: Sequence[str]) -> Measures:
        """From each text's label and guess."""
        return cls(Counter(zip(borne, guessed, strict=True)))

    @property
    def texts(self) -> int:
        """How many were guessed at."""
        return self.confusion.total()

    @property
    def labels(self) -> list[str]:
        """All that is borne or was guessed."""
        return sorted({label for pair in self.confusion for label in pair})

    def of_label(self, label: str) -> Of:
        """What the guesses of one label were worth."""
        named = sum(count for (_, guess), count in self.confusion.items() if guess == label)
        borne = sum(count for (bears, _), count in self.confusion.items() if bears == label)
        return Of(self.confusion[label, label], named, borne)

    @property
    def accuracy(self) -> float:
        """The part of all guesses that was right; 0 of none."""
        right = sum(count for (borne, guess), count in self.confusion.items() if borne == guess)
        return right / self.texts if self.texts else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean of the labels' F1, each label counting the same; 0 of none."""
        labels = self.labels
        return sum(self.of_label(label).f1 for label in labels) / len(labels) if labels else 0.0
