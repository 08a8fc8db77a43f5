"""A look at the switch: everything that lining up needs, asked over the link."""

from __future__ import annotations

from datetime import UTC, datetime

from telephony.ami.link import Link
from telephony.lineup import Snapshot, read
from telephony.translate import moment


async def look(link: Link) -> Snapshot:
    """What the switch shows, by its own clock. Raises `Unreachable` and `Refused`."""
    (pong,) = await link.ask({"Action": "Ping"})
    at = moment(pong, datetime.now(UTC))
    channels = await link.ask({"Action": "CoreShowChannels"}, as_list=True)
    queues = await link.ask({"Action": "QueueStatus"}, as_list=True)
    return read(at, channels, queues)
