"""Messages: the ways in which somebody is told something, and what becomes of a message on its way."""

from __future__ import annotations

from enum import StrEnum

from hotline.words import N_


class Channel(StrEnum):
    """How a message reaches somebody: on their own pages, by mail, by text message, or from machine to machine."""

    NOTICE = "notice"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"


CHANNEL_WORDS = {
    Channel.NOTICE: N_("On their pages"),
    Channel.MAIL: N_("Mail"),
    Channel.SMS: N_("Text message"),
    Channel.WEBHOOK: N_("Webhook"),
}
