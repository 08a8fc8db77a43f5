"""What the commands say when something is in the way, and that nothing is made or started then."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.errors import Misconfigured, Refused
from hotline.platform import init, people, plugins, ports, running, secrets
from hotline.platform.child import Child, Port
from hotline.settings import Settings, environment

pytestmark = pytest.mark.edge


def hotline(settings: Settings, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """`hotline …` as an operator types it."""
    return subprocess.run(
        [sys.executable, "-m", "hotline.cli", *arguments],
        env={**os.environ, **environment(settings)},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_secrets_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    made = secrets.ensure(tmp_path)
    assert (tmp_path / secrets.FILE).stat().st_mode & 0o777 == 0o600
    assert secrets.ensure(tmp_path) == made
    assert made.ami_actions not in repr(made)


def test_a_secret_that_nothing_knows_any_more_is_left_alone(tmp_path: Path) -> None:
    made = secrets.ensure(tmp_path)
    with (tmp_path / secrets.FILE).open("a", encoding="utf-8") as file:
        file.write('of_an_earlier_release = "x"\n')
    assert secrets.ensure(tmp_path) == made


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    secrets.ensure(tmp_path)
    (tmp_path / secrets.FILE).chmod(0o640)
    with pytest.raises(Misconfigured, match="mode 0640"):
        secrets.read(tmp_path)


def test_a_taken_port_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = Port("web.port", "127.0.0.1", other.getsockname()[1])
        web = Child(name="web", argv=("true",), ready=lambda: True, ports=(port,))
        with pytest.raises(Misconfigured, match=r"HOTLINE_WEB__PORT") as mistake:
            ports.check([web])
    assert str(port.number) in mistake.value.where


def test_up_with_a_taken_port_says_so_and_makes_nothing(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.web.port)):
        answer = hotline(settings, "up", "--demo")
    assert answer.returncode == 2
    assert f"port {settings.web.port}" in answer.stderr
    assert "web.port" in answer.stderr
    assert not (settings.paths.state / "postgresql").exists()
    assert not list(settings.paths.parts.iterdir())


def test_up_without_an_installation_says_what_to_do(settings: Settings) -> None:
    answer = hotline(settings, "up")
    assert answer.returncode == 2
    assert "hotline init" in answer.stderr
    assert not settings.paths.state.exists()


def test_a_demo_that_others_could_reach_is_refused(settings: Settings) -> None:
    opened = settings.model_copy(
        update={
            "site": settings.site.model_copy(update={"demo": True}),
            "web": settings.web.model_copy(update={"host": "0.0.0.0"}),
        }
    )
    with pytest.raises(Misconfigured, match="whose passwords everybody knows"):
        people.refuse_open_demo(opened)


def test_a_second_start_names_the_first(settings: Settings) -> None:
    (settings.paths.state).mkdir(parents=True)
    secrets.ensure(settings.paths.state)
    with running.claim(settings.paths.state):
        running.write(settings.paths.state, running.this_process("http://127.0.0.1:1/"))
        answer = hotline(settings, "up")
    assert answer.returncode == 1
    assert f"pid {os.getpid()}" in answer.stderr


def test_status_of_nothing_is_exit_code_1(settings: Settings) -> None:
    answer = hotline(settings, "status")
    assert (answer.returncode, answer.stderr.startswith("Nothing runs on")) == (1, True)


def test_a_reused_process_id_is_not_mistaken_for_the_run(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    running.write(tmp_path, running.Run(os.getpid(), started=1, address=""))
    assert running.find(tmp_path) is None


def test_children_start_after_those_that_they_wait_for() -> None:
    def child(name: str, *after: str) -> Child:
        return Child(name=name, argv=("true",), ready=lambda: True, after=after)

    ordered = plugins.in_order([child("web", "postgresql", "elsewhere"), child("postgresql")])
    assert [child.name for child in ordered] == ["postgresql", "web"]
    with pytest.raises(Misconfigured, match="a circle"):
        plugins.in_order([child("a", "b"), child("b", "a")])


def test_a_real_installation_has_one_administrator_and_is_made_once(settings: Settings) -> None:
    answer = hotline(settings, "init", "--login", "chief", "--password-stdin", given="a long enough one\n")
    assert answer.returncode == 0, answer.stderr
    again = hotline(settings, "init", "--login", "other", "--password-stdin", given="a long enough one\n")
    assert again.returncode == 1
    assert "already" in again.stderr


def test_a_short_password_is_refused_before_anything_is_made(settings: Settings) -> None:
    answer = hotline(settings, "init", "--login", "chief", "--password-stdin", given="short\n")
    assert answer.returncode == 1
    assert not settings.paths.state.exists()
    with pytest.raises(Refused):
        init.accounts.hash_password("short")


def test_the_doctor_says_what_it_found_for_programs_too(settings: Settings) -> None:
    answer = hotline(settings, "doctor", "--json")
    findings = {finding["about"]: finding for finding in json.loads(answer.stdout)}
    assert findings["PostgreSQL"]["verdict"] == "fine"
    assert findings["Redis"]["verdict"] == "fine"


def test_a_record_that_is_away_is_told_in_a_sentence(settings: Settings) -> None:
    away = settings.database.model_copy(update={"url": f"postgresql:///hotline?host={settings.paths.state}"})
    told = hotline(settings.model_copy(update={"database": away}), "import", "runs")
    assert told.returncode == 1
    assert told.stderr.splitlines()[-1].startswith("The record can't be reached.")
    assert "Traceback" not in told.stderr
