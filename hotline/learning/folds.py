"""Which texts must stay together when a model is tried on a part that it didn't learn from: those that nearly repeat
one another. Otherwise it would be praised for what it has seen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hotline.learning.features import Vectors

REPEATS = 0.5
"""Cosine of two texts' vectors from which on one is taken for a repetition of the other."""
BANDS, HASHES = 12, 3
"""Texts are compared whose smallest hashes agree, all of a band: 9 of 10 of those that share three pieces in five."""
SMALL, FOLDS, FOLDS_OF_MANY = 10_000, 5, 2
"""So many texts are tried in five parts; of more, each half teaches enough to judge the other."""
AT_ONCE = 20_000

Numbers = NDArray[np.int64]


def repetitions(vectors: Vectors) -> Numbers:
    """For each text the number of its group: texts that nearly repeat one another, over others if need be."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = _alike(vectors)
    size = len(vectors)
    linked = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(size, size))
    return np.asarray(connected_components(linked, directed=False)[1], np.int64)


def folds(answers: Numbers, groups: Numbers) -> Numbers:
    """For each text the part that it is tried in: groups stay whole, and every answer is spread over all parts."""
    count = FOLDS if len(answers) <= SMALL else FOLDS_OF_MANY
    _, first = np.unique(groups, return_index=True)
    order = np.lexsort((first, answers[first]))
    part = np.empty(len(first), np.int64)
    part[order] = np.arange(len(first)) % count
    return part[groups]


def _alike(vectors: Vectors) -> tuple[Numbers, Numbers]:
    """Pairs of texts whose vectors are that close; of a text's many repetitions, enough to link them."""
    found = np.concatenate([_agreeing(band) for band in _bands(vectors)])
    found = np.unique(found, axis=0)
    close = [_cosines(vectors, found[at : at + AT_ONCE]) >= REPEATS for at in range(0, len(found), AT_ONCE)]
    found = found[np.concatenate(close)] if close else found
    return found[:, 0], found[:, 1]


def _bands(vectors: Vectors) -> list[NDArray[np.uint64]]:
    """For each band a number a text; the same where all its smallest hashes are."""
    held = np.flatnonzero(np.diff(vectors.starts))
    pieces = np.arange(1 + vectors.columns.max(initial=0), dtype=np.uint64)
    bands = []
    for band in range(BANDS):
        mixed = np.arange(len(vectors), dtype=np.uint64)  # a text without pieces is like no other
        mixed[held] = 0
        for turn in range(HASHES):
            hashes = _mix(pieces + np.uint64((band * HASHES + turn + 1) << 32))
            least = np.minimum.reduceat(hashes[vectors.columns], vectors.starts[held]) if len(held) else held
            mixed[held] = _mix(mixed[held] ^ least.astype(np.uint64))
        bands.append(mixed)
    return bands


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A well-spread number for each (the finaliser of splitmix64)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _agreeing(band: NDArray[np.uint64]) -> Numbers:
    """Neighbours in a band: each text with the next one of the same number."""
    order = np.argsort(band, kind="stable")
    same = band[order[1:]] == band[order[:-1]]
    return np.stack((order[:-1][same], order[1:][same]), axis=1).astype(np.int64)


def _cosines(vectors: Vectors, pairs: Numbers) -> NDArray[np.float64]:
    pieces = int(1 + vectors.columns.max(initial=0))
    one, other = (vectors.take(pairs[:, side]).matrix(pieces) for side in (0, 1))
    lengths = [np.sqrt(side.multiply(side).sum(axis=1)) for side in (one, other)]
    shared = np.asarray(one.multiply(other).sum(axis=1), np.float64)
    return shared / np.maximum(np.asarray(lengths[0] * lengths[1], np.float64), 1e-9)
