"""The outbox: posted once, sent, tried again, given up and sent again; and the real ways out of the house."""

from __future__ import annotations

import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from sqlmodel import col, select

from dispatch import channels, outbox, worker
from dispatch.channels import Letter, Undelivered, configured
from dispatch.outbox import CLAIM, Message
from dispatch.postman import deliver, send_due, wake
from hotline.errors import Refused
from hotline.messages import ERROR_WORDS, MOST_ATTEMPTS, PATIENCE, STATE_WORDS, Channel, State, pause_after
from hotline.settings import Settings, environment
from hotline.store import Store
from hotline.store.tables import Account, FactRow, MessageRow
from hotline.words import catalogue
from tests.edge.conftest import Town

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SECRET = "only for the tests"


def message(
    key: str = "one", channel: Channel = Channel.WEBHOOK, to: str = "http://127.0.0.1:9/", **more: Any
) -> Message:
    return Message(channel, to, "催办：工单 1", "1 · 办理时限", key, **more)


def post(store: Store, *messages: Message, at: datetime = AT) -> int:
    with store.transaction() as session:
        return outbox.post(session, messages, at)


def rows(store: Store) -> list[MessageRow]:
    with store.transaction() as session:
        return list(session.exec(select(MessageRow).order_by(col(MessageRow.id))))


def facts(store: Store) -> list[tuple[str, dict[str, Any]]]:
    with store.transaction() as session:
        asked = select(FactRow).where(col(FactRow.kind).startswith("message.")).order_by(col(FactRow.id))
        return [(row.kind, row.data) for row in session.exec(asked)]


def settings_with(served: Settings, **messages: Any) -> Settings:
    changed = served.messages.model_copy(update=messages)
    return served.model_copy(update={"messages": changed})


def test_the_same_key_is_posted_once(store: Store) -> None:
    assert post(store, message(), message("two")) == 2
    assert post(store, message(), message("three")) == 1
    assert [row.key for row in rows(store)] == ["one", "two", "three"]
    assert facts(store) == [("message.posted", {"channel": "webhook"})] * 3


def test_what_is_rolled_back_was_never_posted(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction() as session:
        outbox.post(session, [message()], AT)
        raise RuntimeError
    assert rows(store) == []


def test_a_notice_has_arrived_when_it_is_posted(store: Store) -> None:
    post(store, message(channel=Channel.NOTICE, to="account:7"))
    (row,) = rows(store)
    assert (row.state, row.sent_at) == (State.SENT, AT)
    assert facts(store) == [("message.posted", {"channel": "notice", "account": 7})]
    with store.transaction() as session:
        assert not outbox.is_due(session, list(Channel), AT)


def test_it_waits_for_its_time(store: Store) -> None:
    post(store, message(not_before=AT + timedelta(hours=8)))
    with store.transaction() as session:
        assert not outbox.is_due(session, [Channel.WEBHOOK], AT)
        assert outbox.claim(session, [Channel.WEBHOOK], AT, 10) == []
        assert outbox.is_due(session, [Channel.WEBHOOK], AT + timedelta(hours=8))


def test_a_claim_keeps_others_away_and_runs_out(store: Store) -> None:
    """Whoever died with it in hand has lost nothing: somebody else sends it, under the same key."""
    post(store, message())

    def claimed(at: datetime) -> list[str]:
        with store.transaction() as session:
            return [row.key for row in outbox.claim(session, [Channel.WEBHOOK], at, 10)]

    assert claimed(AT) == ["one"]
    assert claimed(AT + CLAIM / 2) == []
    assert claimed(AT + CLAIM) == ["one"]
    assert rows(store)[0].attempts == 2


def test_two_senders_at_once_claim_different_messages(store: Store) -> None:
    post(store, *(message(str(n)) for n in range(20)))
    with store.transaction() as one, store.transaction() as other:
        first = outbox.claim(one, [Channel.WEBHOOK], AT, 10)
        second = outbox.claim(other, [Channel.WEBHOOK], AT, 20)
        assert len(first) == len(second) == 10
        assert not {row.id for row in first} & {row.id for row in second}


def test_it_is_tried_again_less_and_less_often_and_given_up_at_last(store: Store) -> None:
    post(store, message())
    at, waits = AT, []
    for _ in range(MOST_ATTEMPTS):
        with store.transaction() as session:
            (row,) = outbox.claim(session, [Channel.WEBHOOK], at, 1)
            outbox.note_failed(session, row.id or 0, "refused:503", for_good=False, at=at)
            waits.append(row.next_try_at - at)
            at = row.next_try_at
    (row,) = rows(store)
    assert (row.state, row.error) == (State.DEAD, "refused:503")
    assert waits[:4] == [
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=8),
        timedelta(minutes=32),
    ]
    assert pause_after(20) == timedelta(hours=2)
    assert facts(store)[-1][0] == "message.died"


