"""The words that only our own processes know, made once at set-up and kept in `state/secrets.toml`.

The file is readable by its owner alone; a file that others can read is refused, not repaired in silence.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from hotline.errors import Misconfigured

FILE = "secrets.toml"


@dataclass(frozen=True, repr=False)
class Secrets:
    """One value for the whole installation. Each manager account of the switch has its own secret."""

    ami_telephony: str  # the event link
    ami_actions: str  # one-shot orders from web and jobs


def fresh() -> Secrets:
    """New secrets, 256 bits each."""
    return Secrets(**{field.name: secrets.token_urlsafe(32) for field in fields(Secrets)})


def exist(state: Path) -> bool:
    """Whether `state` holds an installation: its secrets are the mark of one."""
    return (state / FILE).exists()


def ensure(state: Path) -> Secrets:
    """The secrets of `state`, made now if there are none."""
    if not exist(state):
        _write(state / FILE, fresh())
    return read(state)


def read(state: Path) -> Secrets:
    """The secrets of `state`. Raises `Misconfigured` when the file is missing, open to others or incomplete."""
    file = state / FILE
    try:
        mode = file.stat().st_mode & 0o777
        values = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise Misconfigured(
            str(file), "no such file", "a set-up (hotline up --demo, or hotline init)"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(str(file), str(error), "TOML") from None
    if mode & 0o077:
        raise Misconfigured(str(file), f"mode {mode:04o}", "mode 0600: nobody but its owner may read it")
    return _complete(file, values)


def _complete(file: Path, values: dict[str, object]) -> Secrets:
    names = [field.name for field in fields(Secrets)]
    missing = [name for name in names if not isinstance(values.get(name), str)]
    if missing:
        raise Misconfigured(str(file), f"no {missing[0]}", f"texts named {', '.join(names)}")
    return Secrets(**{name: str(values[name]) for name in names})


def _write(file: Path, made: Secrets) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f'{name} = "{value}"\n' for name, value in asdict(made).items())
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(file)
