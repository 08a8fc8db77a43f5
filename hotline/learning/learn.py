"""Making a model of examples: it is tried on parts that it doesn't learn from, then learns from all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from hotline.errors import Refused
from hotline.learning import judges
from hotline.learning.examples import Example
from hotline.learning.features import Vectors, Vocabulary, plain
from hotline.learning.folds import folds, repetitions
from hotline.learning.measures import Measures
from hotline.learning.model import Account, Model
from hotline.learning.neighbours import Neighbours
from hotline.learning.trial import Trial, confidences, sharpness

LEAST = 5
"""A label that fewer texts bear is left out: there is nothing to try it on."""
WEIGHTS = 20_000_000
"""Numbers that all judges may hold together, so that a model fits in every web process (4 bytes each)."""
MOST_PIECES = 400_000

Heard = Callable[[str, int, int], None]
"""Is told what is being done, how much of it, and of how much."""

READING, WEIGHING, TRYING, LEARNING = "Counting pieces", "Weighing texts", "Trying", "Learning"


def learn(
    examples: Sequence[Example],
    *,
    sources: Mapping[str, int],
    learnt_on: date,
    heard: Heard = lambda what, done, of: None,
) -> Model:
    """A model of the labels that enough examples bear. The same examples in the same order give the same model.

    Raises `Refused("learning.too_few_labels")` where fewer than two are left.
    """
    borne = Counter(example.label for example in examples)
    labels = sorted(label for label, count in borne.items() if count >= LEAST)
    if len(labels) < 2:
        raise Refused("learning.too_few_labels", found=len(labels), least=LEAST)
    place = {label: at for at, label in enumerate(labels)}
    kept = [example for example in examples if example.label in place]
    answers = np.array([place[example.label] for example in kept], np.int64)
    vocabulary, vectors = _read([plain(example.text) for example in kept], len(labels), heard)
    groups = repetitions(vectors)
    parts = folds(answers, groups)
    scores = _tried(vectors, len(vocabulary), answers, parts, heard)
    sharp = sharpness(scores, answers)
    trial = Trial.of(answers, confidences(scores, sharp))
    measures = Measures.of([labels[n] for n in trial.bears], [labels[n] for n in trial.suggested])
    shown = np.flatnonzero([example.shown for example in kept])
    return Model(
        account=Account(
            learnt_on=learnt_on.isoformat(),
            sources=dict(sources),
            labels={label: borne[label] for label in labels},
            left_out={label: count for label, count in sorted(borne.items()) if label not in place},
            folds=int(parts.max()) + 1,
            repeated=int((np.bincount(groups)[groups] > 1).sum()),
            accuracy=measures.accuracy,
            macro_f1=measures.macro_f1,
            sharpness=sharp,
        ),
        vocabulary=vocabulary,
        judges=_train(vectors, len(vocabulary), answers, LEARNING, heard),
        trial=trial,
        neighbours=Neighbours.of(
            vectors.take(shown), len(vocabulary), [kept[n].key for n in shown], answers[shown]
        ),
    )


def _read(texts: Sequence[str], labels: int, heard: Heard) -> tuple[Vocabulary, Vectors]:
    most = min(MOST_PIECES, WEIGHTS // labels)
    vocabulary = Vocabulary.of(texts, most, lambda done: heard(READING, done, len(texts)))
    return vocabulary, vocabulary.vectors(texts, lambda done: heard(WEIGHING, done, len(texts)))


def _tried(
    vectors: Vectors, pieces: int, answers: NDArray[np.int64], parts: NDArray[np.int64], heard: Heard
) -> NDArray[np.float32]:
    """Every text's scores by judges that learnt from the other parts only."""
    labels, count = int(answers.max()) + 1, int(parts.max()) + 1
    scores = np.empty((len(vectors), labels), np.float32)
    for part in range(count):
        inside, outside = np.flatnonzero(parts == part), np.flatnonzero(parts != part)
        known, seen = np.unique(answers[outside], return_inverse=True)
        what = f"{TRYING} {part + 1}/{count}"
        made = _train(vectors.take(outside), pieces, seen, what, heard)
        scores[inside] = _NEVER
        scores[np.ix_(inside, known)] = made.score(vectors.take(inside))
    return scores


_NEVER = np.float32(-10)  # a label whose every text is in the part that is tried


def _train(
    vectors: Vectors, pieces: int, answers: NDArray[np.int64], what: str, heard: Heard
) -> judges.Judges:
    labels = int(answers.max()) + 1
    return judges.train(vectors, pieces, answers, labels, lambda done: heard(what, done, labels))
