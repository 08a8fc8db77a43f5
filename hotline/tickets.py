"""A ticket 诉求: what a citizen wants, from the moment it is written down until it is archived. Here live
its lifecycle, the kinds of ticket and how it is numbered; rows and the commands that change them do not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum

from hotline.errors import Refused
from hotline.lifecycle import Edge, Lifecycle, edges
from hotline.words import N_


class State(StrEnum):
    """Where a ticket stands. Urged, supervised, confidential and the like are marks upon it, not states."""

    OPENED = "opened"
    ANSWERED = "answered"
    REVIEW = "review"
    DISPATCHED = "dispatched"
    REPLIED = "replied"
    REVISIT = "revisit"
    CLOSED = "closed"
    ARCHIVED = "archived"
    MERGED = "merged"
    VOIDED = "voided"
    TRANSFERRED = "transferred"


class Verb(StrEnum):
    """What may be decided about a ticket."""

    ANSWER = "answer"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    DISPATCH = "dispatch"
    TAKE_BACK = "take_back"
    REPLY = "reply"
    REVISIT = "revisit"
    REDO = "redo"
    CLOSE = "close"
    REOPEN = "reopen"
    MERGE = "merge"
    SEPARATE = "separate"
    TRANSFER = "transfer"
    VOID = "void"
    ARCHIVE = "archive"


ARCHIVABLE = (State.ANSWERED, State.CLOSED, State.TRANSFERRED)
"""What is put away when it can't be reopened any more."""

LIFECYCLE = Lifecycle(
    "ticket",
    (State.OPENED,),
    (
        *edges((State.OPENED, State.REVIEW), Verb.ANSWER, State.ANSWERED),
        Edge(State.OPENED, Verb.SUBMIT, State.REVIEW),
        Edge(State.REVIEW, Verb.SEND_BACK, State.OPENED),
        # From dispatched to dispatched: one more unit is asked.
        *edges((State.OPENED, State.REVIEW, State.DISPATCHED), Verb.DISPATCH, State.DISPATCHED),
        # No unit holds it any longer: its last work order came back or was cancelled.
        Edge(State.DISPATCHED, Verb.TAKE_BACK, State.REVIEW),
        # A merged ticket gets its parent's reply, so that its own caller is revisited too.
        *edges((State.DISPATCHED, State.MERGED), Verb.REPLY, State.REPLIED),
        Edge(State.REPLIED, Verb.REVISIT, State.REVISIT),
        *edges((State.REPLIED, State.REVISIT), Verb.REDO, State.DISPATCHED),
        # A reply that nobody has reviewed yet ends nothing.
        Edge(State.REVISIT, Verb.CLOSE, State.CLOSED),
        *edges((State.ANSWERED, State.CLOSED), Verb.REOPEN, State.REVIEW),
        *edges((State.OPENED, State.REVIEW, State.DISPATCHED), Verb.MERGE, State.MERGED),
        Edge(State.MERGED, Verb.SEPARATE, State.REVIEW),
        *edges((State.OPENED, State.REVIEW), Verb.TRANSFER, State.TRANSFERRED),
        *edges((State.OPENED, State.REVIEW), Verb.VOID, State.VOIDED),
        *edges(ARCHIVABLE, Verb.ARCHIVE, State.ARCHIVED),
    ),
)

UNDER_WAY = frozenset({State.OPENED, State.REVIEW, State.DISPATCHED, State.REPLIED, State.REVISIT})
"""Where somebody still has something to do for the ticket itself; a merged one waits for another's reply."""

REDO_LIMIT = 2
REOPEN_WITHIN = timedelta(days=15)


def decide(state: State, verb: Verb, *, redos: int = 0, since_closed: timedelta = timedelta(0)) -> State:
    """The ticket's next state. `redos`: how often it was redone; `since_closed`: how long it has been over.

    Raises `Refused`: `ticket.may_not_<verb>` where the table has no such edge, `ticket.redone_enough` for a
    third redo, `ticket.closed_too_long_ago` for reopening after `REOPEN_WITHIN`.
    """
    after = LIFECYCLE.after(state, verb)
    if is_counted(state, verb) and redos >= REDO_LIMIT:
        raise Refused("ticket.redone_enough", limit=REDO_LIMIT)
    if verb is Verb.REOPEN and since_closed > REOPEN_WITHIN:
        raise Refused("ticket.closed_too_long_ago", days=REOPEN_WITHIN.days)
    return after


def is_counted(state: State, verb: Verb) -> bool:
    """Whether it is a redo in the citizen's name; a reply that the centre sends back has not reached them yet."""
    return verb is Verb.REDO and state is State.REVISIT


def may_be_redone(state: State, redos: int) -> bool:
    """Whether its units can be made to do it again after so many redos."""
    return Verb.REDO in LIFECYCLE.verbs(state) and not (is_counted(state, Verb.REDO) and redos >= REDO_LIMIT)


class Type(StrEnum):
    """What a citizen asks for: the six kinds by which limits and statistics are set."""

    CONSULT = "consult"
    HELP = "help"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    REPORT = "report"
    THANKS = "thanks"


class Urgency(StrEnum):
    """How soon somebody must act. Danger to life is never a ticket's urgency: it is transferred at once."""

    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critical"


