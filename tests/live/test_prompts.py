"""Prompts spoken by the real voice: made once, made again when something changed, replaced by a recording."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from telephony import speech
from telephony.loudness import SILENCE, loudest
from telephony.prompts import make, sounds
from telephony.switch import Programs, locate
from tests.live.conftest import Switch

pytestmark = pytest.mark.live

ROW = {"language": "cmn", "name": "recorded", "text": "您好。", "recordings": ["recorded"]}


@pytest.fixture(scope="session")
def programs(switch: Switch) -> Programs:
    return locate(switch.settings)


def spoken(programs: Programs, folder: Path, row: dict[str, object]) -> list[str]:
    """What was said about making `row` in `folder`."""
    said: list[str] = []
    make(programs, sounds([row], folder / "prompts", folder / "voices"), folder / "prompts", said.append)
    return said


def test_every_language_has_a_voice(programs: Programs, tmp_path: Path) -> None:
    for language, text in (("cmn", "您好"), ("yue", "你好"), ("en", "Hello")):
        file = tmp_path / f"{language}.wav"
        speech.speak(programs, text, language, file)
        assert loudest(file) > SILENCE
        with wave.open(str(file)) as sound:
            assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)


def test_only_what_changed_is_made_again(programs: Programs, tmp_path: Path) -> None:
    assert spoken(programs, tmp_path, ROW) == ["Speaking 1 prompts"]
    assert spoken(programs, tmp_path, ROW) == []
    assert spoken(programs, tmp_path, ROW | {"text": "再见。"}) == ["Speaking 1 prompts"]


def test_a_professional_recording_wins(programs: Programs, tmp_path: Path) -> None:
    spoken(programs, tmp_path, ROW)
    prompt = tmp_path / "prompts" / "cmn" / "hotline" / "recorded.wav"
    before = prompt.read_bytes()
    (tmp_path / "voices" / "cmn").mkdir(parents=True)
    speech.music(programs, tmp_path / "voices" / "cmn" / "recorded.wav")
    assert spoken(programs, tmp_path, ROW) == ["Speaking 1 prompts"]
    assert prompt.read_bytes() != before
    assert spoken(programs, tmp_path, ROW) == []
