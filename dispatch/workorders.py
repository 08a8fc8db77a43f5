"""A work order 工单: one unit's duty for a ticket, from its issue until the reply is accepted. Here live its
lifecycle, and who may take each of its steps with what. Bouncing ends by this table: *bound* and *redo* have no edge
to *returned*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.roles import Permission
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
    BIND = "bind"
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
        # Both are the answer to an objection: it was right, or the unit keeps the order and may not object again.
        Edge(State.ISSUED, Verb.RETURN, State.RETURNED),
        Edge(State.ISSUED, Verb.BIND, State.BOUND),
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
    """A unit's part in a ticket that concerns several: it leads 主办, works along 协办, or is one of several equals
    会办, whose replies the centre joins.
    """

    LEAD = "lead"
    CO = "co"
    EQUAL = "equal"


@dataclass(frozen=True)
class Rule:
    """Who may take a step and what they have to say for it.

    `decides`: where the step is only asked for by whoever has `may`, who then grants it; `needs`: fields that can't
    be empty.
    """

    may: Permission
    needs: tuple[str, ...] = ()
    decides: Permission | None = None


RULES: Mapping[Verb, Rule] = {
    Verb.SIGN: Rule(Permission.ORDER_SIGN),
    Verb.RETURN: Rule(Permission.ORDER_RETURN, ("reason", "basis", "proposed"), Permission.ORDER_DECIDE),
    Verb.BIND: Rule(Permission.ORDER_DECIDE, ("note",)),
    Verb.DELEGATE: Rule(Permission.ORDER_DELEGATE, ("units",)),
    Verb.TAKE_BACK: Rule(Permission.ORDER_DELEGATE),
    Verb.SUSPEND: Rule(Permission.ORDER_RETURN, ("promise", "review_on"), Permission.ORDER_DECIDE),
    Verb.RESUME: Rule(Permission.ORDER_SIGN),
    Verb.REPLY: Rule(Permission.ORDER_REPLY, ("public",)),
    Verb.ACCEPT: Rule(Permission.ORDER_REVIEW),
    Verb.REDO: Rule(Permission.ORDER_REVIEW, ("note",)),
    Verb.CANCEL: Rule(Permission.ORDER_ISSUE),
}


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
    Verb.BIND: N_("Refuse the return"),
    Verb.DELEGATE: N_("Delegate"),
    Verb.TAKE_BACK: N_("Take back"),
    Verb.SUSPEND: N_("Suspend"),
    Verb.RESUME: N_("Resume"),
    Verb.REPLY: N_("Reply"),
    Verb.ACCEPT: N_("Accept the reply"),
    Verb.REDO: N_("Have it redone"),
    Verb.CANCEL: N_("Cancel the order"),
}

PART_WORDS = {
    Part.LEAD: N_("Lead unit"),
    Part.CO: N_("Co-handling unit"),
    Part.EQUAL: N_("One of several equal units"),
}

REFUSAL_WORDS = {
    f"order.may_not_{verb}": N_("Not possible while the work order is: {state}") for verb in Verb
} | {
    "order.not_own": N_("This order is a unit's below: you can read it, and the work is theirs"),
    "order.signed_already": N_("The unit has signed for it already"),
    "order.given_already": N_("The unit has this ticket already"),
    "order.contacted_already": N_("The citizen was contacted already"),
    "order.not_below": N_("An order is delegated to units of one's own only"),
    "order.not_theirs": N_(
        "The catalogue has this matter handled higher up. Say on which basis it is handed down"
    ),
    "order.about_itself": N_("The report is about this unit or one above it, so it may not have the order"),
    "order.others_working": N_("Not everybody has replied yet: {units}. Wait, or say why you don't"),
    "order.needs_approval": N_("A leader of the unit has to let this reply go"),
    "order.not_lead": N_("Only the unit that leads may do this"),
}
