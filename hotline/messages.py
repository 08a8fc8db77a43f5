"""Messages: the ways in which somebody is told something."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a message reaches somebody."""

    SMS = "sms"
