"""Making the switch's programs with an apt-get of the test's own: what goes wrong is said, nothing stays half-made."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.errors import Misconfigured, Unreachable
from hotline.settings import Settings
from telephony.switch import make
from telephony.switch.locate import locate, root_folder
from telephony.switch.programs import private

pytestmark = pytest.mark.edge

Say = Callable[[str], None]
MIRROR = "http://mirror.test/debian"


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """`host(name, script)` puts a program on a PATH on which nothing of the switch is."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")

    def put(name: str, script: str) -> None:
        file = programs / name
        file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        file.chmod(0o755)

    return put


@pytest.fixture
def wanted(settings: Settings) -> Settings:
    """Settings with a mirror that is none."""
    return settings.model_copy(update={"asterisk": settings.asterisk.model_copy(update={"mirror": MIRROR})})


def quietly(words: str) -> None:
    """Says nothing."""


@pytest.mark.parametrize(
    ("said", "kind", "named"),
    [
        ("E: Failed to fetch http://mirror.test/x  Could not connect", Unreachable, "asterisk.mirror"),
        ("E: Write error - write (28: No space left on device)", Misconfigured, "paths.parts"),
        ("E: Unable to locate package asterisk", Misconfigured, "asterisk.suite"),
    ],
)
def test_what_apt_complains_of_is_said_with_the_setting_that_mends_it(
    said: str, kind: type[Exception], named: str, host: Callable[[str, str], None], wanted: Settings
) -> None:
    host("apt-get", f"echo '{said}' >&2; exit 100")
    with pytest.raises(kind, match=named):
        make.fetch(wanted, quietly)
    assert not root_folder(wanted).exists()


def test_a_package_that_can_t_be_unpacked_leaves_no_switch(
    host: Callable[[str, str], None], wanted: Settings
) -> None:
    archives = root_folder(wanted).with_suffix(".downloads") / "cache" / "archives"
    host("apt-get", f"mkdir -p {archives}; echo broken > {archives}/asterisk_22_amd64.deb")
    with pytest.raises(Misconfigured, match=r"asterisk_22_amd64\.deb"):
        make.fetch(wanted, quietly)
    assert not root_folder(wanted).exists()
    assert not (archives / "asterisk_22_amd64.deb").exists()  # the next try fetches it again


def test_a_disk_without_room_is_told_before_anything_is_fetched(
    wanted: Settings, host: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    host("apt-get", "echo must not be called >&2; exit 100")
    monkeypatch.setattr(make, "NEEDED", 10**18)
    with pytest.raises(Misconfigured, match="MB free"):
        make.fetch(wanted, quietly)


def test_a_switch_that_is_not_there_is_missed_with_the_command_that_makes_it(
    wanted: Settings, host: Callable[[str, str], None]
) -> None:
    with pytest.raises(Misconfigured, match="hotline switch install"):
        locate(wanted)


def test_an_asterisk_of_another_version_on_path_is_passed_over(
    wanted: Settings, host: Callable[[str, str], None]
) -> None:
    for name in ("espeak-ng", "sox"):
        host(name, "exit 0")
    host("asterisk", "echo Asterisk 20.9.0")
    with pytest.raises(Misconfigured, match="no telephone switch"):
        locate(wanted)


def test_a_folder_without_a_loader_is_no_switch(tmp_path: Path) -> None:
    os.makedirs(tmp_path / "usr" / "sbin")
    assert private(tmp_path) is None
