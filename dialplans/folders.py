"""Where the switch keeps its things, below the state folder."""

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
        """What the switch reads: a link to one of the editions."""
        return self.base / "etc"

    @property
    def editions(self) -> Path:
        return self.base / "editions"

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
                self.editions,
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


def make(folders: Folders) -> None:
    """Everything that the switch expects to find, but its configuration. Done again, it does nothing."""
    for folder in folders.all():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sounds = folders.data / "sounds"
    if not sounds.is_symlink() or sounds.readlink() != folders.sounds:
        sounds.unlink(missing_ok=True)
        sounds.symlink_to(folders.sounds)
