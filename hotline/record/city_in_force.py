"""The city as a process knows it: its pack at first, then what the record says, read anew when that has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from threading import Lock
from zoneinfo import ZoneInfo

from sqlmodel import Session

from hotline.pack.model import CityPack
from hotline.record import catalogues, city


class CityInForce:
    """One city, kept up to date by whoever opens a transaction. Safe to share between threads.

    `pack` also has what the record doesn't keep: the demo's people and citizens.
    """

    def __init__(self, pack: CityPack) -> None:
        self._pack = pack
        self._read_at = 0
        self._catalogue = pack.catalogue
        self._lock = Lock()
        self.now = pack

    @property
    def zone(self) -> ZoneInfo:
        """Where the city's days begin and end."""
        return ZoneInfo(self.now.city.timezone)

    def keep_up(self, session: Session, revision: int, at: datetime) -> CityPack:
        """The city at `revision`, the record's newest as this transaction sees it."""
        if revision > self._read_at:
            with self._lock:
                if revision > self._read_at:
                    self.now = self._read(session, revision)
                    self._read_at = revision
        return self.now

    def look(self, session: Session, at: datetime) -> CityPack:
        """The city as the record has it now, for whoever doesn't know the newest revision."""
        return self.keep_up(session, city.newest(session), at)

    def look_at_catalogue(self, session: Session, at: datetime) -> bool:
        """Takes the catalogue that is in force now, if it is another; returns whether it was. Its index is made here,
        so that nobody's request waits for it.
        """
        day = catalogues.today(self.now, at)
        try:
            version = catalogues.version_on(session, day).id
        except LookupError:
            return False
        if version is None or version == self._catalogue.version:
            return False
        catalogue = catalogues.read(session, version)
        assert catalogue.index
        with self._lock:
            self._catalogue = catalogue
            self.now = replace(self.now, catalogue=catalogue, slots=catalogue.slots)
        return True

    def _read(self, session: Session, revision: int) -> CityPack:
        read = city.read(session, revision)
        return replace(
            read,
            catalogue=self._catalogue,
            slots=self._catalogue.slots,
            people=self._pack.people,
            citizens=self._pack.citizens,
        )
