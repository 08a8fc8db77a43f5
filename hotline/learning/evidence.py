"""The words of a text that speak most for a label: pieces put together again as they stand in the text."""

from __future__ import annotations

from collections.abc import Mapping

TELLING, LEAST = 10, 0.2
"""Pieces that words are made of at most, and the part of the strongest that each must count."""
LONGEST = 8
"""Characters of a word at most; a longer stretch is shown by its beginning."""

NUMBER = "0"
"""What stands for every number in a text that was made plain."""


def words(text: str, speaking: Mapping[str, float], most: int) -> tuple[str, ...]:
    """At most `most` stretches of `text`, the most telling first, made of the pieces that speak most.

    `speaking` says how much each pair of characters counts. A stretch counts what its pieces count together.
    """
    strongest = sorted((-weight, piece) for piece, weight in speaking.items() if weight > 0)[:TELLING]
    weights = {piece: -weight for weight, piece in strongest if weight <= LEAST * strongest[0][0]}
    found: dict[str, float] = {}
    for begin, end in _stretches(text, weights):
        word = text[begin : min(end, begin + LONGEST)].strip(NUMBER)
        found[word] = sum(weights.get(word[at : at + 2], 0.0) for at in range(len(word) - 1))
    ranked = sorted(filter(None, found), key=lambda word: (-found[word], word))
    whole = [word for word in ranked if not any(word != other and word in other for other in ranked)]
    return tuple(whole[:most])


def _stretches(text: str, weights: Mapping[str, float]) -> list[tuple[int, int]]:
    """Where telling pairs stand, those that overlap taken together: beginning and end."""
    found: list[tuple[int, int]] = []
    for at in range(len(text) - 1):
        if text[at : at + 2] in weights:
            if found and at < found[-1][1]:
                found[-1] = (found[-1][0], at + 2)
            else:
                found.append((at, at + 2))
    return found
