"""Changes the switch over from one configuration to another, and back: spoken, rehearsed, brought in by one rename,
reloaded without a restart, and read back. Nothing that fails on the way reaches a caller.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from dialplans.difference import changed
from dialplans.editions import Edition, Editions
from dialplans.folders import Folders, make
from dialplans.readback import Readback, deviations, of_json, read_back
from dialplans.rehearsal import Rehearsal, rehearse
from dialplans.reloads import RELOADS, reloads, wait_for_start
from dialplans.texts import Texts, spoken
from hotline.errors import Misconfigured, Refused, Unreachable
from hotline.platform.exchange import Exchange

SETTLING = 3.0  # seconds within which a reloaded switch has to say what it should
PAUSE = 0.1  # between two questions

Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a change came to. `edition` and `revision` are what is in force behind it, where it has no `flaws`; else
    they are what was tried, and everything is as it was. `files` changed; of those, `waiting` take effect only at
    the switch's next start.
    """

    edition: str
    revision: int
    files: tuple[str, ...] = ()
    reloaded: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    seconds: float = 0.0
    flaws: tuple[Misconfigured, ...] = ()


class Switchroom:
    """The configuration of one switch on this machine. Safe with several at once, and after a death at any step."""

    def __init__(self, folders: Folders, exchange: Exchange, say: Say = lambda words: None) -> None:
        self.editions = Editions(folders)
        self._folders = folders
        self._exchange = exchange
        self._say = say

    def try_out(self, texts: Texts) -> Rehearsal:
        """What would be wrong with `texts`; nothing is kept. Raises `Unreachable` when that can't be found out."""
        now = self.editions.in_force()
        try:
            return rehearse(self._exchange, self._folders, texts, now.texts() if now else None)
        except Misconfigured as flaw:
            return Rehearsal((flaw,), Readback({}, {}, {}, {}))

    def change_over(
        self, texts: Texts, revision: int, at: datetime, *, ordered: bool = False, running: bool = False
    ) -> Outcome | None:
        """Bring `texts` in. None where they are in force, were refused before, or wait behind a roll-back; the last
        two count for nothing when it is `ordered`.

        Raises `Unreachable` when the switch can't be asked: one that is just starting could read half of each. With
        `running` that goes for one that doesn't run at all too, else it reads the new ones when it starts.
        """
        begun = time.monotonic()
        make(self._folders)
        with self.editions.alone():
            if ordered:
                self.editions.release()
            now = self.editions.in_force()
            if self._stands(texts, revision, now):
                return None
            runs = self._exchange.is_running()
            if running and not runs:
                raise Unreachable("the switch doesn't run yet, or doesn't answer")
            files = changed(now.texts() if now else {}, texts)
            self._speak(texts)
            rehearsal = self.try_out(texts)
            flaws = rehearsal.flaws
            if not flaws:
                new = self.editions.add(texts, revision, at, rehearsal.expected.as_json())
                flaws = tuple(self._swap(now, new, files, rehearsal.expected) if runs else self._lay_in(new))
            if flaws:
                self._refuse(texts, now)
                return Outcome(now.name if now else "", revision, files, seconds=_since(begun), flaws=flaws)
            self.editions.release()
            self.editions.forget()
            return _outcome(new, files, runs, begun)

    def in_force(self, texts: Texts, revision: int) -> Outcome | None:
        """That `revision` is in force because it changed nothing that the switch reads; None where that isn't so."""
        now = self.editions.in_force()
        if now is None or self.editions.held_at() is not None or now.texts() != texts:
            return None
        return Outcome(now.name, revision)

    def roll_back(self, revision: int) -> Outcome:
        """The edition before takes the place of the present one, and stays until a later revision than `revision`.

        Raises `Refused("dialplan.no_earlier")` where there is none.
        """
        begun = time.monotonic()
        with self.editions.alone():
            now, before = self.editions.in_force(), self.editions.before()
            if now is None or before is None:
                raise Refused("dialplan.no_earlier")
            files, runs = changed(now.texts(), before.texts()), self._exchange.is_running()
            self._speak(before.texts())
            self.editions.hold(revision)
            self.editions.bring_in(before)
            self.editions.drop(now)
            if runs:
                self._reload(files)
            flaws = self._deviations(_expected(before)) if runs else ()
            return _outcome(before, files, runs, begun, flaws)

    def confirm(self) -> Outcome | None:
        """Does the switch run what is in force? It may not, where somebody died between the rename and the reload;
        then everything is reloaded. None before the first edition. Raises `Unreachable`."""
        begun = time.monotonic()
        with self.editions.alone():
            now = self.editions.in_force()
            if now is None:
                return None
            expected = _expected(now)
            if not self._deviations(expected, within=0):
                return _outcome(now, (), True, begun)
            self._reload(RELOADS)
            return _outcome(now, tuple(RELOADS), True, begun, self._deviations(expected))

    def _stands(self, texts: Texts, revision: int, now: Edition | None) -> bool:
        if now is None:
            return False
        held = self.editions.held_at()
        is_held = held is not None and revision <= held
        return is_held or now.texts() == texts or self.editions.is_refused(texts)

    def _lay_in(self, new: Edition) -> Iterable[Misconfigured]:
        """For a switch that doesn't run: it reads `new` when it starts."""
        self.editions.bring_in(new)
        return ()

    def _swap(
        self, now: Edition | None, new: Edition, files: Iterable[str], expected: Readback
    ) -> Iterable[Misconfigured]:
        """Bring `new` in and read it back; where the switch runs something else then, all is as before."""
        self.editions.bring_in(new)
        self._reload(files)
        flaws = self._deviations(expected)
        if flaws and now is not None:
            self.editions.bring_in(now)
            self._reload(files)
            self.editions.drop(new)
        return flaws

    def _reload(self, files: Iterable[str]) -> None:
        for command in reloads(files):
            self._exchange.tell(command)

    def _deviations(self, expected: Readback | None, within: float = SETTLING) -> list[Misconfigured]:
        """Where the switch differs from what it should say, once it had time to settle; nowhere if that is unknown."""
        if expected is None:
            return []
        deadline = time.monotonic() + within
        while (found := deviations(read_back(self._exchange.tell), expected)) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return found

    def _refuse(self, texts: Texts, now: Edition | None) -> None:
        """Not again by itself; and whatever was spoken for it says what it said before."""
        self.editions.refuse(texts)
        if now is not None:
            self._speak(now.texts())

    def _speak(self, texts: Texts) -> None:
        self._exchange.speak(spoken(texts), self._say)


def _expected(edition: Edition) -> Readback | None:
    written = edition.about().get("expected")
    return of_json(written) if written else None


def _outcome(
    edition: Edition, files: tuple[str, ...], runs: bool, begun: float, flaws: Iterable[Misconfigured] = ()
) -> Outcome:
    return Outcome(
        edition=edition.name,
        revision=int(edition.about().get("revision", 0)),
        files=files,
        reloaded=reloads(files) if runs else (),
        waiting=wait_for_start(files) if runs else (),
        seconds=_since(begun),
        flaws=tuple(flaws),
    )


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 2)
