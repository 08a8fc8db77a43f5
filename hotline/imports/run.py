"""A run: one file being imported. It goes batch by batch, each in a transaction that also says how far it came, so
that stopping, being killed and going on lose nothing and double nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, col, select

from hotline import journal
from hotline.errors import Misconfigured, Refused
from hotline.facts import Fact, subject
from hotline.imports.account import Account, Decided, State, decide
from hotline.imports.batches import Batch, batches
from hotline.imports.into import LOADINGS
from hotline.imports.kinds import TICKETS
from hotline.imports.load import Whose, known_keys, load
from hotline.imports.mapping import ImportMapping
from hotline.imports.rehearsal import Seen
from hotline.imports.rejects import Rejects
from hotline.imports.rows import RowReader
from hotline.imports.sources import Source, digest_of, open_source
from hotline.pack.model import CityPack
from hotline.record import line_days, matter_days
from hotline.store import Store
from hotline.store.rows import put
from hotline.store.tables import ImportRun

_LOCK = text("SELECT pg_try_advisory_lock(hashtext('import'), hashtext(:name))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtext('import'), hashtext(:name))")
_COUNTED = frozenset({"tickets", "calls"})  # the kinds of which there are counts by line and day


@dataclass(frozen=True)
class Asked:
    """What somebody wants imported: the file, how it is read, and by whom (`account:7`, `operator:root`).

    `mapping` knows its source. `name` is what the file is called to people; `text` is the mapping's file.
    """

    path: Path
    name: str
    mapping: ImportMapping
    text: str
    by: str
    dry_run: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a run has come: `place` of `size` (0 where unknown), with the account until here."""

    run: int
    place: int
    size: int
    account: Account


def begin(store: Store, asked: Asked, at: datetime) -> ImportRun:
    """A new run, with nothing read yet."""
    if not asked.mapping.source:
        raise Misconfigured("source", "nothing", 'source = "…" in the mapping, or --line')
    with store.transaction() as session:
        run = ImportRun(
            kind=asked.mapping.kind.name,
            source=asked.mapping.source,
            file=asked.name,
            digest=digest_of(asked.path),
            mapping=asked.text,
            by=asked.by,
            dry_run=asked.dry_run,
            state=State.RUNNING,
            started_at=at,
        )
        put(session, run)
        _tell(session, run, "import.started", at, file=run.file)
    return run


def unfinished(store: Store, asked: Asked) -> ImportRun:
    """The run of this very file that was stopped or interrupted last. Raises `Refused("import.nothing_to_resume")`."""
    with store.transaction() as session:
        run = session.exec(
            select(ImportRun)
            .where(
                ImportRun.digest == digest_of(asked.path),
                ImportRun.kind == asked.mapping.kind.name,
                ImportRun.source == asked.mapping.source,
                ImportRun.mapping == asked.text,
                ~col(ImportRun.dry_run),
                ImportRun.state != State.FINISHED,
            )
            .order_by(col(ImportRun.id).desc())
            .limit(1)
        ).first()
    if run is None:
        raise Refused("import.nothing_to_resume", file=asked.name)
    return run


