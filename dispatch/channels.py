"""The ways out of the house: a mail server, the city's text message provider, another machine. Each sends one message
or raises `Undelivered`, with a word that names nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from hotline.messages import Channel
from hotline.settings import Messages, Settings

TEMPORARY = frozenset({408, 425, 429})
"""A refusal by 400 and more is for good, apart from these, and from the other side's own troubles (500 and more)."""


class Undelivered(Exception):
    """It has not gone out. `error` is a word of `ERROR_WORDS`, with a status behind a colon; `for_good`: no use trying
    again.
    """

    def __init__(self, error: str, *, for_good: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.for_good = for_good


@dataclass(frozen=True)
class Letter:
    """A message with its addressee's own address. `secret`: a unit's own, that signs what goes to its system."""

    channel: Channel
    address: str
    subject: str
    body: str
    key: str
    link: str
    secret: str = ""


def configured(settings: Settings) -> frozenset[Channel]:
    """The channels by which something can be sent."""
    out = settings.messages
    ways = {
        Channel.MAIL: bool(out.mail_host),
        Channel.SMS: bool(out.sms_url and out.secret),
        Channel.WEBHOOK: bool(out.secret),
        Channel.SYSTEM: True,  # each has a secret of its own
    }
    return frozenset(channel for channel, is_set in ways.items() if is_set)


def send(settings: Settings, letter: Letter, at: datetime) -> None:
    """Sends it, once. Raises `Undelivered`."""
    if not letter.address:
        raise Undelivered("no_address", for_good=True)
    _WAYS[letter.channel](settings, letter, at)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What a receiver computes again over `TIMESTAMP.BODY` and compares: `sha256=…`."""
    signed = f"{timestamp}.".encode() + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def post_json(out: Messages, url: str, key: str, values: Mapping[str, Any], at: datetime) -> None:
    """Posts `values` to `url`, signed and under an idempotency key. Raises `Undelivered`."""
    if not url.startswith(("http://", "https://")):
        raise Undelivered("no_address", for_good=True)
    body, timestamp = json.dumps(values, ensure_ascii=False).encode(), int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "hotline",
        "Idempotency-Key": key,
        "X-Hotline-Timestamp": str(timestamp),
        "X-Hotline-Signature": signature(out.secret, timestamp, body),
    }
    try:
        with _opener.open(Request(url, body, headers), timeout=out.timeout) as answer:
            answer.read(1024)
    except HTTPError as error:
        error.close()
        is_theirs = error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code in TEMPORARY
        raise Undelivered(f"refused:{error.code}", for_good=not is_theirs) from None
    except (URLError, OSError, ValueError) as error:
        raise Undelivered("unreachable", for_good=isinstance(error, ValueError)) from None


class _NoRedirects(HTTPRedirectHandler):
    """Whoever answers with another address is not followed: that address isn't the one that was set."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = build_opener(_NoRedirects)


def _mail(settings: Settings, letter: Letter, at: datetime) -> None:
    out, mail = settings.messages, EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = out.mail_sender, letter.address, letter.subject
    mail["Date"] = format_datetime(at.astimezone(UTC))
    digest = hashlib.sha256(letter.key.encode()).hexdigest()[:32]  # the same again when it is sent again
    mail["Message-ID"] = f"<{digest}@{out.mail_sender.rpartition('@')[2]}>"
    link = f"\n\n{settings.web.origin}{letter.link}" if letter.link else ""
    mail.set_content(letter.body + link + "\n")
    try:
        with _server(out) as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise Undelivered(f"refused:{max(codes)}", for_good=min(codes) >= 500) from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(f"refused:{error.smtp_code}", for_good=error.smtp_code >= 500) from None
    except (smtplib.SMTPException, OSError):
        raise Undelivered("unreachable") from None


def _server(out: Messages) -> smtplib.SMTP:
    if out.mail_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            out.mail_host, out.mail_port, timeout=out.timeout, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(out.mail_host, out.mail_port, timeout=out.timeout)
    if out.mail_security == "starttls":
        server.starttls(context=ssl.create_default_context())
    if out.mail_login:
        server.login(out.mail_login, out.mail_password)
    return server


def _sms(settings: Settings, letter: Letter, at: datetime) -> None:
    text = f"{letter.subject}\n{letter.body}"
    values = {"key": letter.key, "to": letter.address, "text": text}
    post_json(settings.messages, settings.messages.sms_url, letter.key, values, at)


def _webhook(settings: Settings, letter: Letter, at: datetime) -> None:
    link = f"{settings.web.origin}{letter.link}" if letter.link else ""
    values = {"key": letter.key, "subject": letter.subject, "body": letter.body, "link": link}
    post_json(settings.messages, letter.address, letter.key, values, at)


def _system(settings: Settings, letter: Letter, at: datetime) -> None:
    """What a unit's own system is told: the message's body as it is, signed by the secret of that unit."""
    out = settings.messages
    _check_outside(out, letter.address)
    signed_by_unit = out.model_copy(update={"secret": letter.secret})
    post_json(signed_by_unit, letter.address, letter.key, {"key": letter.key, **json.loads(letter.body)}, at)


def _check_outside(out: Messages, url: str) -> None:
    """A unit names the address, so that it may not lead to this machine's own doors."""
    if out.to_own_machine:
        return
    try:
        parts = urlsplit(url)
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise Undelivered("unreachable") from None
    addresses = [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    if any(one.is_loopback or one.is_link_local or one.is_unspecified for one in addresses):
        raise Undelivered("no_address", for_good=True)


_WAYS: Mapping[Channel, Callable[[Settings, Letter, datetime], None]] = {
    Channel.MAIL: _mail,
    Channel.SMS: _sms,
    Channel.WEBHOOK: _webhook,
    Channel.SYSTEM: _system,
}
