"""A text with the label that people gave it: what a model learns from and is measured by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """`key` names it to people: a ticket's id, or a file's line. One that may not be `shown` teaches its words,
    but is never named as a similar one.
    """

    key: str
    label: str
    title: str
    content: str
    shown: bool = True

    @property
    def text(self) -> str:
        """All that was written."""
        return text_of(self.title, self.content)


def text_of(title: str, content: str) -> str:
    """Title and content in one: a text begins with what names it."""
    return f"{title} {content}".strip()
