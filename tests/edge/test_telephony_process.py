"""The process beside a switch, told to stop while the record doesn't answer."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.platform import secrets
from hotline.settings import Settings, environment
from tests.edge.fake_ami import FakeAMI

pytestmark = pytest.mark.edge

IMPATIENT = "from telephony import process; process.GRACE, process.AT_MOST = 0.1, 0.5; process.command()"


def test_a_record_that_never_answers_does_not_keep_it(settings: Settings, tmp_path: Path) -> None:
    with FakeAMI().in_thread() as ami, socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://hotline@127.0.0.1:{mute.getsockname()[1]}/hotline"
        asterisk = settings.asterisk.model_copy(update={"ami_port": ami.port})
        database = settings.database.model_copy(update={"url": url})
        told = settings.model_copy(update={"asterisk": asterisk, "database": database})
        secrets.ensure(told.paths.state)
        process = subprocess.Popen(
            [sys.executable, "-c", IMPATIENT],
            env={**os.environ, **environment(told)},
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        mute.settimeout(10)
        try:
            connection, _ = mute.accept()  # the first look at the switch wants to be written
            with connection:
                process.terminate()
                _, log = process.communicate(timeout=10)
        finally:
            process.kill()
            process.wait()
    assert process.returncode == -signal.SIGALRM
    assert "the record doesn't answer" in log
