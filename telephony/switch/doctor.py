"""What `hotline doctor` says of the switch: its version and settings, its sound ports, the name of the machine, and
how the link to its events stands.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from hotline.bell import Bell
from hotline.errors import Misconfigured, Refused, Unreachable
from hotline.platform import addresses, secrets
from hotline.platform.doctor import Finding, Verdict
from hotline.record import links
from hotline.settings import Settings
from hotline.store import open_store
from hotline.store.tables import Link
from telephony.ami.conversation import Conversation, conversation
from telephony.ami.link import Address
from telephony.switch.foreign import BAD_FOR_LISTENING_IN, Foreign, examine, read
from telephony.switch.foreign import version as foreign_version
from telephony.switch.locate import locate, version

PORTS_PER_SEAT = (
    8  # two for each leg: the citizen's, the seat's, and as many for a call that waits or is consulted
)


def findings(settings: Settings) -> Iterator[Finding]:
    """Everything about the switch; one that runs elsewhere is asked itself."""
    if settings.asterisk.external:
        yield from foreign(settings)
    else:
        yield _version(settings)
        yield _sound_ports(settings)
        yield _name()
    yield from _link(settings)


def foreign(settings: Settings) -> Iterator[Finding]:
    """What a switch that somebody else runs says of itself."""
    asterisk, state = settings.asterisk, settings.paths.state
    if not secrets.exist(state):
        return
    own = secrets.read(state)
    try:
        with conversation(Address(asterisk.host, asterisk.ami_port, "link", own.ami_telephony)):
            pass
        with conversation(Address(asterisk.host, asterisk.ami_port, "actions", own.ami_actions)) as talk:
            said = str(talk.ask("CoreSettings").keys.get("AsteriskVersion", ""))
            files = {name: _file(talk, name) for name in ("manager.conf", "http.conf")}
    except (Unreachable, Refused) as error:
        advice = "accounts `link` and `actions` with the secrets of state/secrets.toml: see docs/telephony.md"
        yield Finding("Switch", Verdict.WRONG, str(error), advice)
        return
    if hidden := [f"{name}: {content}" for name, content in files.items() if isinstance(content, str)]:
        yield foreign_version(said)
        advice = (
            "compare these files with docs/telephony.md by hand; Asterisk shows none that is a link elsewhere"
        )
        yield Finding("Switch's settings", Verdict.WARNING, "; ".join(hidden), advice)
        return
    yield from examine(Foreign(said, files["manager.conf"], files["http.conf"]), asterisk.seats)


def _file(talk: Conversation, name: str) -> Any:
    """A configuration file's sections, or why Asterisk doesn't show it."""
    try:
        return read(talk.ask("GetConfig", Filename=name).keys)
    except Refused as refused:
        return str(refused.facts["message"])


def _link(settings: Settings) -> Iterator[Finding]:
    """How the link stands in the record; nothing where nobody can say."""
    try:
        store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), 1)
        try:
            with store.transaction() as session:
                row = links.standing(session, settings.asterisk.node)
        finally:
            store.close()
    except SQLAlchemyError:
        return
    if row is not None:
        yield link_finding(row)


def link_finding(row: Link) -> Finding:
    """How the link stands, in words, with its counts."""
    counts = (
        f"{row.gaps} gaps, {row.gap_seconds:.0f} s; {row.corrections} corrections after them, {row.drift} in between; "
        f"{row.orphans} calls lost sight of; {row.failed} events not written, {row.skipped} not understood"
    )
    if row.is_refused:
        advice = (
            "mend the account `link` in manager.conf, or the secret; it is tried again within ten minutes"
        )
        return Finding("Event link", Verdict.WRONG, f"refused: {row.why}; {counts}", advice)
    if not row.is_up:
        since = f"{row.lost_at:%Y-%m-%d %H:%M:%S} UTC" if row.lost_at else "ever"
        return Finding(
            "Event link",
            Verdict.WARNING,
            f"down since {since}: {row.why}; {counts}",
            "it comes back by itself",
        )
    return Finding("Event link", Verdict.FINE, f"up; {counts}")


def _version(settings: Settings) -> Finding:
    try:
        found = version(locate(settings).asterisk)
    except Misconfigured as missing:
        return Finding(
            "Switch", Verdict.WARNING, missing.found, "`hotline up` makes it, or `hotline switch install`"
        )
    words = ".".join(map(str, found))
    if words == BAD_FOR_LISTENING_IN:
        return Finding(
            "Switch", Verdict.WARNING, words, "use another 22: in this one, listening in breaks calls"
        )
    return Finding("Switch", Verdict.FINE, f"Asterisk {words}")


def _sound_ports(settings: Settings) -> Finding:
    switch = settings.asterisk
    ports, needed = switch.rtp_last - switch.rtp_first + 1, PORTS_PER_SEAT * switch.seats
    if ports < needed:
        advice = f"at least {needed} for {switch.seats} seats: set asterisk.rtp_first and rtp_last, or asterisk.seats"
        return Finding("Sound ports", Verdict.WARNING, str(ports), advice)
    return Finding("Sound ports", Verdict.FINE, f"{ports} for {switch.seats} seats")


def _name() -> Finding:
    name = socket.gethostname()
    try:
        return Finding("Own name", Verdict.FINE, f"{name} is {socket.gethostbyname(name)}")
    except OSError:
        advice = "put it into /etc/hosts: the switch looks it up for each call and waits for the answer"
        return Finding("Own name", Verdict.WARNING, f"{name} has no address", advice)
