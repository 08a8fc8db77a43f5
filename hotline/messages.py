"""Messages: the ways in which somebody is told something."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a message reaches somebody: on their own pages, by mail, by text message, or from machine to machine."""

    NOTICE = "notice"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"
