"""What every page is drawn from: one typed value that the base template receives, and the pages that there are.

Which of them a person is shown follows from permissions alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.roles import ROLE_WORDS, Permission
from hotline.viewer import Viewer
from hotline.words import N_


@dataclass(frozen=True)
class Entry:
    """A page in the navigation. `key` is its shortcut as `aria-keyshortcuts` writes one.

    What isn't opened every day has none, and stands in the menu behind the others.
    """

    name: str
    href: str
    label: str
    icon: str
    key: str
    permission: Permission

    @property
    def is_daily(self) -> bool:
        """Whether it stands in the band itself."""
        return bool(self.key)


ENTRIES = (
    Entry("desk", "/desk", N_("Desk"), "headset", "Alt+1", Permission.DESK_USE),
    Entry("tickets", "/tickets", N_("Tickets"), "ticket", "Alt+2", Permission.TICKET_VIEW_ALL),
    Entry("dispatching", "/dispatching", N_("Dispatching"), "arrow", "Alt+6", Permission.ORDER_REVIEW),
    Entry("revisit", "/revisit", N_("Revisits"), "reply", "Alt+7", Permission.TICKET_CLOSE),
    Entry("portal", "/portal", N_("Work orders"), "order", "Alt+3", Permission.ORDER_SIGN),
    Entry("floor", "/floor", N_("Floor"), "gauge", "Alt+4", Permission.FLOOR_WATCH),
    Entry("people", "/people", N_("People"), "people", "Alt+5", Permission.ADMIN_PEOPLE),
    Entry("hot", "/hot", N_("Hot issues"), "fire", "", Permission.TICKET_VIEW_ALL),
    Entry("reports", "/reports/lines", N_("Reports by line"), "chart", "", Permission.REPORT_READ),
    Entry("rates", "/reports/rates", N_("The three rates"), "gauge", "", Permission.REPORT_READ),
    Entry("own-rates", "/portal/rates", N_("Our three rates"), "gauge", "", Permission.ORDER_SIGN),
    Entry("city", "/city", N_("City settings"), "screen", "", Permission.ADMIN_RULES),
    Entry("dialplan", "/dialplan", N_("Switch configuration"), "phone", "", Permission.ADMIN_RULES),
    Entry("changes", "/city/history", N_("Changes of the city's data"), "clock", "", Permission.AUDIT_READ),
    Entry("catalogue", "/catalogue", N_("Responsibility catalogue"), "book", "", Permission.CATALOGUE_READ),
    Entry("rules", "/rules/try", N_("Try the dispatch rules"), "arrow", "", Permission.CATALOGUE_READ),
    Entry("organisations", "/organisations", N_("Organisations"), "building", "", Permission.ADMIN_RULES),
    Entry("messages", "/messages", N_("Outbox"), "reply", "", Permission.ADMIN_RULES),
    Entry("imports", "/imports", N_("Imports"), "inbox", "", Permission.ADMIN_RULES),
    Entry("citizens", "/citizens", N_("Same citizens"), "person", "", Permission.CITIZEN_JOIN),
)


@dataclass(frozen=True)
class Page:
    """One page, as one person sees it.

    `title` is English and translated where it is shown; `nav` names the entry that the page belongs to;
    `cursor` is where it stands in the journal, `now` the server's time, `path` its own address with the query.
    Nobody is logged in where `account` is None; then `csrf` is empty too.
    """

    title: str
    nav: str
    account: Viewer | None
    language: str
    theme: str
    csrf: str
    cursor: int
    now: datetime
    path: str = "/"

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The pages that this person may open."""
        viewer = self.account
        return tuple(entry for entry in ENTRIES if viewer is not None and viewer.may(entry.permission))

    @property
    def html_language(self) -> str:
        """The language as HTML writes it (`zh-Hans`)."""
        return self.language.replace("_", "-")

    @property
    def role_words(self) -> tuple[str, ...]:
        """The person's roles in English, to be translated."""
        return tuple(ROLE_WORDS[role] for role in sorted(self.account.roles)) if self.account else ()

    @property
    def now_milliseconds(self) -> int:
        """The server's time as browsers count it."""
        return int(self.now.timestamp() * 1000)
