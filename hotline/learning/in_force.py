"""The learnt model that a running process uses: the newest whole one of its file, taken up without a restart.

Only whoever looks reads a file; whoever asks for the model gets what is known, at once. So no request ever waits for
one. NumPy comes with the first model: a process without any doesn't carry it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from hotline.errors import Misconfigured

if TYPE_CHECKING:
    from hotline.learning.model import Guess, Model

    Suggest = Callable[[str, str], Sequence[Guess]]

log = structlog.get_logger()


def matters_file(state: Path) -> Path:
    """Where the model of the city's matters stands in the state's folder."""
    return state / "models" / "matters.npz"


REMEMBERED = 2048
"""Texts whose suggestions are kept: lists of what waits are drawn again and again."""

_Stamp = tuple[int, int, int]
"""Of a file its inode, its time and its size: one of them changes with every model that is put in its place."""


class ModelInForce:
    """The model in `file`; none where there is none, or none that can be read. Safe to share between threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._seen: _Stamp | None = None
        self._now: Model | None = None
        self._suggest: Suggest = _nothing
        self._broken = False

    @property
    def now(self) -> Model | None:
        """The model as of the last look."""
        return self._now

    @property
    def is_broken(self) -> bool:
        """Whether there is a file that can't be used."""
        return self._broken

    def suggest(self, title: str, content: str) -> Sequence[Guess]:
        """What the model suggests for a text, the best first; nothing without one."""
        return self._suggest(title, content)

    def look(self) -> Model | None:
        """Reads the file if it is another one than at the last look. What is wrong with it is logged once."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                self._now = self._read() if stamp else None
                self._suggest = lru_cache(REMEMBERED)(self._now.suggest) if self._now else _nothing
                self._broken = stamp is not None and self._now is None
            return self._now

    def _stamp(self) -> _Stamp | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _read(self) -> Model | None:
        from hotline.learning import model_file

        try:
            model = model_file.load(self._file)
        except (Misconfigured, OSError) as error:
            log.warning("model not used", file=str(self._file), error=str(error))
            return None
        log.info("model in force", learnt_on=model.account.learnt_on, labels=len(model.labels))
        return model


def _nothing(title: str, content: str) -> Sequence[Guess]:
    return ()
