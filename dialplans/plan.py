"""Everything that Asterisk's configuration is made from, as one frozen value: lines, queues, seats, ports,
folders and secrets. Pure; the templates read nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from dialplans.folders import Folders, folders
from hotline.lines import Line, Queue, lines_at
from hotline.settings import Asterisk, Settings, Trunk


@dataclass(frozen=True, repr=False)
class Accounts:
    """Secrets of the two manager accounts: `link` reads events, `actions` gives orders."""

    link: str
    actions: str


@dataclass(frozen=True)
class Plan:
    """One switch, as it is at the aware moment `at`; `lines` are those of all times. `seats` are extensions;
    `languages` those that prompts are spoken in, the preferred one first.

    `prompts`: name → language → text that the city says in words of its own.
    """

    switch: Asterisk
    trunk: Trunk
    folders: Folders
    accounts: Accounts
    lines: tuple[Line, ...]
    queues: tuple[Queue, ...]
    default_queue: str
    seats: tuple[str, ...]
    languages: tuple[str, ...]
    prompts: Mapping[str, Mapping[str, str]]
    at: datetime

    @property
    def lines_now(self) -> tuple[Line, ...]:
        """The lines that there are at the plan's moment."""
        return lines_at(self.lines, self.at)

    @property
    def is_everywhere(self) -> bool:
        """Whether the switch listens on all addresses of its machine, so that none of them is its own."""
        return self.switch.host in ("0.0.0.0", "::")

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Where our own processes come from when they speak to the switch."""
        loopback = ("127.0.0.1",)
        return (
            loopback if self.is_everywhere or self.switch.host in loopback else (*loopback, self.switch.host)
        )

    @property
    def web_sessions(self) -> int:
        """Open connections that the switch's HTTP server allows: two for each seat, since a page that is loaded
        again may be there before its old socket is gone, and some for whoever else knocks."""
        return 2 * len(self.seats) + 20


def seats_from(switch: Asterisk) -> tuple[str, ...]:
    """The extensions of the switch's seats, in order."""
    return tuple(str(switch.first_seat + number) for number in range(switch.seats))


def plan(
    settings: Settings,
    accounts: Accounts,
    lines: Iterable[Line],
    queues: Iterable[Queue],
    default_queue: str,
    languages: Iterable[str],
    prompts: Mapping[str, Mapping[str, str]],
    at: datetime,
) -> Plan:
    """The plan of the switch that `settings` describe, for a city's lines and queues, as it is at `at`."""
    return Plan(
        switch=settings.asterisk,
        trunk=settings.trunk,
        folders=folders(settings),
        accounts=accounts,
        lines=tuple(lines),
        queues=tuple(queues),
        default_queue=default_queue,
        seats=seats_from(settings.asterisk),
        languages=tuple(languages),
        prompts=prompts,
        at=at,
    )
