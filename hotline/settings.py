"""Every port, path and secret, with its default, as one value made at the entry point.

Values come from `hotline.toml` and from environment variables (`HOTLINE_WEB__PORT=8080`), the environment
first. Nothing else in the code reads the environment, and nothing reads it at import.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hotline.errors import Misconfigured

PREFIX = "HOTLINE_"


class Section(BaseModel):
    """A table of the settings file; an unknown name in it is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(Section):
    """Which city this is, and how it speaks to its people."""

    city: str = Field("foshan", description="name of a bundled city pack, or the path of a pack folder")
    language: Literal["zh_Hans", "en"] = Field(
        "zh_Hans", description="language of pages for people who chose none: zh_Hans or en"
    )
    demo: bool = Field(
        False, description="demo people with known passwords, and a citizen's telephone to try it"
    )


class Paths(Section):
    """Where things are kept. Parts can be thrown away and made again; state can't."""

    parts: Path = Field(Path(".hotline/parts"), description="downloaded and generated parts, reusable")
    state: Path = Field(Path(".hotline/state"), description="databases, recordings, logs and secrets")


class Database(Section):
    """The record."""

    url: str = Field(
        "", description="postgresql://… of your own PostgreSQL 15 or later; empty: one of our own"
    )
    pool: int = Field(12, ge=1, description="connections that one process keeps")


class Redis(Section):
    """The bell and the jobs."""

    url: str = Field("", description="redis://… of your own Redis 6.2 or later; empty: one of our own")


class Web(Section):
    """The pages and their sockets."""

    host: str = Field("127.0.0.1", description="address that the web process binds to")
    port: int = Field(12345, ge=1, le=65535, description="port of the pages")
    url: str = Field("", description="address that browsers use, when a proxy stands in front (https://…)")
    session_hours: int = Field(12, ge=1, description="a login ends after so many hours")

    @property
    def origin(self) -> str:
        """The scheme, host and port that browsers see."""
        return self.url.rstrip("/") or f"http://{self.host}:{self.port}"


class Asterisk(Section):
    """The telephone switch: our own child process, or one that runs already."""

    external: bool = Field(
        False, description="true: Asterisk runs elsewhere; it is neither made nor started here"
    )
    mirror: str = Field(
        "",
        description="Debian mirror that the private switch is made from; empty: the one that this host uses",
    )
    suite: str = Field("forky", description="Debian suite with Asterisk 22")
    node: str = Field("a1", description="name of this switch; the first part of every call's id")
    host: str = Field("127.0.0.1", description="address that the switch binds to and is reached at")
    ami_port: int = Field(5038, ge=1, le=65535, description="manager interface")
    http_port: int = Field(8088, ge=1, le=65535, description="websocket of the softphones")
    sip_port: int = Field(5060, ge=1, le=65535, description="trunk, UDP")
    rtp_first: int = Field(10000, ge=1024, le=65535, description="first port of the sound's range")
    rtp_last: int = Field(11999, ge=1024, le=65535, description="last port of the sound's range")
    agi_port: int = Field(4573, ge=1, le=65535, description="where the switch asks where a call belongs")
    agi_deadline: float = Field(
        2.0, gt=0, description="seconds after which a call goes its line's own way unasked"
    )
    first_seat: int = Field(8001, ge=10, le=99_999_999, description="extension of the first seat")
    seats: int = Field(
        100, ge=1, le=10_000, description="seats that the switch has room for, counted from it"
    )
    spool: int = Field(
        512,
        ge=16,
        description="megabytes in which what the switch says may wait for the record: ten hours of 200 busy seats",
    )
    queue_log: str = Field(
        "",
        description="the switch's queue_log: a file, or postgresql://… of its table; empty: our own switch's",
    )
    channel_log: str = Field(
        "",
        description="the switch's channel log (CEL): a file, or postgresql://… of its table cel; "
        "empty: our own switch's",
    )
    softphone_url: str = Field(
        "", description="ws:// or wss:// address that browsers use; empty: made from host and http_port"
    )

    @property
    def websocket(self) -> str:
        """The address that the softphones register at."""
        return self.softphone_url or f"ws://{self.host}:{self.http_port}/ws"