def test_what_was_given_up_is_sent_again_when_somebody_says_so(store: Store) -> None:
    post(store, message())
    with store.transaction() as session:
        (row,) = outbox.claim(session, [Channel.WEBHOOK], AT, 1)
        with pytest.raises(Refused, match=r"message\.not_dead"):
            outbox.resend(session, row.id or 0, "account:1", AT)
        outbox.note_failed(session, row.id or 0, "no_address", for_good=True, at=AT)
    with store.transaction() as session:
        outbox.resend(session, row.id or 0, "account:1", AT)
        with pytest.raises(Refused, match=r"message\.unknown"):
            outbox.resend(session, 10_000, "account:1", AT)
    (row,) = rows(store)
    assert (row.state, row.attempts, row.error) == (State.WAITING, 0, "")
    assert [kind for kind, _ in facts(store)] == ["message.posted", "message.died", "message.resent"]


def test_what_is_too_old_says_nothing_new(store: Store) -> None:
    post(store, message("old"), at=AT - PATIENCE - timedelta(seconds=1))
    post(store, message("new"))
    with store.transaction() as session:
        assert outbox.bury(session, AT) == 1
    assert [(row.key, row.state, row.error) for row in rows(store)] == [
        ("old", "dead", "too_old"),
        ("new", "waiting", ""),
    ]


def test_without_a_server_it_waits_in_sight(town: Town, served: Settings) -> None:
    post(town.store, message(channel=Channel.MAIL, to="account:1"), at=town.at)
    assert configured(served) == {Channel.SYSTEM}
    assert send_due(served, town.store, lambda: town.at) == 0
    (row,) = rows(town.store)
    assert (row.state, row.attempts) == (State.WAITING, 0)
    with town.store.transaction() as session:
        assert outbox.counts(session) == {("mail", "waiting"): 1}


class Receiver:
    """Another machine: what it was sent, and what it answers, one status after the other and the last for ever."""

    def __init__(self, *statuses: int) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self._statuses = list(statuses)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
                status = receiver._statuses[0] if len(receiver._statuses) == 1 else receiver._statuses.pop(0)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/in"


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_is_signed_dated_and_has_its_key(town: Town, served: Settings) -> None:
    receiver = Receiver(200)
    post(town.store, message(to=receiver.url, link="/portal/orders/7"))
    with serving(receiver.server):
        assert send_due(settings_with(served, secret=SECRET), town.store, lambda: AT) == 1
    ((headers, body),) = receiver.heard
    stamp = headers["x-hotline-timestamp"]
    signed = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-hotline-signature"] == f"sha256={signed}"
    assert (int(stamp), headers["idempotency-key"]) == (int(AT.timestamp()), "one")
    said = json.loads(body)
    assert (said["key"], said["subject"]) == ("one", "催办：工单 1")
    assert said["link"].endswith("/portal/orders/7")
    (row,) = rows(town.store)
    assert (row.state, row.sent_at, row.error) == (State.SENT, AT, "")
    assert facts(town.store)[-1][0] == "message.sent"


def test_a_webhook_that_failed_has_the_same_key_when_it_is_tried_again(town: Town, served: Settings) -> None:
    receiver, settings = Receiver(503, 429, 204), settings_with(served, secret=SECRET)
    post(town.store, message(to=receiver.url))
    at = AT
    with serving(receiver.server):
        for error in ("refused:503", "refused:429", ""):
            send_due(settings, town.store, lambda: at)  # noqa: B023  (called before the next turn)
            (row,) = rows(town.store)
            assert row.error == error
            at = row.next_try_at
    assert [headers["idempotency-key"] for headers, _ in receiver.heard] == ["one"] * 3
    assert row.state == State.SENT


@pytest.mark.parametrize("status", [400, 404, 302])
def test_a_refusal_for_good_is_not_tried_again(town: Town, served: Settings, status: int) -> None:
    receiver = Receiver(status)
    post(town.store, message(to=receiver.url))
    with serving(receiver.server):
        send_due(settings_with(served, secret=SECRET), town.store, lambda: AT)
    (row,) = rows(town.store)
    assert (row.state, row.error, len(receiver.heard)) == (State.DEAD, f"refused:{status}", 1)


def test_nobody_there_is_tried_again_and_no_address_is_not(town: Town, served: Settings) -> None:
    post(town.store, message(), message("two", to="ftp://x"), message("three", to=""))
    send_due(settings_with(served, secret=SECRET, timeout=1.0), town.store, lambda: AT)
    assert [(row.state, row.error) for row in rows(town.store)] == [
        ("failed", "unreachable"),
        ("dead", "no_address"),
        ("dead", "no_address"),
    ]


