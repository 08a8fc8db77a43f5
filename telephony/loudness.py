"""How loud a recording is: enough to tell speech from silence, without a sound library."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

SILENCE = -60.0  # dBFS; comfort noise and the rounding of G.711 stay below it, the softest speech above


def loudest(file: Path) -> float:
    """The level of the loudest tenth of a second in `file`, a 16-bit WAV, in dB below full scale.

    Negative infinity for a file without sound. Raises OSError or `wave.Error` for one that can't be read.
    """
    with wave.open(str(file)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
        step = max(sound.getframerate() // 10, 1) * sound.getnchannels()
    levels = (_level(samples[start : start + step]) for start in range(0, len(samples), step))
    return max(levels, default=-math.inf)


def _level(samples: array[int]) -> float:
    power = sum(sample * sample for sample in samples) / len(samples)
    return 10 * math.log10(power / 32768**2) if power else -math.inf
