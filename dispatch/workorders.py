"""A work order 工单: one unit's duty for a ticket, from its issue until the reply is accepted. Here lives its
lifecycle alone. Bouncing ends by this table: *bound* and *redo* have no edge to *returned*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hotline.errors import Refused
from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.words import N_


class State(StrEnum):
    """Where a work order stands. Whether it has been delivered is another question, kept apart."""

    ISSUED = "issued"
    BOUND = "bound"
    SIGNED = "signed"
    SUSPENDED = "suspended"
    DELEGATED = "delegated"
    REPLIED = "replied"
    REDO = "redo"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Verb(StrEnum):
    """What may be decided about a work order."""

    SIGN = "sign"
    RETURN = "return"
    DELEGATE = "delegate"
    TAKE_BACK = "take_back"
    SUSPEND = "suspend"
    RESUME = "resume"
    REPLY = "reply"
    ACCEPT = "accept"
    REDO = "redo"
    CANCEL = "cancel"


LIFECYCLE = Lifecycle(
    "order",
    (State.ISSUED, State.BOUND),
    (
        *edges((State.ISSUED, State.BOUND, State.REDO), Verb.SIGN, State.SIGNED),
        Edge(State.ISSUED, Verb.RETURN, State.RETURNED),
        *edges((State.ISSUED, State.SIGNED), Verb.DELEGATE, State.DELEGATED),
        Edge(State.DELEGATED, Verb.TAKE_BACK, State.SIGNED),
        Edge(State.SIGNED, Verb.SUSPEND, State.SUSPENDED),
        Edge(State.SUSPENDED, Verb.RESUME, State.SIGNED),
        # Who delegated still answers for it, in one reply made from those below.
        *edges((State.SIGNED, State.SUSPENDED, State.DELEGATED), Verb.REPLY, State.REPLIED),
        Edge(State.REPLIED, Verb.ACCEPT, State.ACCEPTED),
        # A citizen may be dissatisfied with a reply that the centre had accepted.
        *edges((State.REPLIED, State.ACCEPTED), Verb.REDO, State.REDO),
        *edges(
            (State.ISSUED, State.BOUND, State.REDO, State.SIGNED, State.SUSPENDED, State.DELEGATED),
            Verb.CANCEL,
            State.CANCELLED,
        ),
    ),
)

TO_SIGN = frozenset({State.ISSUED, State.BOUND, State.REDO})
"""What the unit has yet to sign for."""

OVER = frozenset({State.ACCEPTED, State.RETURNED, State.CANCELLED})
"""What asks nothing more of the unit."""


def first_state(returns: int, *, decided: bool = False) -> State:
    """How a new order begins when `returns` earlier ones of its ticket came back.

    `decided`: a supervisor named the unit, so that it may not object either.
    """
    return State.BOUND if decided or returns else State.ISSUED


def taken_over(*, signed: bool, replied: bool) -> State:
    """How an order begins that a unit had already in an older system."""
    if replied:
        return State.REPLIED
    return State.SIGNED if signed else State.ISSUED


class Part(StrEnum):
    """A unit's part in a ticket that concerns several."""

    LEAD = "lead"
    CO = "co"


class ReturnReason(StrEnum):
    """Why a unit says that an order is not its own."""

    PLACE = "place"
    DUTY = "duty"
    OVERLAP = "overlap"
    OWNERSHIP = "ownership"


@dataclass(frozen=True)
class Return:
    """A unit's objection 派单异议. Raises `Refused("order.return_needs_<what>")` without a basis or an owner.

    `basis` names the rule (三定 or 权责清单) and `proposed` the code of the unit that should have it.
    """

    reason: ReturnReason
    basis: str
    proposed: str

    def __post_init__(self) -> None:
        if not self.basis.strip():
            raise Refused("order.return_needs_basis")
        if not self.proposed.strip():
            raise Refused("order.return_needs_owner")


STATE_WORDS = {
    State.ISSUED: N_("To sign"),
    State.BOUND: N_("To sign, bound"),
    State.SIGNED: N_("In hand"),
    State.SUSPENDED: N_("Suspended"),
    State.DELEGATED: N_("Delegated"),
    State.REPLIED: N_("Replied"),
    State.REDO: N_("To do again"),
    State.ACCEPTED: N_("Reply accepted"),
    State.RETURNED: N_("Returned"),
    State.CANCELLED: N_("Cancelled"),
}

VERB_WORDS = {
    Verb.SIGN: N_("Sign"),
    Verb.RETURN: N_("Return the order"),
    Verb.DELEGATE: N_("Delegate"),
    Verb.TAKE_BACK: N_("Take back"),
    Verb.SUSPEND: N_("Suspend"),
    Verb.RESUME: N_("Resume"),
    Verb.REPLY: N_("Reply"),
    Verb.ACCEPT: N_("Accept the reply"),
    Verb.REDO: N_("Have it redone"),
    Verb.CANCEL: N_("Cancel the order"),
}

PART_WORDS = {Part.LEAD: N_("Lead unit"), Part.CO: N_("Co-handling unit")}

RETURN_WORDS = {
    ReturnReason.PLACE: N_("Outside our area"),
    ReturnReason.DUTY: N_("Not our duty"),
    ReturnReason.OVERLAP: N_("Duties overlap"),
    ReturnReason.OWNERSHIP: N_("Ownership is unclear"),
}

REFUSAL_WORDS = {
    f"order.may_not_{verb}": N_("Not possible while the work order is: {state}") for verb in Verb
} | {
    "order.return_needs_basis": N_("Say on which rule the return is based"),
    "order.return_needs_owner": N_("Name the unit that should have this order"),
    "order.signed_already": N_("The unit has signed for it already"),
    "order.given_already": N_("The unit has this ticket already"),
}