class Channel(StrEnum):
    """How it reached us."""

    PHONE = "phone"
    WEB = "web"
    APP = "app"
    WECHAT = "wechat"
    KIOSK = "kiosk"
    WINDOW = "window"
    LETTER = "letter"
    POLICE = "police"
    SUPERIOR = "superior"
    LEGACY = "legacy"


class Satisfaction(StrEnum):
    """The five levels of 政务服务“好差评”, which applies to the hotline too."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class Solution(StrEnum):
    """Whether the matter is solved, as the citizen says at the revisit."""

    SOLVED = "solved"
    PARTLY = "partly"
    UNSOLVED = "unsolved"


def number(day: date, identity: int) -> str:
    """The number of the ticket with the id `identity` (from 1), opened on `day`: yymmdd, the id in eight digits,
    one check digit; 15 digits in all.

    Ids beyond eight digits begin again at 1: the day tells such tickets apart. The check digit tells a slip of
    the tongue on the telephone at once.
    """
    body = f"{day:%y%m%d}{(identity - 1) % 99_999_999 + 1:08d}"
    return body + _check_digit(body)


def is_number(text: str) -> bool:
    """Whether `text` is a well-formed ticket number with the right check digit."""
    return len(text) == 15 and text.isascii() and text.isdigit() and _check_digit(text[:14]) == text[14]


def _check_digit(body: str) -> str:
    """ISO 7064 MOD 11,10: finds every wrong digit and nearly every swapped pair."""
    product = 10
    for digit in body:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def query_code(below: Callable[[int], int]) -> str:
    """Six digits that let a caller ask after a ticket. `below(n)` draws from 0 to n-1, unguessably."""
    return f"{below(1_000_000):06d}"


STATE_WORDS = {
    State.OPENED: N_("Opened"),
    State.ANSWERED: N_("Answered at once"),
    State.REVIEW: N_("To be dispatched"),
    State.DISPATCHED: N_("With the unit"),
    State.REPLIED: N_("Replied"),
    State.REVISIT: N_("Being revisited"),
    State.CLOSED: N_("Closed"),
    State.ARCHIVED: N_("Archived"),
    State.MERGED: N_("Merged"),
    State.VOIDED: N_("Voided"),
    State.TRANSFERRED: N_("Handed to an emergency number"),
}

VERB_WORDS = {
    Verb.ANSWER: N_("Answer at once"),
    Verb.SUBMIT: N_("Submit for dispatch"),
    Verb.SEND_BACK: N_("Send back for completion"),
    Verb.DISPATCH: N_("Dispatch"),
    Verb.TAKE_BACK: N_("Take back"),
    Verb.REPLY: N_("Reply"),
    Verb.REVISIT: N_("Revisit"),
    Verb.REDO: N_("Have it redone"),
    Verb.CLOSE: N_("Close the ticket"),
    Verb.REOPEN: N_("Reopen"),
    Verb.MERGE: N_("Merge"),
    Verb.SEPARATE: N_("Separate"),
    Verb.TRANSFER: N_("Hand to an emergency number"),
    Verb.VOID: N_("Void"),
    Verb.ARCHIVE: N_("Archive"),
}

TYPE_WORDS = {
    Type.CONSULT: N_("Enquiry"),
    Type.HELP: N_("Request for help"),
    Type.SUGGESTION: N_("Suggestion"),
    Type.COMPLAINT: N_("Complaint"),
    Type.REPORT: N_("Report of a violation"),
    Type.THANKS: N_("Thanks"),
}

URGENCY_WORDS = {
    Urgency.NORMAL: N_("Normal"),
    Urgency.URGENT: N_("Urgent"),
    Urgency.CRITICAL: N_("Critical"),
}

CHANNEL_WORDS = {
    Channel.PHONE: N_("Telephone"),
    Channel.WEB: N_("Web site"),
    Channel.APP: N_("App"),
    Channel.WECHAT: N_("WeChat"),
    Channel.KIOSK: N_("Kiosk"),
    Channel.WINDOW: N_("Service window"),
    Channel.LETTER: N_("Letter"),
    Channel.POLICE: N_("From 110"),
    Channel.SUPERIOR: N_("From a higher level"),
    Channel.LEGACY: N_("From an old system"),
}

SATISFACTION_WORDS = {
    Satisfaction.VERY_SATISFIED: N_("Very satisfied"),
    Satisfaction.SATISFIED: N_("Satisfied"),
    Satisfaction.FAIR: N_("Fairly satisfied"),
    Satisfaction.DISSATISFIED: N_("Dissatisfied"),
    Satisfaction.VERY_DISSATISFIED: N_("Very dissatisfied"),
}

SOLUTION_WORDS = {
    Solution.SOLVED: N_("Solved"),
    Solution.PARTLY: N_("Partly solved"),
    Solution.UNSOLVED: N_("Not solved"),
}

REFUSAL_WORDS = {
    f"ticket.may_not_{verb}": N_("Not possible while the ticket is: {state}") for verb in Verb
} | {
    "ticket.may_not_split": N_("Not possible while the ticket is: {state}"),
    "ticket.redone_enough": N_("This ticket has been redone {limit} times already"),
    "ticket.closed_too_long_ago": N_("A ticket can be reopened within {days} days only"),
}