def test_a_text_message_goes_to_the_providers_webhook_with_the_persons_number(
    town: Town, served: Settings
) -> None:
    receiver = Receiver(200)
    with town.store.transaction() as session:
        account = session.exec(select(Account).where(Account.login == "zumiao")).one()
        account.mobile = "16000000009"
    post(town.store, message(channel=Channel.SMS, to=f"account:{account.id}"))
    with serving(receiver.server):
        send_due(settings_with(served, secret=SECRET, sms_url=receiver.url), town.store, lambda: AT)
    said = json.loads(receiver.heard[0][1])
    assert (said["to"], said["text"]) == ("16000000009", "催办：工单 1\n1 · 办理时限")
    assert "16000000009" not in str([vars(row) for row in rows(town.store)]) + str(facts(town.store))


class Post(socketserver.ThreadingTCPServer):
    """As much of a mail server as it takes: it keeps what it is given, and refuses those named `refused`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.mails: list[str] = []
        super().__init__(("127.0.0.1", 0), _Session)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline():
            verb = line.split()[0].upper().decode() if line.split() else ""
            if verb == "DATA":
                self._say("354 go on")
                text = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    text += line
                self.server.mails.append(text.decode())  # type: ignore[attr-defined]
            refused = verb == "RCPT" and b"refused" in line
            self._say("550 no such person" if refused else "221 bye" if verb == "QUIT" else "250 fine")
            if verb == "QUIT":
                return

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


def test_a_mail_is_sent_with_a_link_and_a_lasting_id(town: Town, served: Settings) -> None:
    server = Post()
    with town.store.transaction() as session:
        account = session.exec(select(Account).where(Account.login == "zumiao")).one()
        account.mail = "office@example.invalid"
        other = session.exec(select(Account).where(Account.login == "guicheng")).one()
        other.mail = "refused@example.invalid"
    to, nobody = f"account:{account.id}", f"account:{other.id}"
    post(
        town.store,
        message(channel=Channel.MAIL, to=to, link="/portal"),
        message("two", Channel.MAIL, nobody),
        message("three", Channel.MAIL, "account:1"),
    )
    port = server.server_address[1]
    settings = settings_with(served, mail_host="127.0.0.1", mail_port=port, mail_security="none")
    with serving(server):
        assert send_due(settings, town.store, lambda: AT) == 3
    (mail,) = server.mails
    assert "To: office@example.invalid" in mail
    assert f"@{settings.messages.mail_sender.rpartition('@')[2]}>" in mail
    assert [(row.state, row.error) for row in rows(town.store)] == [
        ("sent", ""),
        ("dead", "refused:550"),
        ("dead", "no_address"),
    ]


def test_a_mail_server_that_is_away_is_tried_again(served: Settings) -> None:
    letter = Letter(Channel.MAIL, "a@example.invalid", "s", "b", "k", "")
    away = settings_with(served, mail_host="127.0.0.1", mail_port=9, mail_security="none", timeout=1.0)
    with pytest.raises(Undelivered) as raised:
        channels.send(away, letter, AT)
    assert (raised.value.error, raised.value.for_good) == ("unreachable", False)


def test_whoever_has_left_is_written_to_no_more(town: Town, served: Settings) -> None:
    with town.store.transaction() as session:
        account = session.exec(select(Account).where(Account.login == "zumiao")).one()
        account.mobile, account.active = "16000000009", False
    post(town.store, message(channel=Channel.SMS, to=f"account:{account.id}"))
    send_due(settings_with(served, secret=SECRET, sms_url="http://127.0.0.1:9/"), town.store, lambda: AT)
    assert rows(town.store)[0].error == "no_address"


def test_a_sender_is_woken_once_and_sends_by_the_job(
    town: Town, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver = Receiver(200)
    settings = settings_with(served, secret=SECRET)
    post(town.store, message(to=receiver.url), at=datetime.now(UTC))
    wake(settings)
    wake(settings)
    assert worker.queue(settings, worker.MESSAGES).count == 1
    assert worker.queue(settings).count == 0
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    with serving(receiver.server):
        deliver()
    assert rows(town.store)[0].state == State.SENT


def test_every_state_and_error_has_chinese() -> None:
    assert set(STATE_WORDS) == set(State)
    for text in (*STATE_WORDS.values(), *ERROR_WORDS.values()):
        assert text in catalogue("zh_Hans")


def test_no_transaction_is_open_while_somebody_is_spoken_to(town: Town, served: Settings) -> None:
    """The journal's readers wait for whoever has written and not committed: a slow receiver must not hold them up."""
    open_ones: list[int] = []
    receiver = Receiver(200)
    handler: Any = receiver.server.RequestHandlerClass
    receive = handler.do_POST

    def look(self: Any) -> None:
        with town.store.engine.connect() as connection:
            found = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                " AND datname = current_database() AND backend_xid IS NOT NULL"
            )
            open_ones.append(found.scalar_one())
        receive(self)

    handler.do_POST = look
    post(town.store, message(to=receiver.url))
    with serving(receiver.server):
        send_due(settings_with(served, secret=SECRET), town.store, lambda: AT)
    assert open_ones == [0]