class Trunk(Section):
    """The carrier's side of the line. In a demo, a test caller plays the carrier."""

    host: str = Field("127.0.0.1", description="the carrier's SIP address; calls are accepted from it alone")
    port: int = Field(
        5090, ge=1, le=65535, description="the carrier's SIP port, where our own calls are sent"
    )
    own_number: str = Field("12345", description="number shown to citizens whom we call")


class Desk(Section):
    """The agents' seats."""

    wrap_up: float = Field(
        60,
        gt=0,
        description="seconds after a call until a seat is ready again by itself, if nobody said so before",
    )


class Messages(Section):
    """How messages leave the house. What isn't set waits in the outbox, where everybody concerned sees it."""

    mail_host: str = Field("", description="mail server (SMTP); empty: mails wait")
    mail_port: int = Field(587, ge=1, le=65535, description="its port")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection to it is kept secret: starttls, tls or none"
    )
    mail_login: str = Field("", description="login at the mail server, where it asks for one")
    mail_password: str = Field("", description="and the password")
    mail_sender: str = Field("12345@localhost", description="address that mails come from")
    sms_url: str = Field("", description="https://… of the city's text message provider; empty: they wait")
    secret: str = Field(
        "", description="signs webhooks and text messages (HMAC-SHA256); empty: neither is sent"
    )
    timeout: float = Field(10.0, gt=0, le=15, description="seconds that one sending may take")
    to_own_machine: bool = Field(
        False, description="whether the webhook of a unit's system may lead to this machine itself"
    )


class Settings(Section):
    """All settings. `load` makes one; tests may make their own."""

    site: Site = Field(default_factory=Site)
    paths: Paths = Field(default_factory=Paths)
    database: Database = Field(default_factory=Database)
    redis: Redis = Field(default_factory=Redis)
    web: Web = Field(default_factory=Web)
    asterisk: Asterisk = Field(default_factory=Asterisk)
    trunk: Trunk = Field(default_factory=Trunk)
    desk: Desk = Field(default_factory=Desk)
    messages: Messages = Field(default_factory=Messages)


def load(file: Path | None = None, environ: dict[str, str] | None = None) -> Settings:
    """The settings from `file` (default `hotline.toml`, or `$HOTLINE_CONFIG`; may be absent) and the environment.

    Raises `Misconfigured` naming the file or variable, the value found and what was expected.
    """
    env = dict(os.environ) if environ is None else environ
    named = file or (Path(env["HOTLINE_CONFIG"]) if "HOTLINE_CONFIG" in env else None)
    path = named or Path("hotline.toml")
    values = _read_file(path, required=named is not None)
    variables = _read_environment(env)
    for section, names in variables.items():
        table = values.setdefault(section, {})
        if isinstance(table, dict):  # anything else is refused below, by its name
            table.update(names)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise _explain(error, path, variables) from None
    return _with_absolute_paths(settings, path.parent)


def environment(settings: Settings) -> dict[str, str]:
    """The variables from which another process reads exactly these settings."""
    return {
        f"{PREFIX}{section}__{field}".upper(): str(value)
        for section, fields in settings.model_dump().items()
        for field, value in fields.items()
    }


def _read_file(path: Path, required: bool) -> dict[str, Any]:
    if not path.exists():
        if required:
            raise Misconfigured(str(path), "no such file", "a settings file in TOML")
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(str(path), str(error), "a settings file in TOML, UTF-8") from None


def _read_environment(env: dict[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, value in env.items():
        section, _, field = name.removeprefix(PREFIX).lower().partition("__")
        if name.startswith(PREFIX) and field:
            found.setdefault(section, {})[field] = value
    return found


def _explain(error: ValidationError, path: Path, variables: dict[str, dict[str, Any]]) -> Misconfigured:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    from_environment = len(where) > 1 and where[1] in variables.get(where[0], {})
    place = PREFIX + "__".join(where).upper() if from_environment else f"{path}: {'.'.join(where)}"
    return Misconfigured(place, repr(first["input"]), first["msg"])


def _with_absolute_paths(settings: Settings, base: Path) -> Settings:
    absolute = {name: (base / path).resolve() for name, path in settings.paths.model_dump().items()}
    return settings.model_copy(update={"paths": Paths(**absolute)})
