"""Pictures of lifecycles in Mermaid's language, drawn from the tables themselves so that they can't go stale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hotline.lifecycle import Lifecycle, S, V


def mermaid(lifecycle: Lifecycle[S, V], words: Mapping[S, str]) -> str:
    """A state diagram with `words` on its states and verbs on its arrows; no arrow leads out of a final state."""
    return "\n".join(_lines(lifecycle, words))


def _lines(lifecycle: Lifecycle[S, V], words: Mapping[S, str]) -> Iterator[str]:
    yield "stateDiagram-v2"
    shown = lifecycle.states()
    yield from (f'    state "{text}" as {state}' for state, text in words.items() if state in shown)
    yield from (f"    [*] --> {state}" for state in lifecycle.starts)
    for (before, after), verbs in _arrows(lifecycle).items():
        yield f"    {before} --> {after}: {' · '.join(verbs)}"
    yield from (f"    {state} --> [*]" for state in words if state in shown and not lifecycle.verbs(state))


def _arrows(lifecycle: Lifecycle[S, V]) -> Mapping[tuple[S, S], list[str]]:
    """One arrow for each pair of states, however many verbs lead along it."""
    arrows: dict[tuple[S, S], list[str]] = {}
    for edge in lifecycle.edges:
        arrows.setdefault((edge.before, edge.after), []).append(edge.verb.replace("_", " "))
    return arrows
