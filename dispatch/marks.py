"""Marks upon a ticket or a work order: urged 催办, supervised 督办, a leader's note 领导批示, a yellow or red card, an
accountability letter 问责函, difficult 疑难, typical 典型. Marks are no states: nothing but attention hangs on them.
"""

from __future__ import annotations

from enum import StrEnum

from hotline.words import N_


class Kind(StrEnum):
    """What was put upon it."""

    URGED = "urged"
    SUPERVISED = "supervised"
    NOTED = "noted"
    YELLOW = "yellow"
    RED = "red"
    LETTER = "letter"
    DIFFICULT = "difficult"
    TYPICAL = "typical"


LIFTABLE = frozenset({Kind.SUPERVISED, Kind.DIFFICULT, Kind.TYPICAL})
"""What can be taken off again. The others say that something was done, which stays done."""

OF_ORDERS = frozenset({Kind.SUPERVISED, Kind.YELLOW, Kind.RED, Kind.LETTER})
"""What is put upon one unit's order; the others are the whole ticket's."""


class Step(StrEnum):
    """How far a supervision has gone: a message, a notice 催办通知书, a supervision order 督办单, a report 通报."""

    MESSAGE = "message"
    NOTICE = "notice"
    ORDER = "order"
    REPORT = "report"


KIND_WORDS = {
    Kind.URGED: N_("Urged"),
    Kind.SUPERVISED: N_("Supervised"),
    Kind.NOTED: N_("Leader's note"),
    Kind.YELLOW: N_("Yellow card"),
    Kind.RED: N_("Red card"),
    Kind.LETTER: N_("Accountability letter"),
    Kind.DIFFICULT: N_("Difficult"),
    Kind.TYPICAL: N_("Typical"),
}

STEP_WORDS = {
    Step.MESSAGE: N_("Reminder by message"),
    Step.NOTICE: N_("Written reminder"),
    Step.ORDER: N_("Supervision order"),
    Step.REPORT: N_("Report to the leadership"),
}

REFUSAL_WORDS = {
    "mark.unknown": N_("There is no such mark"),
    "mark.stays": N_("This mark can't be taken off"),
}
