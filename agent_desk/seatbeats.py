"""Whether each seat is fit for calls: its page beats, its telephone is registered, its microphone is granted.

A seat that stops being so is paused, because nobody would hear a call that is offered to it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.viewer import Viewer

GRACE = timedelta(seconds=20)  # two beats may be lost, and a page may be loaded anew


class SeatBeats:
    """When each seat whose page is open at this process was last fit, by extension."""

    def __init__(self) -> None:
        self._fit_at: dict[str, datetime] = {}

    def hear(self, viewer: Viewer, said: object, at: datetime) -> None:
        """Takes a beat; what isn't one, comes from somebody without a seat, or says "not fit" is passed over."""
        if viewer.extension is None or not isinstance(said, dict):
            return
        if said.get("registered") is True and said.get("microphone") is True:
            self._fit_at[viewer.extension] = at

    def is_fit(self, extension: str, at: datetime) -> bool:
        """Whether the seat may be offered calls at `at`."""
        return extension in self._fit_at and at - self._fit_at[extension] < GRACE

    def unfit(self, at: datetime) -> list[str]:
        """Seats that were fit once and haven't been for `GRACE`; each is named once."""
        gone = [extension for extension in self._fit_at if not self.is_fit(extension, at)]
        for extension in gone:
            del self._fit_at[extension]
        return gone
