"""The table type: an edge leads where it says, what has no edge is refused, and nothing is ambiguous."""

from __future__ import annotations

from enum import StrEnum

import pytest

from hotline.errors import Refused
from hotline.lifecycle import Edge, Lifecycle, edges

pytestmark = pytest.mark.pure


class Door(StrEnum):
    SHUT = "shut"
    OPEN = "open"
    GONE = "gone"


class Act(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    REMOVE = "remove"


TABLE = Lifecycle(
    "door",
    (Door.SHUT,),
    (
        Edge(Door.SHUT, Act.OPEN, Door.OPEN),
        Edge(Door.OPEN, Act.SHUT, Door.SHUT),
        *edges((Door.SHUT, Door.OPEN), Act.REMOVE, Door.GONE),
    ),
)


def test_a_verb_leads_along_its_edge() -> None:
    assert TABLE.after(Door.SHUT, Act.OPEN) is Door.OPEN
    assert TABLE.verbs(Door.SHUT) == (Act.OPEN, Act.REMOVE)
    assert TABLE.verbs(Door.GONE) == ()
    assert TABLE.states() == set(Door)


def test_what_has_no_edge_is_refused_with_a_stable_key() -> None:
    assert TABLE.find(Door.GONE, Act.OPEN) is None
    with pytest.raises(Refused) as refusal:
        TABLE.after(Door.GONE, Act.OPEN)
    assert (refusal.value.key, refusal.value.facts) == ("door.may_not_open", {"state": Door.GONE})


def test_a_table_with_two_edges_for_one_verb_is_no_table() -> None:
    with pytest.raises(ValueError, match="two edges"):
        Lifecycle("door", (), (*TABLE.edges, Edge(Door.SHUT, Act.OPEN, Door.GONE)))
