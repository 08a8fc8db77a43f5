"""`hotline learn` and `hotline evaluate`: models from files of labelled texts, or from the city's own tickets."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hotline.errors import Misconfigured

if TYPE_CHECKING:
    from hotline.learning.examples import Example
    from hotline.learning.learn import Heard
    from hotline.learning.model import Model

DAY = "%Y-%m-%d"
MOST = 200_000

FilesOption = Annotated[
    list[Path] | None,
    typer.Option("--from", help="labelled texts: label, subject, text, or label, tokens; may be repeated"),
]
ToOption = Annotated[
    Path | None, typer.Option(help="the model's file; of the record: state/models/matters.npz")
]
RecordOption = Annotated[bool, typer.Option("--from-record", help="the city's own dispatched tickets")]
DayOption = Annotated[
    datetime | None, typer.Option("--on", formats=[DAY], help="the day that the model bears; today if absent")
]


def learn(
    files: FilesOption = None,
    to: ToOption = None,
    from_record: RecordOption = False,
    most: Annotated[int, typer.Option(help="of the record's tickets the newest so many", min=1)] = MOST,
    day: DayOption = None,
) -> None:
    """Learn to name the matter of a text, and say how well that went."""
    from hotline.learning import model_file
    from hotline.learning.show import console, show_account

    if bool(files) == from_record:
        raise Misconfigured("hotline learn", "both, or neither, of --from and --from-record", "one of them")
    if from_record:
        _learn_from_record(to, most, day.date() if day else None)
        return
    if to is None:
        raise Misconfigured("hotline learn", "no --to", "the file that the model is written to")
    _must_have_folder(to)
    examples, sources = _read_files(files or [])
    model = _learn(examples, sources, day.date() if day else datetime.now().astimezone().date())
    model_file.save(model, to)
    show_account(console(), model, {})
    typer.echo(f"Written: {to}")


def evaluate(
    model: Annotated[Path, typer.Argument(help="a file that `hotline learn` wrote")],
    file: Annotated[Path, typer.Argument(help="labelled texts, as for `hotline learn`")],
) -> None:
    """Say how well a model names the labels of a file's texts: accuracy, macro-F1, and what was taken for what."""
    from hotline.learning import examples_file, model_file
    from hotline.learning.show import console, show_measures

    made, examples = model_file.load(model), examples_file.read(file)
    guessed: list[str] = []
    repeats: list[bool] = []
    with _told() as heard:
        for at in range(0, len(examples), _AT_ONCE):
            texts = [example.text for example in examples[at : at + _AT_ONCE]]
            guessed += made.name(texts)
            repeats += made.knows(texts).tolist()
            heard("Naming", at + len(texts), len(examples))
    show_measures(console(), [example.label for example in examples], guessed, repeats, made.labels)


_AT_ONCE = 200


def _read_files(files: Sequence[Path]) -> tuple[list[Example], dict[str, int]]:
    from hotline.learning import examples_file

    examples: list[Example] = []
    sources: dict[str, int] = {}
    for file in files:
        read = examples_file.read(file)
        examples += read
        sources[file.name] = sources.get(file.name, 0) + len(read)
    return examples, sources


def _learn(examples: Sequence[Example], sources: dict[str, int], day: date) -> Model:
    from hotline.learning.learn import learn as make

    with _told() as heard:
        return make(examples, sources=sources, learnt_on=day, heard=heard)


def _learn_from_record(to: Path | None, most: int, day: date | None) -> None:
    from hotline.learning import of_record
    from hotline.learning.in_force import matters_file
    from hotline.learning.show import console, show_account
    from hotline.pack.load import load_pack
    from hotline.platform import people, setup
    from hotline.platform.telling import telling
    from hotline.record import catalogues
    from hotline.record.city_in_force import CityInForce
    from hotline.settings import load

    settings, at = load(), datetime.now(UTC)
    setup.folders(settings)
    to = to or matters_file(settings.paths.state)
    city = CityInForce(load_pack(settings.site.city))
    with telling(Console()) as say, setup.record(settings, say), _told() as heard:
        say.rest()
        store = people.opened(settings)
        try:
            with store.transaction() as session:
                city.look(session, at)
                city.look_at_catalogue(session, at)
            model = of_record.learn_matters(
                store,
                to,
                most=most,
                learnt_on=day or catalogues.today(city.now, at),
                by=f"operator:{getpass.getuser()}",
                at=at,
                heard=heard,
            )
        finally:
            store.close()
    names = {code: f"{code} {matter.name_zh}" for code, matter in city.now.catalogue.matters.items()}
    show_account(console(), model, names)
    typer.echo(f"Written: {to}")


def _must_have_folder(file: Path) -> None:
    """So that nobody waits for a model that can't be written."""
    if not file.parent.is_dir():
        raise Misconfigured(str(file.parent), "no such folder", "the folder that the model is written to")
    if file.is_dir():
        raise Misconfigured(str(file), "a folder", "the file that the model is written to")


@contextmanager
def _told() -> Iterator[Heard]:
    """A bar for each thing that is done, at a terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks = {}

        def heard(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done, total=of)

        yield heard
