"""The bell says that the journal grew, and nothing else. It may be lost: readers also look by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import redis
import redis.asyncio
import structlog

CHANNEL = "hotline:bell"
APPENDED = "facts appended"  # in a session's info: this transaction has something to ring for
log = structlog.get_logger()


class Bell:
    """A bell on the Redis at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)

    def ring(self) -> None:
        """Tell every reader to look. An absent Redis costs them some seconds, not a fact."""
        try:
            self._redis.publish(CHANNEL, "")
        except redis.RedisError as error:
            log.warning("bell not rung", error=str(error))

    async def strokes(self) -> AsyncIterator[None]:
        """Yields once for each stroke heard. Raises `redis.RedisError` when Redis goes away."""
        async with redis.asyncio.Redis.from_url(self._url) as client, client.pubsub() as heard:
            await heard.subscribe(CHANNEL)
            async for message in heard.listen():
                if message["type"] == "message":
                    yield None

    def close(self) -> None:
        """Let go of the connections."""
        self._redis.close()
