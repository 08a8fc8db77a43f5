"""Replaying what a real Asterisk said and wrote of a call, without a record and without a switch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from hotline import calls, presence
from hotline.facts import Fact
from telephony.ami.parser import Message
from telephony.translate import Signal, translate

START = datetime(2026, 11, 23, 2, tzinfo=UTC)  # stands in for moments that a message doesn't say


class Record:
    """The record in a few lines: calls and seats by their machines, and the facts."""

    def __init__(self) -> None:
        self.calls: dict[str, calls.Call] = {}
        self.seats: dict[str, presence.Seat] = {}
        self.facts: list[Fact] = []

    def hear(self, messages: Iterable[Message]) -> Record:
        for message in messages:
            for signal in translate(message, "a1", START):
                self._let_happen(signal)
        return self

    def _let_happen(self, signal: Signal) -> None:
        if isinstance(signal, presence.Signal):
            self.seats[signal.extension], facts = presence.step(self.seats.get(signal.extension), signal)
            self.facts += facts
            return
        call, happened = calls.step(self.calls.get(signal.call), signal)
        self.facts += happened
        if call:
            self.calls[signal.call] = call
            at_call = [seat for seat in self.seats.values() if seat.call == call.id]
            for implied in presence.implied(call, signal, at_call):
                self._let_happen(implied)

    def place(self, call: str) -> Record:
        """The desk writes a call down before the switch hears of it."""
        begin = {"call": call, "line": "12345", "caller": "13800138000", "linkedid": calls.channel(call)}
        at = datetime(2026, 11, 23, 1, tzinfo=UTC)
        self._let_happen(calls.Placed(at=at, extension="8001", **begin))  # type: ignore[arg-type]
        return self

    def kinds(self, noun: str) -> list[str]:
        return [fact.kind.partition(".")[2] for fact in self.facts if fact.noun == noun]

    def states(self, extension: str) -> list[str]:
        became = [fact for fact in self.facts if fact.kind == "seat.became"]
        return [str(fact.became) for fact in became if fact.data["extension"] == extension]
