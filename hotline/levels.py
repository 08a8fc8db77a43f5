"""The four levels at which a place lies and a unit acts: city, district, town or street, village or community."""

from __future__ import annotations

from enum import StrEnum

from hotline.words import N_


class Level(StrEnum):
    """One of 市, 区, 镇街, 村居, from the widest to the narrowest."""

    CITY = "city"
    DISTRICT = "district"
    TOWN = "town"
    VILLAGE = "village"

    @property
    def depth(self) -> int:
        """0 for the city, 3 for a village."""
        return _DEPTHS[self]


_DEPTHS = {level: depth for depth, level in enumerate(Level)}

LEVEL_WORDS = {
    Level.CITY: N_("City"),
    Level.DISTRICT: N_("District"),
    Level.TOWN: N_("Town or street"),
    Level.VILLAGE: N_("Village or community"),
}
