"""Makes the sounds that the switch plays, from the sentences that its configuration lists. Each is made again only
when its text or its recording changed, and appears under its name only when it is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.errors import Misconfigured
from hotline.settings import Settings
from telephony import speech
from telephony.switch import Programs, locate
from telephony.switch.start import folder

Say = Callable[[str], None]
STAMPS = "made-from.json"
FOLDER = "hotline"  # below each language's, as in Playback(hotline/recorded)


@dataclass(frozen=True)
class Sound:
    """One sound to make: `recording` is taken where there is one, else `text` is spoken."""

    file: Path
    language: str
    text: str
    recording: Path | None

    @property
    def stamp(self) -> str:
        """What it is made from, in short: the same stamp means the same sound."""
        made_from = self.recording.read_bytes() if self.recording else self.text.encode()
        return hashlib.sha256(made_from).hexdigest()


def install(settings: Settings, say: Say) -> None:
    """Make what is missing or out of date. A step of the set-up: done again, it does nothing."""
    if settings.asterisk.external:
        return
    speak_all(settings, _read(folder(settings) / "etc" / "sentences.json"), say)


def speak_all(settings: Settings, rows: Iterable[Mapping[str, Any]], say: Say) -> None:
    """Make those of the sentences `rows` whose sound is missing or out of date; what is current costs a look."""
    target = settings.paths.parts / "prompts"
    make(locate(settings), sounds(rows, target, settings.paths.state / "voices"), target, say)


def sounds(rows: Iterable[Mapping[str, Any]], target: Path, recordings: Path) -> list[Sound]:
    """What `rows` ask for, with a professional recording `<recordings>/<language>/<name>.wav` wherever one lies."""
    return [
        Sound(
            file=target / row["language"] / FOLDER / f"{row['name']}.wav",
            language=row["language"],
            text=row["text"],
            recording=_recording(recordings / row["language"], row["recordings"]),
        )
        for row in rows
    ]


def make(programs: Programs, wanted: Iterable[Sound], target: Path, say: Say) -> None:
    """Bring `target` up to date with `wanted`, and let there be music for those who wait."""
    target.mkdir(parents=True, exist_ok=True)
    _make_music(programs, target / "music" / "waiting.wav")
    stamps = _stamps(target)
    names = {sound: str(sound.file.relative_to(target)) for sound in wanted}
    missing = [s for s, name in names.items() if not s.file.exists() or stamps.get(name) != s.stamp]
    if not missing:
        return
    say(f"Speaking {len(missing)} prompts")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda sound: _make(programs, sound), missing))
    stamps.update({names[sound]: sound.stamp for sound in missing})
    _write(target / STAMPS, json.dumps(stamps, indent=0, sort_keys=True))


def _make(programs: Programs, sound: Sound) -> None:
    sound.file.parent.mkdir(parents=True, exist_ok=True)
    if sound.recording:
        speech.convert(programs, sound.recording, sound.file)
    else:
        speech.speak(programs, sound.text, sound.language, sound.file)


def _make_music(programs: Programs, file: Path) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        speech.music(programs, file)


def _recording(recordings: Path, names: Iterable[str]) -> Path | None:
    return next((file for name in names if (file := recordings / f"{name}.wav").is_file()), None)


def _stamps(target: Path) -> dict[str, str]:
    try:
        return dict(json.loads((target / STAMPS).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        raise Misconfigured(
            str(file), "no such file", "the rendered one (hotline up, or hotline dialplans apply)"
        ) from None


def _write(file: Path, text: str) -> None:
    new = file.with_name(f".{file.name}")
    new.write_text(text, "utf-8")
    new.rename(file)
