"""Bringing in what older systems know, by a page: file and mapping go to the worker; every account stays to be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel
from sqlmodel import col, select

from agent_desk import jobs
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Misconfigured, Refused
from hotline.imports import run as runs
from hotline.imports.account import STATE_WORDS, State
from hotline.imports.kinds import KINDS
from hotline.imports.mapping import read_mapping
from hotline.imports.proposing import propose_for
from hotline.imports.run import Asked
from hotline.platform import plugins
from hotline.roles import Permission
from hotline.store.tables import ImportRun
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

LARGEST_FILE = 1024 * 1024 * 1024  # bytes: some million rows
LARGEST_MAPPING = 256 * 1024
AFTERWARDS = "hotline.imported"
LATEST = 50
KIND_WORDS = {
    "tickets": N_("Tickets"),
    "citizens": N_("Citizens"),
    "calls": N_("Calls"),
    "knowledge": N_("Knowledge"),
}


class Proposal(BaseModel):
    """A mapping as a person may go on editing it."""

    mapping: str


@router.get("/imports")
def imports_page(request: Request, visit: Visiting) -> Response:
    """What was brought in, the newest first, each with its account."""
    visit.viewer.must(Permission.ADMIN_RULES)
    return render(request, "imports.html", page_for(visit, N_("Imports"), "imports"), **_content(visit))


@router.get("/imports/runs")
def imports_fragment(visit: Visiting) -> Response:
    """The list again, after a run went on."""
    visit.viewer.must(Permission.ADMIN_RULES)
    return fragment(visit, "imports/runs.html", **_content(visit))


@router.get("/imports/{identity}/rejects.csv")
def rejects(visit: Visiting, identity: int) -> Response:
    """The rows that were rejected, each with its column and reason, to be corrected and read again."""
    visit.viewer.must(Permission.ADMIN_RULES)
    run = runs.find(visit.session, identity)
    path = _folder(visit) / f"{identity}.rejects.csv"
    if not run.rejected or not path.is_file():
        raise Refused("page.unknown")
    return FileResponse(path, media_type="text/csv", filename=path.name)


@router.post("/api/imports/proposal", max_body_size=LARGEST_FILE)
def propose_mapping(
    visit: Visiting, file: UploadFile, kind: Annotated[str, Form(pattern="^(" + "|".join(KINDS) + ")$")]
) -> Proposal:
    """A first mapping for a file, or for the beginning of a long one, from its header and its first rows."""
    visit.viewer.must(Permission.ADMIN_RULES)
    path = _keep(visit, file)
    try:
        return Proposal(mapping=propose_for(path, kind))
    except Misconfigured as error:
        # Not where it lies here, which is nobody's business.
        raise Refused("import.bad_file", field="file", found=error.found, expected=error.expected) from None
    finally:
        path.unlink(missing_ok=True)


@router.post("/api/imports", status_code=202, max_body_size=LARGEST_FILE)
def upload(
    visit: Visiting,
    file: UploadFile,
    mapping: Annotated[str, Form(max_length=LARGEST_MAPPING)],
    line: Annotated[str, Form(pattern=r"^[0-9]{0,15}$")] = "",
    dry_run: Annotated[bool, Form()] = False,
) -> jobs.Progress:
    """Has the worker bring a file in. A mapping that can't be read is refused at once, with its place."""
    visit.viewer.must(Permission.ADMIN_RULES)
    _check_mapping(mapping)
    return jobs.start(
        visit,
        bring_in,
        path=str(_keep(visit, file)),
        name=str(file.filename)[:120],
        text=mapping,
        line=line,
        dry_run=dry_run,
        by=visit.viewer.by,
        language=visit.viewer.language,
    )


@router.post("/api/imports/{identity}/stop")
def stop(visit: Visiting, identity: int) -> dict[str, str]:
    """The run ends with the batch that it is at; the same file goes on from there."""
    visit.viewer.must(Permission.ADMIN_RULES)
    runs.ask_to_stop(visit.house.store, identity)
    return {}


def bring_in(
    path: str, name: str, text: str, line: str, dry_run: bool, by: str, language: str
) -> dict[str, Any]:
    """The job: reads the file on from where an earlier run of it was stopped, else from its beginning."""
    mapping = read_mapping(text, name)
    asked = Asked(Path(path), name, mapping.on_line(line) if line else mapping, text, by, dry_run)
    with jobs.opened(pool=3) as (settings, store, city):
        try:
            run = runs.unfinished(store, asked)
        except Refused:
            run = runs.begin(store, asked, _now())
        try:
            done = runs.go(
                store,
                city,
                run,
                asked,
                folder=settings.paths.state / "imports",
                language=language,
                now=_now,
                tell=lambda progress: jobs.tell(progress.place, progress.size),
            )
            if not dry_run:
                for point in plugins.contributed(AFTERWARDS).values():
                    plugins.load(point)(store, city, _now)
        except Misconfigured as error:
            return {"words": str(error), "loaded": 0, "rejected": 0, "duplicate": 0, "updated": 0}
        finally:
            Path(path).unlink(missing_ok=True)
    counts = runs.account_of(done)
    return {
        "loaded": counts.loaded,
        "updated": counts.updated,
        "duplicate": counts.duplicate,
        "rejected": counts.rejected,
    }


def _check_mapping(text: str) -> None:
    if not text.strip():
        raise Refused("field.missing", field="mapping")
    try:
        read_mapping(text, "mapping")
    except Misconfigured as error:
        raise Refused("import.bad_mapping", field="mapping", what=str(error)) from None


def _keep(visit: Visit, file: UploadFile) -> Path:
    """Where an uploaded file lies until it was read."""
    if not file.filename:
        raise Refused("field.missing", field="file")
    folder = visit.house.settings.paths.state / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{uuid4().hex}{Path(file.filename).suffix[:8]}"
    with path.open("wb") as kept:
        while piece := file.file.read(1 << 20):
            kept.write(piece)
    return path


def _content(visit: Visit) -> dict[str, Any]:
    found = visit.session.exec(select(ImportRun).order_by(col(ImportRun.id).desc()).limit(LATEST)).all()
    return {"runs": found, "states": STATE_WORDS, "kinds": KIND_WORDS, "running": State.RUNNING}


def _folder(visit: Visit) -> Path:
    return visit.house.settings.paths.state / "imports"


def _now() -> datetime:
    return datetime.now(UTC)
