"""Reply templates 答复模板: a city's own sentences to begin a reply with, for the kinds and headings that they fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hotline.tickets import Type

PLACES = ("number", "title", "unit", "matter", "place", "date")
"""What a template may name in braces; what a person has to fill in stands in 【…】."""
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class ReplyTemplate:
    """Sentences with places in braces. Without `types` or `categories` it fits every kind, or every heading."""

    name: str
    title_zh: str
    title_en: str
    text: str
    types: tuple[Type, ...] = ()
    categories: tuple[str, ...] = ()

    def fits(self, type_: Type, matter: str) -> bool:
        """Whether it is meant for a ticket of that kind about the matter of that code."""
        return (not self.types or type_ in self.types) and (
            not self.categories or any(matter.startswith(code) for code in self.categories)
        )

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with `values` (by `PLACES`) in its places. What has no value is left for the writer: 【…】."""
        return _PLACE.sub(lambda place: values.get(place[1]) or f"【{place[1]}】", self.text)


def unknown_places(text: str) -> Sequence[str]:
    """The places in braces that no ticket can fill."""
    return [name for name in _PLACE.findall(text) if name not in PLACES]


def fitting(templates: Iterable[ReplyTemplate], type_: Type, matter: str) -> list[ReplyTemplate]:
    """Those meant for such a ticket; the ones for its heading first, then those for its kind."""
    fit = [one for one in templates if one.fits(type_, matter)]
    return sorted(fit, key=lambda one: (not one.categories, not one.types))
