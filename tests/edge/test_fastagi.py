"""Our FastAGI server against every kind of other side: each costs one connection and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from telephony.agi import Conversation, Reply, Request, set_variable
from telephony.fastagi import LONGEST_LINE, Limits, serving

pytestmark = pytest.mark.edge

HEADER = b"agi_network_script: route\nagi_arg_1: a1-1.2\n\n"
OK = b"200 result=1\n"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def heard() -> list[Reply | str]:
    """What the script was sent, and `closed` when its conversation was over before its end."""
    return []


def against(talk: Talk, heard: list[Reply | str], limits: Limits | None = None) -> list[dict[str, object]]:
    """Let `talk` play Asterisk against a server with three scripts; what was logged."""

    def talked(request: Request) -> Conversation:
        try:
            for name in ("A", "B"):
                heard.append((yield set_variable(name, request.arguments[0])))
        except GeneratorExit:
            heard.append("closed")
            raise

    def fell_silent(request: Request) -> Conversation:
        yield set_variable("A", "1")
        raise RuntimeError("a mistake of ours")

    async def script(request: Request) -> Conversation:
        return talked(request)

    async def broken(request: Request) -> Conversation:
        return fell_silent(request)

    async def forgetful(request: Request) -> Conversation:
        await asyncio.Event().wait()
        return talked(request)

    async def play() -> None:
        scripts = {"route": script, "broken": broken, "forgetful": forgetful}
        async with serving("127.0.0.1", 0, scripts, limits) as server:
            address = server.sockets[0].getsockname()
            reader, writer = await asyncio.open_connection(*address)
            try:
                async with asyncio.timeout(5):
                    await talk(reader, writer)
                    assert await reader.read() == b""  # the server ends the connection, whatever happened
            finally:
                writer.close()
            await _is_still_there(address)

    with capture_logs() as logs:
        asyncio.run(play())
    return [dict(entry) for entry in logs]


async def _is_still_there(address: tuple[str, int]) -> None:
    reader, writer = await asyncio.open_connection(*address)
    writer.write(HEADER)
    assert await reader.readline() == b'SET VARIABLE "A" "a1-1.2"\n'
    writer.close()


def test_a_conversation_from_its_first_word_to_its_last(heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER)
        for name in ("A", "B"):
            assert await reader.readline() == f'SET VARIABLE "{name}" "a1-1.2"\n'.encode()
            writer.write(OK)

    against(talk, heard)
    assert heard[:2] == [Reply(200, "1", "")] * 2


def test_a_header_that_comes_byte_by_byte(heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in HEADER:
            writer.write(bytes([byte]))
            await writer.drain()
        assert (await reader.readline()).startswith(b"SET VARIABLE")
        writer.write_eof()

    against(talk, heard)


def test_a_reply_of_several_lines_is_one_reply(heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER)
        await reader.readline()
        writer.write(
            b"520-Invalid command syntax.  Proper usage follows:\nUsage: SET\n520 End of proper usage.\n"
        )
        assert (await reader.readline()).startswith(b'SET VARIABLE "B"')
        writer.write(OK)

    against(talk, heard)
    assert [reply.code for reply in heard[:2] if isinstance(reply, Reply)] == [520, 200]


def test_a_hang_up_in_between_is_not_taken_for_a_reply(heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER)
        await reader.readline()
        writer.write(b"HANGUP\n" + b"511 Command Not Permitted on a dead channel\n")
        await reader.readline()
        writer.write(OK)

    against(talk, heard)
    assert [reply.code for reply in heard[:2] if isinstance(reply, Reply)] == [511, 200]


@pytest.mark.parametrize("said", [b"", b"agi_network_script: route\n"])
def test_whoever_goes_away_leaves_no_trace(said: bytes, heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.write_eof()

    assert against(talk, heard) == []


def test_a_caller_who_hangs_up_ends_the_script_cleanly(heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER)
        await reader.readline()
        writer.write_eof()

    assert against(talk, heard) == []
    assert heard[0] == "closed"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "names no field"),
        (b"agi_network_script: nobody\n\n", "no script"),
        (b"agi_x: " + b"x" * 2 * LONGEST_LINE, "more than 4096 bytes"),
        (b"agi_x: 1\n" * 200, "more than 100 lines"),
        (b"\xff\xfe\x00\n\n", "names no field"),
        (HEADER + b"what?\n", "without a code"),
        (HEADER + b"520-no\n" * 200, "more than 100 lines"),
    ],
)
def test_nonsense_is_broken_off_with_a_word_about_it(
    said: bytes, reason: str, heard: list[Reply | str]
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await _read_away(reader)

    (entry,) = against(talk, heard)
    assert entry["log_level"] == "warning"
    assert reason in str(entry["reason"])


@pytest.mark.parametrize(
    "said", [b"", b"agi_network_script: ro", HEADER, HEADER.replace(b"route", b"forgetful")]
)
def test_silence_ends_with_its_deadline(said: bytes, heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await _read_away(reader)

    (entry,) = against(talk, heard, Limits(header=0.1, script=0.1, reply=0.1))
    assert entry["reason"] == "silence"


def test_a_mistake_of_ours_ends_that_conversation_alone(heard: list[Reply | str]) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER.replace(b"route", b"broken"))
        await reader.readline()
        writer.write(OK)

    (entry,) = against(talk, heard)
    assert entry["event"] == "agi script failed"


async def _read_away(reader: asyncio.StreamReader) -> None:
    while await reader.read(1000):
        pass


def test_a_peer_that_goes_away_before_its_reply_is_whole(heard: list[Reply | str]) -> None:
    """panoramisk's server takes what was left of the command's reply for a number, and raises."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER)
        await reader.readline()
        writer.write(b"200 res")
        writer.write_eof()

    assert against(talk, heard) == []
    assert heard[0] == "closed"


@pytest.mark.parametrize("argument", ["x\nHANGUP", "x\rHANGUP", 'a"b\n'])
def test_a_newline_in_an_argument_begins_no_command_of_its_own(argument: str) -> None:
    with pytest.raises(ValueError, match="a word that AGI"):
        set_variable("A", argument)


def test_a_thousand_connections_that_close_at_once_cost_nothing(heard: list[Reply | str]) -> None:
    """Each of them freezes panoramisk's event loop for good: a health check or a port scan is enough."""

    async def storm() -> None:
        async with serving("127.0.0.1", 0, {}) as server:
            address = server.sockets[0].getsockname()
            async with asyncio.timeout(20):
                for _ in range(1000):
                    _, writer = await asyncio.open_connection(*address)
                    writer.close()
                    await writer.wait_closed()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(HEADER)
        for _ in range(2):
            await reader.readline()
            writer.write(OK)

    with capture_logs() as logs:
        asyncio.run(storm())
    assert logs == []
    against(talk, heard)
    assert len(heard) >= 2
