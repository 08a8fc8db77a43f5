"""What a benchmark found: figures with their units, ratios with their aims, and where it was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

LIBRARIES = ("fastapi", "sqlmodel", "psycopg", "websockets", "uvicorn", "panoramisk", "playwright")


@dataclass(frozen=True)
class Aim:
    """A figure that was aimed at. `met` says whether the measurement reached it."""

    words: str
    value: float
    met: bool


@dataclass(frozen=True)
class Measured:
    """`figures` by name with the unit in the name (`p95_ms`); `rounds` are the single runs behind them."""

    name: str
    words: str
    figures: Mapping[str, float]
    aims: Sequence[Aim]
    rounds: Sequence[Mapping[str, float]] = ()

    def as_json(self) -> dict[str, Any]:
        """With the machine and the versions that it was measured on."""
        return {
            **asdict(self),
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {
                "cpus": os.cpu_count(),
                "architecture": platform.machine(),
                "system": platform.platform(),
            },
            "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of `values`, which needn't be sorted."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(percent / 100 * len(ordered) + 0.5) - 1))]
