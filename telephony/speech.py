"""Turns text into sound that Asterisk plays: espeak-ng speaks, sox brings it to the telephone's form. Both are
run as programs; nothing is kept here.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from hotline.errors import Misconfigured
from telephony.switch import Programs

TELEPHONE = ("-r", "8000", "-c", "1", "-b", "16", "-e", "signed-integer")  # G.711's rate, kept uncompressed
WORDS_PER_MINUTE = {
    "cmn": "240",
    "yue": "240",
    "en": "170",
}  # espeak-ng counts a syllable as a word in Chinese
DEADLINE = 60  # seconds that one sentence may take


def speak(programs: Programs, text: str, language: str, file: Path) -> None:
    """Say `text` with the voice of `language` (cmn, yue, en) into `file`, a WAV. Raises `Misconfigured`."""
    pace = WORDS_PER_MINUTE.get(language, "170")
    spoken = _run([*programs.espeak, "-v", language, "-s", pace, "--stdin", "--stdout"], text.encode())
    _convert(programs, ["--ignore-length", "-t", "wav", "-"], file, spoken)


def convert(programs: Programs, recording: Path, file: Path) -> None:
    """Bring a recording of any rate and width to the form that `speak` writes. Raises `Misconfigured`."""
    _convert(programs, [str(recording)], file, b"")


def music(programs: Programs, file: Path) -> None:
    """A quiet, slow sequence of soft chords, so that whoever waits hears that the line is alive."""
    chords = ("C4 E4 G4", "A3 C4 E4", "F3 A3 C4", "G3 B3 D4")
    parts = []
    for number, chord in enumerate(chords):
        part = file.with_name(f".{number}-{file.name}")
        notes = [word for note in chord.split() for word in ("sine", note)]
        envelope = ("fade", "h", "0.8", "4", "1.6", "gain", "-24", "pad", "0", "1")
        _run([*programs.sox, "-n", *TELEPHONE, str(part), "synth", "4", *notes, "remix", "-", *envelope], b"")
        parts.append(part)
    new = file.with_name(f".{file.name}")
    _run([*programs.sox, *map(str, parts), *TELEPHONE, "-t", "wav", str(new)], b"")
    new.rename(file)
    for part in parts:
        part.unlink()


def _convert(programs: Programs, source: list[str], file: Path, sound: bytes) -> None:
    new = file.with_name(f".{file.name}")
    effects = ("norm", "-4", "pad", "0.1", "0.3")
    _run([*programs.sox, "-V1", *source, *TELEPHONE, "-t", "wav", str(new), *effects], sound)
    new.rename(file)


def _run(command: list[str], fed: bytes) -> bytes:
    done = subprocess.run(command, input=fed, capture_output=True, check=False, timeout=DEADLINE)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise Misconfigured(Path(command[0]).name, said or f"exit code {done.returncode}", "sound")
    return done.stdout
