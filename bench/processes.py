"""What processes use, as the kernel counts it."""

from __future__ import annotations

import os
from pathlib import Path

from hotline.platform import addresses

TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def seconds(pid: int) -> float:
    """Of the processor, used by a process until now, in it and in those of its children that are over."""
    return sum(map(int, _stat(pid)[11:15])) / TICK


def seconds_of_servers(state: Path) -> float:
    """Of the processor, used until now by the PostgreSQL with this state."""
    file = addresses.postgresql_folder(state) / "data" / "postmaster.pid"
    postmaster = int(file.read_text("ascii").split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text("ascii").split()
    return seconds(postmaster) + sum(seconds(int(child)) for child in children)


def megabytes(pid: int) -> float:
    """Of memory that is in use now."""
    return int(_stat(pid)[21]) * PAGE / 1e6


def _stat(pid: int) -> list[str]:
    """From the third field of `/proc/PID/stat` on: what stands before it may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