def go(
    store: Store,
    city: CityPack,
    run: ImportRun,
    asked: Asked,
    *,
    folder: Path,
    language: str,
    now: Callable[[], datetime],
    tell: Callable[[Progress], None] = lambda progress: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> ImportRun:
    """Reads on until the file ends, or until `is_stopped` or somebody's `ask_to_stop`; `tell` hears of each batch.

    Rejected rows are written into `folder`. Raises `Refused("import.runs_already")` while another run of the same
    source and kind is under way, and `Misconfigured` for a mapping or a file that can't be used.
    """
    assert run.id is not None
    with _alone(store, run):
        try:
            source = open_source(asked.path, asked.mapping)
            try:
                reader = RowReader(
                    asked.mapping, source.header, city, now(), asked.name, short_rows=source.short_rows
                )
                journey = _Journey(store, city, run, asked, source, reader, folder, language, now)
                stopped = journey.go(tell, is_stopped)
            finally:
                source.close()
        except Misconfigured as error:
            _end(store, run.id, State.FAILED, now(), str(error))
            raise
        if not run.dry_run:
            _count_days(store, run.id, ZoneInfo(city.city.timezone))
        return _end(store, run.id, State.STOPPED if stopped else State.FINISHED, now())


def ask_to_stop(store: Store, identity: int) -> None:
    """The run ends with the batch that it is at. Raises `Refused("import.unknown")` or `…not_running`."""
    with store.transaction() as session:
        run = find(session, identity, lock=True)
        if run.state != State.RUNNING:
            raise Refused("import.not_running", run=identity)
        run.stop_asked = True


def find(session: Session, identity: int, *, lock: bool = False) -> ImportRun:
    """The run with this id. Raises `Refused("import.unknown")`."""
    run = session.get(ImportRun, identity, with_for_update=lock or None)
    if run is None:
        raise Refused("import.unknown", run=identity)
    return run


def account_of(run: ImportRun) -> Account:
    """The run's account as a value."""
    return Account(run.rows, run.loaded, run.updated, run.duplicate, run.rejected)


def is_under_way(store: Store, run: ImportRun) -> bool:
    """Whether a process is at it now; one that says it runs and isn't under way was interrupted."""
    if run.state != State.RUNNING:
        return False
    name = {"name": _lock_name(run)}
    with store.engine.connect() as connection:
        free = bool(connection.execute(_LOCK, name).scalar_one())
        if free:
            connection.execute(_UNLOCK, name)
    return not free


class _Journey:
    """One process's way through a file."""

    def __init__(
        self,
        store: Store,
        city: CityPack,
        run: ImportRun,
        asked: Asked,
        source: Source,
        reader: RowReader,
        folder: Path,
        language: str,
        now: Callable[[], datetime],
    ) -> None:
        assert run.id is not None
        self._store = store
        self._run = run
        self._id = run.id
        self._source = source
        self._reader = reader
        self._now = now
        self._whose = Whose(run.source, run.id, run.by, ZoneInfo(city.city.timezone))
        self._loading = LOADINGS[run.kind]
        self._seen = Seen() if run.dry_run else None
        self._rejects = Rejects(
            folder / f"{run.id}.rejects.csv",
            source.header,
            run.file,
            asked.mapping.delimiter,
            language,
            run.rejects_size,
        )

    def go(self, tell: Callable[[Progress], None], is_stopped: Callable[[], bool]) -> bool:
        """Whether it was stopped before the end."""
        self._run_on()
        for batch in batches(self._source.rows(self._run.place, self._run.row), self._reader):
            run = self._bring_in(batch)
            tell(Progress(self._id, run.place, self._source.size, account_of(run)))
            if run.stop_asked or is_stopped():
                return True
        return False

    def _run_on(self) -> None:
        with self._store.transaction() as session:
            run = find(session, self._id, lock=True)
            run.state, run.stop_asked, run.ended_at, run.error = State.RUNNING, False, None, ""

    def _bring_in(self, batch: Batch) -> ImportRun:
        at = self._now()
        with self._store.transaction() as session:
            keys = [mapped.key for mapped in batch.mapped]
            known = known_keys(session, self._run.kind, self._run.source, keys)
            if self._seen is not None:
                known |= self._seen.known(keys, self._id)
            decided = decide(batch.mapped, known, self._id)
            batch.reject_clashing(self._reader, decided.clashing)
            if self._seen is not None:
                self._seen.add(decided)
                span = None
            else:
                span = load(session, self._loading, decided, self._whose, at)
            self._rejects.write(sorted(batch.rejected, key=lambda rejected: rejected[0]))
            return self._note(session, batch, decided, span, at)

    def _note(
        self,
        session: Session,
        batch: Batch,
        decided: Decided,
        span: tuple[datetime, datetime] | None,
        at: datetime,
    ) -> ImportRun:
        """How far it came, in the transaction that came so far."""
        came = Account(
            rows=batch.rows,
            loaded=len(decided.new),
            updated=len(decided.changed),
            duplicate=decided.duplicate,
            rejected=len(batch.rejected),
        )
        run = find(session, self._id, lock=True)
        for name, value in asdict(account_of(run) + came).items():
            setattr(run, name, value)
        run.place, run.row = self._source.place, batch.row
        run.rejects_size = self._rejects.size
        run.rejects = str(self._rejects.path) if run.rejects_size else ""
        run.reasons = _with_reasons(run.reasons, batch)
        if span is not None:
            run.first_at = min(run.first_at or span[0], span[0])
            run.last_at = max(run.last_at or span[1], span[1])
        _tell(session, run, "import.advanced", at, **asdict(came))
        return run


def _with_reasons(before: dict[str, dict[str, int]], batch: Batch) -> dict[str, dict[str, int]]:
    """Rejected rows by column and reason, in the words of the code; a row counts for each of its faults."""
    counts = {column: Counter(reasons) for column, reasons in before.items()}
    for _, _, faults in batch.rejected:
        for fault in faults:
            counts.setdefault(fault.column, Counter())[fault.reason] += 1
    return {column: dict(reasons) for column, reasons in counts.items()}


def _end(store: Store, identity: int, state: State, at: datetime, error: str = "") -> ImportRun:
    with store.transaction() as session:
        run = find(session, identity, lock=True)
        run.state, run.ended_at, run.error = state, at, error
        _tell(session, run, f"import.{state}", at, **asdict(account_of(run)))
    return run


def _count_days(store: Store, identity: int, zone: ZoneInfo) -> None:
    """The counts by line and day anew, a month at a time: whoever ends a call meanwhile waits for one of these."""
    with store.transaction() as session:
        run = find(session, identity)
    if run.kind not in _COUNTED or run.first_at is None or run.last_at is None:
        return
    day, last = run.first_at.astimezone(zone).date(), run.last_at.astimezone(zone).date()
    while day <= last:
        until = min((day.replace(day=1) + timedelta(days=32)).replace(day=1), last + timedelta(days=1))
        with store.transaction() as session:
            line_days.recount(session, day, until)
            if run.kind == TICKETS.name:
                matter_days.recount(session, day, until, zone.key)
        day = until


@contextmanager
def _alone(store: Store, run: ImportRun) -> Iterator[None]:
    """No other run of this source and kind inside the block. The lock ends with the connection, however it ends."""
    name = {"name": _lock_name(run)}
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(_LOCK, name).scalar_one():
            raise Refused("import.runs_already", source=run.source, kind=run.kind)
        try:
            yield
        finally:
            connection.execute(_UNLOCK, name)


def _lock_name(run: ImportRun) -> str:
    return f"{run.kind} {run.source}"


def _tell(session: Session, run: ImportRun, kind: str, at: datetime, **data: object) -> None:
    about = {"of": run.kind, "source": run.source, "dry_run": run.dry_run, **data}
    journal.append(session, Fact(kind, subject("import", run.id), at, by=run.by, data=about))
