"""Who is looking: the person behind a request, as a plain value that rules and queries can ask."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.errors import Refused
from hotline.facts import subject
from hotline.roles import Permission, Role, may


@dataclass(frozen=True)
class Viewer:
    """A logged-in person. `units` are the codes of the own unit and of all below it, `within` those of the own unit and
    of all above it; `extension` is the seat, `unread` how many notices they haven't seen.
    """

    account: int
    login: str
    name: str
    roles: frozenset[Role]
    unit: str | None = None
    units: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    extension: str | None = None
    language: str = "zh_Hans"
    theme: str = "auto"
    unread: int = 0

    @property
    def by(self) -> str:
        """How the journal names this person."""
        return subject("account", self.account)

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles allows it."""
        return may(self.roles, permission)

    def must(self, permission: Permission) -> None:
        """Raises `Refused("not_allowed")` where no role allows it."""
        if not self.may(permission):
            raise Refused("not_allowed", permission=permission.value)
