"""The catalogue's versions in the record: the first from the pack, one in force on any day, old ones never lost."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from hotline.pack.load import read_pack
from hotline.pack.model import CityPack
from hotline.record import catalogues
from hotline.store import Store

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_pack_becomes_the_first_version_in_force_on_any_day(store: Store, city: CityPack) -> None:
    pack = read_pack("foshan")
    with store.transaction() as session:
        first = catalogues.seed(session, pack["categories"], pack["matters"], pack["slots"], AT)
        assert first is not None
        assert catalogues.seed(session, pack["categories"], pack["matters"], pack["slots"], AT) is None
    with store.transaction() as session:
        for day in (date(1999, 1, 1), date(2026, 11, 23), date(2199, 1, 1)):
            read = catalogues.in_force(session, day)
            assert (read.matters, read.categories) == (city.catalogue.matters, city.catalogue.categories)
            assert (read.slots, read.version) == (city.slots, first.id)


def test_a_record_without_a_catalogue_says_so(store: Store) -> None:
    with store.transaction() as session, pytest.raises(LookupError):
        catalogues.in_force(session, date(2026, 1, 1))
