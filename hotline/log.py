"""Log lines: one per event, on standard error, for a person at a terminal or as JSON for a collector.

Personal data never gets into a log in the clear. What stands under a marked key is masked, and so is every run of
seven digits or more in any text; ids of calls and channels (`a1-1763856000.12`) are not personal and stay legible.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

PERSONAL = frozenset(
    {
        "number",
        "numbers",
        "name",
        "caller",
        "citizen",
        "contact",
        "address",
        "enterprise",
        "phone",
        "callee",
        "place",
    }
)
# Behind a colon or a hyphen stand our own ids, except where an address begins.
_NUMBER = re.compile(r"(?:(?<=sip:)|(?<=tel:)|(?<![\d.:-]))\+?\d{5,16}(\d{2})(?!\d|\.\d)")


def set_up(process: str, as_json: bool | None = None) -> None:
    """Set this process's logging up. JSON unless a terminal reads along, or as told."""
    renderer = _renderer(not sys.stderr.isatty() if as_json is None else as_json)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    # Our own lines are written at once: by way of the standard library's records they would cost three times as much,
    # and a busy floor has some hundred a second.
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    structlog.contextvars.bind_contextvars(process=process)


def mask(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The event with its personal data masked: a structlog processor."""
    for key, value in event.items():
        if key in PERSONAL and value is not None:
            event[key] = masked(str(value))
        elif isinstance(value, str) and key != "timestamp":
            event[key] = mask_text(value)
    return event


def masked(value: str) -> str:
    """All but the last two characters hidden; a value of four or fewer is hidden altogether."""
    return "*" * len(value) if len(value) <= 4 else "*" * (len(value) - 2) + value[-2:]


def mask_text(text: str) -> str:
    """`text` with its telephone and identity numbers reduced to their last two digits."""
    return _NUMBER.sub(lambda found: "*" * (len(found[0]) - 2) + found[1], text)


def _renderer(as_json: bool) -> structlog.typing.Processor:
    if as_json:
        encode = json.JSONEncoder(ensure_ascii=False, default=repr).encode
        return structlog.processors.JSONRenderer(lambda event, **_: encode(event))
    return structlog.dev.ConsoleRenderer(colors=True)
