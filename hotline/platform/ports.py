"""Which of the ports that we need are taken, asked before anything starts."""

from __future__ import annotations

import socket
from collections.abc import Iterable

from hotline.errors import Misconfigured
from hotline.platform.child import Child, Port
from hotline.settings import PREFIX


def taken(port: Port) -> bool:
    """Whether somebody else has `port`. An address that isn't this machine's counts as a mistake of the setting."""
    family = socket.AF_INET6 if ":" in port.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM if port.udp else socket.SOCK_STREAM) as probe:
        if not port.udp:  # as the servers do it: a connection that has just ended is no obstacle
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.host, port.number))
        except OSError:
            return True
    return False


def check(children: Iterable[Child]) -> None:
    """Raises `Misconfigured` naming the first port that is taken and the setting that moves it."""
    for port in (port for child in children for port in child.ports):
        if taken(port):
            variable = PREFIX + port.setting.replace(".", "__").upper()
            kind = "UDP" if port.udp else "TCP"
            raise Misconfigured(
                f"{kind} port {port.number} on {port.host}",
                "taken by another process, or not an address of this machine",
                f"a free one: end that process, or set {port.setting} ({variable})",
            )


def listens(host: str, number: int) -> bool:
    """Whether a TCP server accepts connections there."""
    try:
        with socket.create_connection((host, number), timeout=1):
            return True
    except OSError:
        return False
