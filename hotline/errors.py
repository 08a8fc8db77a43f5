"""The three ways in which something can be refused, each with the facts that its reader needs.

A decision that may not be taken is `Refused`, another machine that doesn't answer is `Unreachable`,
and what an operator has to mend before anything can start is `Misconfigured`.
"""

from __future__ import annotations


class Refused(Exception):
    """A decision that the rules don't allow.

    `key` is stable, dotted and lower case (`ticket.already_closed`); pages and the API turn it into words
    and a status. `facts` are the values that those words need.
    """

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def __str__(self) -> str:
        return self.key if not self.facts else f"{self.key} {self.facts}"


class Unreachable(Exception):
    """A machine or process that didn't answer in time; the same request may succeed later."""


class Misconfigured(Exception):
    """Something an operator must mend: where it stands, what was found and what was expected."""

    def __init__(self, where: str, found: str, expected: str) -> None:
        super().__init__(f"{where}: found {found}; expected {expected}")
        self.where = where
        self.found = found
        self.expected = expected
