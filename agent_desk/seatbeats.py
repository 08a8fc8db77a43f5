"""Whether each seat is fit for calls: its page beats, its telephone is registered, its microphone is granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.viewer import Viewer

SILENT_AFTER = timedelta(seconds=15)


@dataclass(frozen=True)
class Beat:
    """What a desk said of itself last."""

    at: datetime
    registered: bool
    microphone: bool

    def is_fit(self, at: datetime) -> bool:
        """Whether calls may go to it at `at`."""
        return self.registered and self.microphone and at - self.at < SILENT_AFTER


class SeatBeats:
    """The last beat of every seat whose page is open at this process, by extension."""

    def __init__(self) -> None:
        self._beats: dict[str, Beat] = {}

    def hear(self, viewer: Viewer, said: object, at: datetime) -> None:
        """Takes a beat; what isn't one, or comes from somebody without a seat, is passed over."""
        if viewer.extension is not None and isinstance(said, dict):
            self._beats[viewer.extension] = Beat(
                at, said.get("registered") is True, said.get("microphone") is True
            )

    def is_fit(self, extension: str, at: datetime) -> bool:
        """Whether the seat's last beat allows calls."""
        beat = self._beats.get(extension)
        return beat is not None and beat.is_fit(at)

    def unfit(self, at: datetime) -> list[str]:
        """Seats that were fit once and aren't any longer; each is named once."""
        gone = [extension for extension, beat in self._beats.items() if not beat.is_fit(at)]
        for extension in gone:
            del self._beats[extension]
        return gone
