"""What a unit asks for and somebody above it decides 申请: to return an order 退单, to have more time 延期, to suspend
it 挂账, to have it left out of the rates 剔除, or, within the unit, to have a reply approved 审签. Each has a form that
can't be half filled in, and limits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from dispatch.rates import Exclusion
from dispatch.workorders import State as OrderState
from hotline.budgets import Budget, Measure
from hotline.errors import Refused
from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.roles import Permission
from hotline.words import N_

TEXT_LENGTH = 2000


class Kind(StrEnum):
    """What is asked for."""

    RETURN = "return"
    EXTEND = "extend"
    SUSPEND = "suspend"
    APPROVE = "approve"
    EXCLUDE = "exclude"


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Verb(StrEnum):
    """What may be done with a request."""

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


LIFECYCLE = Lifecycle(
    "request",
    (State.ASKED,),
    (
        Edge(State.ASKED, Verb.GRANT, State.GRANTED),
        *edges((State.ASKED,), Verb.REFUSE, State.REFUSED),
        Edge(State.ASKED, Verb.WITHDRAW, State.WITHDRAWN),
    ),
)


@dataclass(frozen=True)
class Rule:
    """Who asks in the unit, in which states of the order, and who decides where the order came from the centre.

    `once`: a request that was decided can't be made again for the same order.
    """

    asks: Permission
    states: frozenset[OrderState]
    decides: Permission
    once: bool = True


IN_HAND = frozenset({OrderState.SIGNED, OrderState.DELEGATED})

RULES: Mapping[Kind, Rule] = {
    # Before it is signed for: whoever has signed has taken the duty on.
    Kind.RETURN: Rule(Permission.ORDER_RETURN, frozenset({OrderState.ISSUED}), Permission.ORDER_DECIDE),
    Kind.EXTEND: Rule(Permission.ORDER_RETURN, IN_HAND, Permission.ORDER_DECIDE),
    Kind.SUSPEND: Rule(
        Permission.ORDER_RETURN, frozenset({OrderState.SIGNED}), Permission.ORDER_DECIDE, once=False
    ),
    Kind.APPROVE: Rule(
        Permission.ORDER_REPLY,
        frozenset({OrderState.SIGNED, OrderState.SUSPENDED, OrderState.DELEGATED}),
        Permission.ORDER_APPROVE,
        once=False,
    ),
    # When its ticket is closed, and its unit knows how it was judged.
    Kind.EXCLUDE: Rule(Permission.ORDER_RETURN, frozenset({OrderState.ACCEPTED}), Permission.ORDER_DECIDE),
}

EXCLUDE_WITHIN = timedelta(days=15)
"""So long after the closing it may be asked for, which is as long as the ticket may still be reopened."""


class ReturnReason(StrEnum):
    """Why a unit says that an order is not its own."""

    PLACE = "place"
    DUTY = "duty"
    OVERLAP = "overlap"
    OWNERSHIP = "ownership"


@dataclass(frozen=True)
class Form:
    """What a request says. `details` is how the record keeps it; `of` reads that again."""

    @property
    def details(self) -> dict[str, Any]:
        """The fields as JSON has them."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        """The form that was kept so."""
        return cls(**details)


@dataclass(frozen=True)
class Return(Form):
    """A unit's objection 派单异议. `basis` names the rule (三定 or 权责清单), `proposed` is the code of the unit that
    should have it. Raises `Refused("field.missing")` without a basis or an owner.
    """

    reason: ReturnReason
    basis: str
    proposed: str

    def __post_init__(self) -> None:
        _fill(self, "basis", "proposed")


@dataclass(frozen=True)
class Extension(Form):
    """More time: `amount` of the `measure` that the order's own budget has. Raises `Refused` without a reason."""

    amount: int
    reason: str
    basis: str = ""
    measure: Measure = Measure.WORKING_DAYS

    def __post_init__(self) -> None:
        _fill(self, "reason")
        if self.amount < 1:
            raise Refused("field.missing", field="amount")


@dataclass(frozen=True)
class Suspension(Form):
    """To be put off with a `promise` to the citizen, and looked at again on the day `review_on`."""

    promise: str
    review_on: date
    reason: str = ""

    def __post_init__(self) -> None:
        _fill(self, "promise")

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        return cls(**{**details, "review_on": date.fromisoformat(details["review_on"])})


