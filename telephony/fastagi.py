"""The server that Asterisk asks over the network (FastAGI): it carries the words between a channel and a script.

Whatever the other side does (says nothing, says nonsense, goes away), one connection ends and nothing else happens.
Each wait has a deadline, each line and each header a size.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from telephony.agi import HANGUP, BadTalk, Conversation, Reply, Request, continues, read_reply, read_request
from telephony.scripts import Script

log = structlog.get_logger()

LONGEST_LINE = 4096  # bytes
MOST_LINES = 100  # of a header, or of one reply


@dataclass(frozen=True)
class Limits:
    """Seconds: for the whole header, for what a script must learn, and for each command's reply."""

    header: float = 2.0
    script: float = 2.0
    reply: float = 5.0


class Gone(Exception):
    """The other side closed the connection: the caller hung up, or Asterisk stopped waiting."""


@dataclass(frozen=True)
class Line:
    """One connection to a channel."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def read(self) -> str:
        """The next line without its end. Raises `Gone` at the end, `BadTalk` for a line that is too long."""
        try:
            line = await self.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            raise Gone from None
        except asyncio.LimitOverrunError:
            raise BadTalk(f"a line of more than {LONGEST_LINE} bytes") from None
        return line.decode("utf-8", "replace").rstrip("\r\n")

    async def read_header(self) -> Request:
        """The request that opens every conversation."""
        lines: list[str] = []
        while line := await self.read():
            lines.append(line)
            if len(lines) > MOST_LINES:
                raise BadTalk(f"a header of more than {MOST_LINES} lines")
        return read_request(lines)

    async def read_reply(self) -> Reply:
        """The reply to the last command. A hang-up is said in between; the reply still follows it."""
        while (first := await self.read()) == HANGUP:
            continue
        lines = [first]
        while continues(first) and not lines[-1].startswith(f"{first[:3]} "):
            lines.append(await self.read())
            if len(lines) > MOST_LINES:
                raise BadTalk(f"a reply of more than {MOST_LINES} lines")
        return read_reply(lines)

    async def ask(self, command: str) -> Reply:
        """Send one command and read its reply."""
        self.writer.write(command.encode() + b"\n")
        await self.writer.drain()
        return await self.read_reply()


@asynccontextmanager
async def serving(
    host: str, port: int, scripts: Mapping[str, Script], limits: Limits | None = None
) -> AsyncIterator[asyncio.Server]:
    """A server on `host`:`port` for as long as the context lasts; then every open conversation is ended."""
    bounds, open_lines = limits or Limits(), set[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_lines.add(task)
        try:
            await _converse(Line(reader, writer), scripts, bounds)
        finally:
            open_lines.discard(task)
            await _close(writer)

    server = await asyncio.start_server(answer, host, port, limit=LONGEST_LINE)
    try:
        yield server
    finally:
        server.close()
        for task in open_lines:
            task.cancel()
        await asyncio.gather(*open_lines, return_exceptions=True)


async def _converse(line: Line, scripts: Mapping[str, Script], limits: Limits) -> None:
    try:
        async with asyncio.timeout(limits.header):
            request = await line.read_header()
        script = scripts.get(request.script)
        if script is None:
            raise BadTalk(f"no script is called {request.script[:40]!r}")
        async with asyncio.timeout(limits.script):
            conversation = await script(request)
        await _carry(line, conversation, limits.reply)
    except (Gone, ConnectionError):
        return
    except (BadTalk, TimeoutError) as error:
        log.warning("agi conversation broken off", reason=str(error) or "silence")
    except Exception:
        log.exception("agi script failed")


async def _carry(line: Line, conversation: Conversation, deadline: float) -> None:
    try:
        command = next(conversation)
        while True:
            async with asyncio.timeout(deadline):
                reply = await line.ask(command)
            command = conversation.send(reply)
    except StopIteration:
        return
    finally:
        conversation.close()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError, asyncio.CancelledError):
        await writer.wait_closed()
