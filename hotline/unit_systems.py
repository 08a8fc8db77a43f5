"""A unit's own systems: what their tokens allow, and how often one may ask. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.words import N_


class Scope(StrEnum):
    """Something that a token allows. To read orders is in each of them."""

    READ = "read"
    PERSON = "person"
    SIGN = "sign"
    REPLY = "reply"
    REQUEST = "request"


SCOPE_WORDS = {
    Scope.READ: N_("Read orders and files"),
    Scope.PERSON: N_("Read the citizen's name and number"),
    Scope.SIGN: N_("Sign for orders"),
    Scope.REPLY: N_("Write down contacts, hand in files, reply"),
    Scope.REQUEST: N_("Return orders, ask for more time"),
}

REFUSAL_WORDS = {
    "token.unknown": N_("This token isn't valid, or not any more"),
    "token.no_scope": N_("The token doesn't allow this: it needs the scope {scope}"),
    "token.too_fast": N_("Too many requests. Try again in {seconds} seconds"),
    "system.unknown": N_("There is no such system"),
}


@dataclass
class Pace:
    """At most `most` requests within `within`, for each key: a window that begins with the first of them."""

    most: int = 120
    within: timedelta = timedelta(minutes=1)
    _windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def wait(self, key: str, at: datetime) -> int:
        """0 where a request may go on, else the whole seconds until it may."""
        began, count = self._windows.get(key, (at, 0))
        if at - began >= self.within:
            began, count = at, 0
        if count >= self.most:
            return max(1, -(-int((began + self.within - at).total_seconds() * 1000) // 1000))
        self._windows[key] = (began, count + 1)
        return 0

    def forget(self, at: datetime) -> None:
        """Drops windows that are over, so that old keys take no room."""
        self._windows = {key: window for key, window in self._windows.items() if at - window[0] < self.within}

    @property
    def keys(self) -> Mapping[str, tuple[datetime, int]]:
        """The windows that are open, by key."""
        return self._windows
