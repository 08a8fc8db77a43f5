"""Where the switch keeps its things, below the state folder. Paths only; nothing is made or looked at here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotline.settings import Settings


@dataclass(frozen=True)
class Folders:
    """Every folder that Asterisk is told about. `modules` is a link that whoever starts it points at its modules."""

    base: Path
    sounds: Path
    recordings: Path

    @property
    def etc(self) -> Path:
        return self.base / "etc"

    @property
    def modules(self) -> Path:
        return self.base / "modules"

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def database(self) -> Path:
        return self.base / "database"

    @property
    def spool(self) -> Path:
        return self.base / "spool"

    @property
    def run(self) -> Path:
        return self.base / "run"

    @property
    def log(self) -> Path:
        return self.base / "log"

    def all(self) -> tuple[Path, ...]:
        """The folders that must exist before Asterisk starts."""
        keys, channel_events = self.data / "keys", self.log / "cel-custom"
        return (
            *(
                self.base,
                self.etc,
                self.data,
                keys,
                self.database,
                self.spool,
                self.run,
                self.log,
                channel_events,
            ),
            *(self.sounds, self.recordings),
        )


def folders(settings: Settings) -> Folders:
    """The folders that belong to these settings."""
    return Folders(
        base=settings.paths.state / "asterisk",
        sounds=settings.paths.parts / "prompts",
        recordings=settings.paths.state / "recordings",
    )
