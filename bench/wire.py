"""A raw manager socket: reads what Asterisk says with nothing in between, and notes when each offer arrived."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from hotline.platform import secrets
from hotline.settings import Settings
from telephony.ami.parser import Message, Parser
from telephony.ami.protocol import encode
from telephony.translate import NAME, extension_of


@dataclass(frozen=True)
class Offer:
    """A seat that rings for a call, as `AgentCalled` says."""

    call: str
    extension: str


class Wire:
    """`offers` are the moments of their arrival, in seconds of the wall clock; of the same offer the first."""

    def __init__(self, connection: socket.socket) -> None:
        self.offers: dict[Offer, float] = {}
        self._connection = connection
        self._parser = Parser()

    def read(self) -> None:
        """Until the connection ends."""
        with suppress(OSError):
            while data := self._connection.recv(65536):
                at = time.time()
                for message in self._parser.feed(data):
                    if message.one("Event") == "AgentCalled":
                        self.offers.setdefault(_offer(message), at)


@contextmanager
def listening(settings: Settings) -> Iterator[Wire]:
    """A wire of its own beside the platform's, read by a thread for as long as the block lasts."""
    asterisk = settings.asterisk
    secret = secrets.read(settings.paths.state).ami_telephony
    with socket.create_connection((asterisk.host, asterisk.ami_port)) as connection:
        connection.sendall(encode({"Action": "Login", "Username": "link", "Secret": secret}))
        wire = Wire(connection)
        reader = threading.Thread(target=wire.read)
        reader.start()
        try:
            yield wire
        finally:
            connection.shutdown(socket.SHUT_RDWR)
            reader.join()


def _offer(message: Message) -> Offer:
    return Offer(message.variables()[NAME], extension_of(message.one("Interface")))
