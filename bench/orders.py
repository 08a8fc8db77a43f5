"""Beside django-helpdesk, on one PostgreSQL that syncs its log to disk: tickets opened in a second, the list of what is
open among 100,000 tickets, and a sweep in which a thousand are due.

Both are asked over HTTP by people who are logged in, each of one process with threads. Our openings include the
journal, the clock and the index of words, none of which the peer has. Its sweep is the command `escalate_tickets`,
which its documentation has run from cron; ours takes steps of clocks, each with a fact and messages.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg

from bench import opening, servers, sweep, website
from bench.filling import fill
from bench.measured import Aim, Measured, percentile
from hotline.platform import addresses, launch, postgresql
from hotline.platform.child import Child
from tests.patience import free_port

PACKAGES = ("django-helpdesk==2.6.1", "psycopg[binary]==3.3.9", "gunicorn==27.0.1")  # fetched for this alone
ENVIRONMENT = Path(__file__).parent.parent / ".hotline" / "bench" / "helpdesk"
SITE = Path(__file__).parent / "helpdesk" / "desk.py"
LISTED, DUE, ROUNDS, SECONDS, TIMES = 100_000, 1_000, 3, 6.0, 20
OPENED, LIST, SWEPT = 4.0, 10.0, 20.0  # times the peer
LOGIN, FORM = "agent", "application/x-www-form-urlencoded"
OPEN_QUERY = {
    "filtering": {"status__in": [1, 2]},
    "sorting": "created",
    "search_string": "",
    "sortreverse": False,
}


@dataclass(frozen=True)
class Helpdesk:
    """The peer, with its pages at `port`."""

    port: int
    environ: dict[str, str]
    url: str

    def run(self, *words: str) -> str:
        """One of its commands; what it printed."""
        command = [str(ENVIRONMENT / "bin" / "python"), str(SITE), *words]
        return subprocess.run(command, env=self.environ, check=True, capture_output=True, text=True).stdout


def run() -> Measured:
    """In turns, on databases of their own in one server."""
    _fetch()
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name, ExitStack() as stack:
        state = stack.enter_context(servers.servers(Path(name)))
        site = stack.enter_context(website.website(state, url := servers.database(state)))
        peer = stack.enter_context(_helpdesk(state))
        opened = [
            {
                "ours_per_s": opening.turn(lambda: opening.http_client(site), SECONDS).rate,
                "theirs_per_s": opening.turn(lambda: _opener(peer), SECONDS).rate,
            }
            for _ in range(ROUNDS)
        ]
        fill(url, LISTED)
        peer.run("fill", str(LISTED))
        with psycopg.connect(peer.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        listed = _lists(website.Visitor(site, "chenjiaqi"), Staff(peer))
        store, city = stack.enter_context(sweep.record(state, sweep.SIZES[0]))
        swept = []
        for number in range(ROUNDS):
            peer.run("due", str(DUE))
            theirs = float(peer.run("escalate"))
            swept.append({"ours_s": sweep.sweep_once(store, city, number), "theirs_s": theirs})
    return _measured(opened, listed, swept)


class Staff:
    """Somebody who is logged in at the peer, on a connection of their own."""

    def __init__(self, peer: Helpdesk) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", peer.port)
        self._cookies: dict[str, str] = {}
        self.ask("GET", "/login/")
        self.ask("POST", "/login/", urlencode({"username": LOGIN, "password": LOGIN}), FORM)
        assert "sessionid" in self._cookies

    def ask(self, method: str, path: str, body: str | None = None, kind: str = "application/json") -> bytes:
        """What is answered."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        headers |= {"X-CSRFToken": self._cookies.get("csrftoken", ""), "Content-Type": kind}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        said = answer.read()
        assert answer.status in (200, 201, 302), (path, answer.status, said[:500])
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return said


