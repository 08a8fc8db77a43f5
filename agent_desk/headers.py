"""The headers that every answer carries: nothing is loaded from elsewhere, framed elsewhere or run inline."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hotline.settings import Settings


class SecurityHeaders:
    """Adds them. `for_ever` is a path under which names change with their content, so that browsers may keep it."""

    for_ever = "/static/built/"

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._fixed = {
            "Content-Security-Policy": _policy(settings.asterisk.websocket),
            "Permissions-Policy": "microphone=(self)",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._fixed.items():
                    headers.setdefault(name, value)  # what somebody handed in is sealed more closely
                headers["Cache-Control"] = _keeping(scope["path"])
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _keeping(path: str) -> str:
    if path.startswith(SecurityHeaders.for_ever):
        return "public, max-age=31536000, immutable"
    return "no-cache" if path.startswith("/static/") else "no-store"


def _policy(softphone: str) -> str:
    """Only the softphone's own socket leaves for another port."""
    return (
        "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; media-src 'self' blob:; "
        f"connect-src 'self' {softphone}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