@dataclass(frozen=True)
class Approval(Form):
    """A reply that the unit's leader reads before it leaves the unit. `override`: why nobody else is waited for."""

    public: str
    internal: str = ""
    override: str = ""

    def __post_init__(self) -> None:
        _fill(self, "public")


@dataclass(frozen=True)
class LeaveOut(Form):
    """Not to be judged by what the citizen said, for a `reason` that the rules know and `because` of what."""

    reason: Exclusion
    because: str

    def __post_init__(self) -> None:
        _fill(self, "because")

    @classmethod
    def of(cls, details: Mapping[str, Any]) -> Self:
        return cls(Exclusion(details["reason"]), details["because"])


FORMS: Mapping[Kind, type[Return | Extension | Suspension | Approval | LeaveOut]] = {
    Kind.RETURN: Return,
    Kind.EXTEND: Extension,
    Kind.SUSPEND: Suspension,
    Kind.APPROVE: Approval,
    Kind.EXCLUDE: LeaveOut,
}


def check_ask(
    kind: Kind, order: OrderState, earlier: Collection[tuple[Kind, State]], due: datetime | None, at: datetime
) -> None:
    """Whether a request of this kind may be made of an order in that state, after these `earlier` ones.

    `due`: until when: the time to sign for a return, the time to resolve for an extension, some days after the closing
    for an exclusion. Raises
    `Refused("request.may_not_<kind>")`, `request.open_already`, `request.decided_already` or `request.too_late`.
    """
    rule = RULES[kind]
    if order not in rule.states:
        raise Refused(f"request.may_not_{kind}", state=order)
    if any(state is State.ASKED for _, state in earlier):
        raise Refused("request.open_already")
    if (rule.once and (kind, State.GRANTED) in earlier) or (rule.once and (kind, State.REFUSED) in earlier):
        raise Refused("request.decided_already")
    if due is not None and at >= due:
        raise Refused("request.too_late")


def longest_extension(budget: Budget) -> Budget:
    """An extension is at most as long as what was given, and at most ten working days (domain rules of several
    provinces; Shandong's is ten working days).
    """
    if budget.measure is Measure.WORKING_DAYS:
        return Budget(min(budget.amount, 10), budget.measure)
    return budget


def _fill(form: Form, *fields: str) -> None:
    for field in fields:
        written = str(getattr(form, field)).strip()
        if not written:
            raise Refused("field.missing", field=field)
        if len(written) > TEXT_LENGTH and field != "public":
            raise Refused("field.too_long", field=field, limit=TEXT_LENGTH)


AMOUNT_WORDS = {
    Measure.MINUTES: N_("{amount} minutes"),
    Measure.WORKING_MINUTES: N_("{amount} minutes of working time"),
    Measure.WORKING_DAYS: N_("{amount} working days"),
}

KIND_WORDS = {
    Kind.RETURN: N_("Return"),
    Kind.EXTEND: N_("More time"),
    Kind.SUSPEND: N_("Suspension"),
    Kind.APPROVE: N_("Approval of the reply"),
    Kind.EXCLUDE: N_("To be left out of the rates"),
}

STATE_WORDS = {
    State.ASKED: N_("Waits for a decision"),
    State.GRANTED: N_("Granted"),
    State.REFUSED: N_("Refused"),
    State.WITHDRAWN: N_("Withdrawn"),
}

RETURN_WORDS = {
    ReturnReason.PLACE: N_("Outside our area"),
    ReturnReason.DUTY: N_("Not our duty"),
    ReturnReason.OVERLAP: N_("Duties overlap"),
    ReturnReason.OWNERSHIP: N_("Ownership is unclear"),
}

REFUSAL_WORDS = {
    **{f"request.may_not_{kind}": N_("Not possible while the work order is: {state}") for kind in Kind},
    **{f"request.may_not_{verb}": N_("This request has been decided already") for verb in Verb},
    "request.open_already": N_("A request of this order waits for a decision already"),
    "request.decided_already": N_("This was asked for once and decided"),
    "request.too_late": N_("The time for this is over"),
    "request.too_long": N_("At most {limit} may be added"),
    "request.unknown": N_("There is no such request"),
    "request.not_yours": N_("Whoever asked can't decide it"),
}
