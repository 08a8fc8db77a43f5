"""The switch as a process: its command line, and the links into its programs' folders."""

from __future__ import annotations

from pathlib import Path

from hotline.errors import Misconfigured
from hotline.settings import Settings
from telephony.switch.programs import Programs

LONGEST_SOCKET = 107  # bytes of a unix socket's path, unix(7); Asterisk's console listens on one


def folder(settings: Settings) -> Path:
    """Everything that is this switch's own: configuration, database, log, spool."""
    return settings.paths.state / "asterisk"


def command(programs: Programs, base: Path) -> tuple[str, ...]:
    """Asterisk in the foreground, with the configuration below `base`."""
    return (*programs.asterisk, "-f", "-C", str(base / "etc" / "asterisk.conf"))


def prepare(programs: Programs, base: Path) -> None:
    """Point the configuration's links at these programs' modules and documentation.

    Raises `Misconfigured` when there is no configuration yet, or its folder's name is too long for a socket.
    """
    if not (base / "etc" / "asterisk.conf").exists():
        raise Misconfigured(
            str(base / "etc"),
            "no configuration",
            "one that was rendered (hotline up, or hotline dialplans apply)",
        )
    if len(bytes(base / "run" / "asterisk.ctl")) > LONGEST_SOCKET:
        raise Misconfigured(
            "paths.state", f"a path too long for a socket ({base})", f"at most {LONGEST_SOCKET} bytes"
        )
    _link(base / "modules", programs.modules)
    _link(base / "data" / "documentation", programs.documentation)


def _link(name: Path, target: Path) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    new = name.with_name(f".{name.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.rename(name)
