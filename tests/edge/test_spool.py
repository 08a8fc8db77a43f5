"""The spool on a real disk: in order, once, across kills and torn ends, within its bounds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.errors import Misconfigured
from telephony import spool as spool_module
from telephony.spool import Entry, Full, Kind, Spool

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ROOM = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def spool(folder: Path) -> Iterator[Spool]:
    opened = Spool(folder, ROOM)
    yield opened
    opened.close()


def heard(*bodies: str) -> list[Entry]:
    return [Entry(Kind.MESSAGE, AT, body.encode()) for body in bodies]


def take_all(spool: Spool, most: int = 100) -> list[str]:
    """Everything that waits, as it comes."""
    taken = []
    while entries := spool.peek(most):
        taken += [entry.body.decode() for entry in entries]
        spool.done(entries)
    return taken


def test_what_was_put_in_comes_out_once_and_in_order(spool: Spool) -> None:
    spool.append(heard("a", "b"))
    spool.append(heard("c 佛山"))
    assert take_all(spool, most=2) == ["a", "b", "c 佛山"]
    assert spool.peek(1) == []
    assert spool.waiting == 0


def test_an_entry_keeps_its_kind_and_its_moment(spool: Spool) -> None:
    spool.append([Entry(Kind.LOST, AT, b"closed by Asterisk"), Entry(Kind.BEGUN, AT)])
    lost, begun = spool.peek(2)
    assert (lost.kind, lost.at, lost.body) == (Kind.LOST, AT, b"closed by Asterisk")
    assert (begun.kind, begun.body, begun.number) == (Kind.BEGUN, b"", lost.number + 1)


def test_the_same_comes_again_until_it_is_done(spool: Spool) -> None:
    spool.append(heard("a", "b", "c"))
    first = spool.peek(2)
    assert spool.peek(2) == first
    spool.done(first[:1])
    assert [entry.body for entry in spool.peek(2)] == [b"b", b"c"]


def test_what_waits_is_there_after_another_start(spool: Spool, folder: Path) -> None:
    spool.append(heard("a", "b", "c"))
    spool.done(spool.peek(1))
    spool.close()
    again = Spool(folder, ROOM)
    again.append(heard("d"))
    # Which of them are in the record already is known by the record alone: it has the number.
    assert take_all(again) == ["a", "b", "c", "d"]
    again.close()


def test_numbers_grow_and_are_never_used_twice(spool: Spool, folder: Path) -> None:
    spool.append(heard("a", "b"))
    numbers = [entry.number for entry in spool.peek(10)]
    spool.close()
    again = Spool(folder, ROOM)
    assert again.first > numbers[-1]
    again.append(heard("c"))
    take_all(again)
    again.close()
    for file in folder.glob("*.spool"):
        file.unlink()
    emptied = Spool(folder, ROOM)
    emptied.append(heard("d"))
    assert emptied.peek(1)[0].number > again.first
    emptied.close()


def test_numbers_grow_though_the_clock_goes_back(
    spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool.append(heard("a", "b"))
    last = spool.peek(10)[-1].number
    spool.close()
    monkeypatch.setattr(spool_module.time, "time_ns", lambda: 1)
    again = Spool(folder, ROOM)
    assert again.first > last
    again.close()


def test_what_is_done_gives_its_room_back(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT", 1000)
    for number in range(2000):
        spool.append(heard(f"{number:0990d}"))
        assert len(take_all(spool)) == 1
    assert spool.size < 4000


def test_a_full_spool_says_so_keeps_what_it_has_and_takes_more_when_there_is_room(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT", ROOM // 4)
    large = "x" * (ROOM // 10)
    for _ in range(8):
        assert spool.append(heard(large)) == 1
    assert spool.append(heard(large, large, large)) == 1
    with pytest.raises(Full):
        spool.append(heard(large))
    spool.done(spool.peek(4))
    spool.peek(1)
    spool.append(heard("the last"))
    assert take_all(spool)[-1] == "the last"


def test_a_full_disk_leaves_nothing_torn(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.append(heard("a"))
    real = os.pwrite

    def pwrite(handle: int, data: bytes, place: int) -> int:
        if len(data) < 1000:
            raise OSError(28, "No space left on device")
        return real(handle, data[:500], place)

    with monkeypatch.context() as patch:
        patch.setattr(spool_module.os, "pwrite", pwrite)
        with pytest.raises(Full, match="No space"):
            spool.append(heard("b" * 1200))
    spool.append(heard("c"))
    assert take_all(spool) == ["a", "c"]


@pytest.mark.parametrize("cut", [1, 10, 40])
def test_an_end_that_a_power_cut_tore_off_is_passed_over(spool: Spool, folder: Path, cut: int) -> None:
    spool.append(heard("a", "b" * 30))
    spool.close()
    (file,) = folder.glob("*.spool")
    os.truncate(file, file.stat().st_size - cut)
    again = Spool(folder, ROOM)
    again.append(heard("c"))
    assert take_all(again) == ["a", "c"]
    again.close()


def test_bytes_that_a_disk_spoilt_are_not_believed(spool: Spool, folder: Path) -> None:
    spool.append(heard("a", "b", "c"))
    spool.close()
    (file,) = folder.glob("*.spool")
    data = bytearray(file.read_bytes())
    data[data.rindex(b"b")] ^= 1
    file.write_bytes(bytes(data))
    again = Spool(folder, ROOM)
    assert take_all(again) == ["a"]
    again.close()


def test_a_look_larger_than_one_read_comes_whole(folder: Path) -> None:
    spool = Spool(folder, 10 * ROOM)
    body = "x" * (3 * spool_module.CHUNK)
    spool.append(heard("a", body, "b"))
    assert take_all(spool) == ["a", body, "b"]
    spool.close()


def test_one_process_has_it_and_no_other(spool: Spool, folder: Path) -> None:
    with pytest.raises(Misconfigured, match="in use"):
        Spool(folder, ROOM)


def test_what_a_killed_process_appended_is_there(folder: Path) -> None:
    script = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from telephony.spool import Entry, Kind, Spool

spool = Spool(Path(sys.argv[1]), 1_000_000)
for number in range(100):
    spool.append([Entry(Kind.MESSAGE, datetime.now(UTC), str(number).encode())])
print("appended", flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", script, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "appended\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    again = Spool(folder, ROOM)
    assert take_all(again) == [str(number) for number in range(100)]
    again.close()
