"""A softphone's signalling in a few lines: registers over the switch's websocket and sees the calls that come.

It has no sound of its own; browsers in the story tests have.
"""

from __future__ import annotations

import re
import uuid
from contextlib import ExitStack
from hashlib import md5

from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

DOMAIN = "hotline.test"
SOUND = """\
v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
a=group:BUNDLE {mid}
m=audio 9 UDP/TLS/RTP/SAVPF 8
a=mid:{mid}
a=rtpmap:8 PCMA/8000
a=rtcp-mux
a=setup:active
a=fingerprint:sha-256 {fingerprint}
a=ice-ufrag:seat
a=ice-pwd:0123456789abcdef01234567
a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host
a=sendrecv
"""


class Softphone:
    """The seat `extension` at the websocket `address`."""

    def __init__(self, address: str, extension: str) -> None:
        self._address = address
        self._stack = ExitStack()
        self._extension = extension
        self._call_id = uuid.uuid4().hex
        self.tag = self._call_id[:8]
        self._sequence = 0
        self._contact = f"sip:{extension}@{DOMAIN};transport=ws"

    def __enter__(self) -> Softphone:
        self._socket: ClientConnection = self._stack.enter_context(
            connect(self._address, subprotocols=[Subprotocol("sip")])
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def register(self, password: str, seconds: int = 60) -> int:
        """The status code that ends the registration: 200, or the refusal of these words."""
        challenge = self._ask(self._register(seconds))
        if status_of(challenge) != 401:
            return status_of(challenge)
        return status_of(self._ask(self._register(seconds, self._answer(challenge, password))))

    def next_call(self, seconds: float = 10) -> dict[str, str]:
        """The headers of the next call that comes in, which is told to be busy."""
        while not (message := self.receive(seconds)).startswith("INVITE "):
            self.hear(message)
        self.reply(message, "486 Busy Here")
        return headers_of(message)

    def hear(self, request: str) -> None:
        """What is said to a request that comes."""
        self.reply(request, "200 OK")

    def receive(self, seconds: float) -> str:
        """The next message. Raises `TimeoutError`. Empty lines only keep the connection alive."""
        while not (message := self._socket.recv(timeout=seconds)).strip():
            pass
        return message if isinstance(message, str) else message.decode()

    def reply(self, request: str, status: str, body: str = "") -> None:
        """Answer `request`; `body` is a description of the sound."""
        kept = ("via", "from", "call-id", "cseq")
        headers = headers_of(request)
        to = headers["to"] if "tag=" in headers["to"] else f"{headers['to']};tag={self.tag}"
        lines = [f"{name}: {headers[name]}" for name in kept]
        lines += [f"to: {to}", f"contact: <{self._contact}>", f"content-length: {len(body)}"]
        lines += ["content-type: application/sdp"] if body else []
        self._socket.send("\r\n".join([f"SIP/2.0 {status}", *lines]) + f"\r\n\r\n{body}")

    def accept(self, invite: str) -> None:
        """Pick up, with a sound that never comes."""
        mid = re.search(r"^a=mid:(\S+)", invite, re.MULTILINE)
        text = SOUND.format(mid=mid[1] if mid else "audio-0", fingerprint=":".join(["AB"] * 32))
        self.reply(invite, "200 OK", text.replace("\n", "\r\n"))

    def tell(self, invite: str, method: str, *more: str) -> None:
        """Say something, with `more` headers, in the call that `invite` began: BYE, or REFER."""
        headers = headers_of(invite)
        contact = re.search(r"<([^>]+)>", headers["contact"])
        assert contact is not None
        self._sequence += 1
        lines = [
            f"{method} {contact[1]} SIP/2.0",
            f"Via: SIP/2.0/WS {DOMAIN};branch=z9hG4bK{uuid.uuid4().hex}",
            f"From: {headers['to']};tag={self.tag}",
            f"To: {headers['from']}",
            f"Call-ID: {headers['call-id']}",
            f"CSeq: {self._sequence} {method}",
            f"Contact: <{self._contact}>",
            "Max-Forwards: 70",
            *more,
            "Content-Length: 0",
        ]
        self._socket.send("\r\n".join(lines) + "\r\n\r\n")

    def _register(self, seconds: int, authorization: str = "") -> str:
        self._sequence += 1
        me = f"sip:{self._extension}@{DOMAIN}"
        lines = [
            f"REGISTER sip:{DOMAIN} SIP/2.0",
            f"Via: SIP/2.0/WS {DOMAIN};branch=z9hG4bK{uuid.uuid4().hex}",
            f"From: <{me}>;tag={self.tag}",
            f"To: <{me}>",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._sequence} REGISTER",
            f"Contact: <{self._contact}>;expires={seconds}",
            "Max-Forwards: 70",
            *([f"Authorization: {authorization}"] if authorization else []),
            "Content-Length: 0",
        ]
        return "\r\n".join(lines) + "\r\n\r\n"

    def _answer(self, challenge: str, password: str) -> str:
        asked = dict(re.findall(r'(\w+)="([^"]*)"', headers_of(challenge)["www-authenticate"]))
        uri, count, ours = f"sip:{DOMAIN}", "00000001", uuid.uuid4().hex
        who = _digest(f"{self._extension}:{asked['realm']}:{password}")
        response = _digest(f"{who}:{asked['nonce']}:{count}:{ours}:auth:{_digest(f'REGISTER:{uri}')}")
        return (
            f'Digest username="{self._extension}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc={count}, cnonce="{ours}", '
            f'opaque="{asked.get("opaque", "")}"'
        )

    def _ask(self, request: str) -> str:
        self._socket.send(request)
        while True:
            message = self.receive(5)
            if not is_response(message):
                self.hear(message)
            elif headers_of(message)["cseq"].endswith("REGISTER"):
                return message


def _digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def is_response(message: str) -> bool:
    """Whether it answers a request of ours, and isn't one itself."""
    return message.startswith("SIP/2.0 ")


def status_of(message: str) -> int:
    """The status code of a response."""
    return int(message.split(" ", 2)[1])


def headers_of(message: str) -> dict[str, str]:
    """By their names in small letters."""
    head = message.partition("\r\n\r\n")[0].split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head)}