def _opener(peer: Helpdesk) -> Callable[[], None]:
    staff = Staff(peer)
    form = {
        "queue": 1,
        "title": "路灯不亮",
        "submitter_email": "citizen@example.org",
        "priority": 3,
        "status": 1,
    }
    form |= {"description": "小区门口的路灯坏了三天，晚上看不清路，请尽快修理。"}
    body = json.dumps(form)

    def once() -> None:
        staff.ask("POST", "/api/tickets/", body)

    return once


def _lists(ours: website.Visitor, theirs: Staff) -> list[dict[str, float]]:
    """Milliseconds for the open tickets' list: our page with its rows; the rows that the peer's page asks for."""
    query = base64.b64encode(json.dumps(OPEN_QUERY).encode()).decode()
    columns = {
        "draw": 1,
        "start": 0,
        "length": 25,
        "order[0][column]": 0,
        "order[0][dir]": "asc",
        "search[value]": "",
    }
    rows = f"/datatables_ticket_list/{query}?{urlencode(columns)}"
    assert len(json.loads(theirs.ask("GET", rows))["data"]) == 25
    found = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ours.get("/tickets?stage=with-units")
        between = time.perf_counter()
        theirs.ask("GET", rows)
        found.append(
            {"ours_ms": 1000 * (between - begun), "theirs_ms": 1000 * (time.perf_counter() - between)}
        )
    return found


@contextmanager
def _helpdesk(state: Path) -> Iterator[Helpdesk]:
    """The peer inside the block, on a database of its own."""
    where, port, base = addresses.postgresql_folder(state), free_port(), state / "helpdesk"
    postgresql.create(where, "helpdesk")
    (base / "logs").mkdir(parents=True)
    named = {"HELPDESK_HOST": str(where), "HELPDESK_DATABASE": "helpdesk", "HELPDESK_USER": addresses.USER}
    peer = Helpdesk(port, {**os.environ, **named}, addresses.socket_url(where, "helpdesk"))
    peer.run("migrate")
    served = (
        "desk:application",
        "--chdir",
        str(SITE.parent),
        "--workers",
        "1",
        "--threads",
        str(opening.CLIENTS),
    )
    child = Child(
        name="helpdesk",
        argv=(str(ENVIRONMENT / "bin" / "gunicorn"), *served, "--bind", f"127.0.0.1:{port}"),
        ready=lambda: _answers(port),
        env=peer.environ,
    )
    with launch.running(child, base / "logs"):
        yield peer


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/login/", timeout=2):
            return True
    except HTTPError:
        raise
    except (URLError, OSError):
        return False


def _fetch() -> None:
    """The peer's environment, once."""
    if not (ENVIRONMENT / "fetched").exists():
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([str(ENVIRONMENT / "bin" / "pip"), "install", "--quiet", *PACKAGES], check=True)
        (ENVIRONMENT / "fetched").touch()


def _measured(
    opened: Sequence[dict[str, float]], listed: Sequence[dict[str, float]], swept: Sequence[dict[str, float]]
) -> Measured:
    figures = {
        f"{what}_{name}": percentile([one[name] for one in rounds], 50)
        for what, rounds in (("opened", opened), ("list", listed), ("sweep", swept))
        for name in rounds[0]
    }
    opens = percentile([one["ours_per_s"] / one["theirs_per_s"] for one in opened], 50)
    lists = percentile([one["theirs_ms"] / one["ours_ms"] for one in listed], 50)
    sweeps = percentile([one["theirs_s"] / one["ours_s"] for one in swept], 50)
    return Measured(
        name="orders",
        words="Tickets opened, listed and swept, beside django-helpdesk 2.6.1",
        figures=figures,
        aims=[
            Aim(f"times as many opened in a second, aim {OPENED:g}", opens, opens >= OPENED),
            Aim(f"times as fast a list of what is open among {LISTED:,}, aim {LIST:g}", lists, lists >= LIST),
            Aim(f"times as fast a sweep with {DUE:,} due, aim {SWEPT:g}", sweeps, sweeps >= SWEPT),
        ],
        rounds=[*opened, *listed, *swept],
    )
