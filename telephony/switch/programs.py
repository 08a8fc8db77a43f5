"""The programs that the switch and its voice need, as command lines. Values only.

Packages unpacked into a private folder run through that folder's own loader and libraries: no root, no chroot,
nothing installed, and no dependence on the host's release.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MAJOR = 22  # Asterisk's long-term release that everything here is written for


@dataclass(frozen=True)
class Programs:
    """Each field but the last two is the beginning of a command line; `modules` and `documentation` are folders
    of Asterisk's own, which refuses to start without its documentation."""

    asterisk: tuple[str, ...]
    espeak: tuple[str, ...]
    sox: tuple[str, ...]
    modules: Path
    documentation: Path


def private(root: Path) -> Programs | None:
    """The programs of a private root folder, or None where it isn't one."""
    loader = next(root.glob("usr/lib/*/ld-linux-*.so.*"), None)
    if loader is None:
        return None
    libraries = loader.parent
    start = (str(loader), "--library-path", f"{libraries}:{libraries / 'pulseaudio'}")
    return Programs(
        asterisk=(*start, str(root / "usr/sbin/asterisk")),
        espeak=(*start, str(root / "usr/bin/espeak-ng"), f"--path={libraries}"),
        sox=(*start, str(root / "usr/bin/sox")),
        modules=libraries / "asterisk" / "modules",
        documentation=root / "usr/share/asterisk/documentation",
    )
