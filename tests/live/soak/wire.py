"""A wire that can be broken: what reaches its `port` goes on to another one, until it is cut, held or half closed."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close without a word, as a cable does


class Strand:
    """One connection over the wire: its two ends, and whether anything passes between them."""

    def __init__(self, near: socket.socket, far: socket.socket) -> None:
        self.near, self.far = near, far
        self.is_whole = True
        self.passes = threading.Event()
        self.passes.set()
        for source, goal in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(source, goal), daemon=True).start()

    def cut(self) -> None:
        """Both ends are gone at once."""
        self.is_whole = False
        self.passes.set()
        for end in (self.near, self.far):
            with suppress(OSError), end:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                end.shutdown(socket.SHUT_RD)

    def hold(self) -> None:
        """Nothing passes any more, and neither end is told."""
        self.passes.clear()

    def half_close(self) -> None:
        """The near end hears that nothing more will come, and may go on talking."""
        with suppress(OSError):
            self.near.shutdown(socket.SHUT_WR)

    def _carry(self, source: socket.socket, goal: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.passes.wait()
                goal.sendall(data)
        self.cut()


class Wire:
    """From `port` of this machine to the port `target`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._strands: list[Strand] = []
        self._is_severed = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]

    @contextmanager
    def laid(self) -> Iterator[Wire]:
        """It carries inside the block."""
        accepting = threading.Thread(target=self._accept)
        accepting.start()
        try:
            yield self
        finally:
            self._socket.shutdown(socket.SHUT_RDWR)
            accepting.join()
            self._socket.close()
            for strand in self.strands:
                strand.cut()

    @property
    def strands(self) -> list[Strand]:
        """The connections that are there."""
        self._strands = [strand for strand in self._strands if strand.is_whole]
        return self._strands

    @contextmanager
    def severed(self) -> Iterator[None]:
        """Everything is cut, and nobody connects anew, until the end of the block."""
        self._is_severed = True
        for strand in self.strands:
            strand.cut()
        try:
            yield
        finally:
            self._is_severed = False

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                if self._is_severed:
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except OSError:  # as if nobody listened here either
                    near.close()
                    continue
                self._strands.append(Strand(near, far))
