"""What the commands print of a model: what it was learnt from, what it is worth, and what it takes for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hotline.learning.measures import Measures
from hotline.learning.model import Model
from hotline.learning.trial import FEWEST

WIDEST = 12
"""Labels that a table of all against all has room for; of more, the commonest mistakes are listed."""
MISTAKES = 20
WIDTH = 160
"""Characters of a line where no terminal says how many it has."""
WANTED = (0.9, 0.95)
"""Precisions for which the threshold is shown."""


def console() -> Console:
    """Where tables go: a terminal as wide as it is, or a file that has room for words."""
    found = Console(soft_wrap=True)
    return found if found.is_terminal else Console(soft_wrap=True, width=WIDTH)


def show_account(console: Console, model: Model, names: Mapping[str, str]) -> None:
    """What it was learnt from and how it did on parts that it hadn't learnt from; `names` are the labels' words."""
    account = model.account
    for source, count in account.sources.items():
        console.print(f"{count:,} texts from {source}", highlight=False, markup=False)
    if account.left_out:
        left = sum(account.left_out.values())
        console.print(f"{left:,} of them left out: too few bear their label", highlight=False, markup=False)
    console.print(
        f"Tried in {account.folds} parts, each by what the others taught"
        f" ({account.repeated:,} texts that nearly repeat another stay with it):",
        highlight=False,
    )
    console.print(f"accuracy {account.accuracy:.4f}, macro-F1 {account.macro_f1:.4f}", highlight=False)
    console.print(_thresholds(model, names))


def _thresholds(model: Model, names: Mapping[str, str]) -> Table:
    caption = f"from: the least confidence at which so many are right; – where fewer than {FEWEST} suggestions show it"
    table = Table(
        title="Suggestions of each label", title_justify="left", caption=caption, caption_justify="left"
    )
    table.add_column("label", overflow="fold")
    for title in ("texts", "right", "found"):
        table.add_column(title, justify="right")
    for wanted in WANTED:
        table.add_column(f"{wanted:.0%} from", justify="right")
        table.add_column("found", justify="right")
    for label, texts in model.account.labels.items():
        table.add_row(
            escape(names.get(label, label)), f"{texts:,}", *_worth(model, label, 0.0), *_enough(model, label)
        )
    return table


def _worth(model: Model, label: str, threshold: float) -> tuple[str, str]:
    found = model.precision_at(label, threshold)
    return ("–" if found.precision is None else f"{found.precision:.1%}"), f"{found.coverage:.1%}"


def _enough(model: Model, label: str) -> list[str]:
    cells: list[str] = []
    for wanted in WANTED:
        threshold = model.threshold_for(label, wanted)
        cells += ("–", "–") if threshold is None else (f"{threshold:.3f}", _worth(model, label, threshold)[1])
    return cells


def show_measures(
    console: Console,
    borne: Sequence[str],
    guessed: Sequence[str],
    repeats: Sequence[bool],
    known: Sequence[str],
) -> None:
    """How many guesses were right, over all texts and over those that don't nearly repeat a learnt one."""
    measures = Measures.of(borne, guessed)
    _print_measures(console, "all", measures)
    new = [at for at, repeated in enumerate(repeats) if not repeated]
    if new and len(new) < len(repeats):
        _print_measures(
            console,
            "without those that nearly repeat a learnt one",
            Measures.of([borne[at] for at in new], [guessed[at] for at in new]),
        )
    elif not new:
        console.print("All of them nearly repeat a learnt one: this says nothing about new texts.")
    if unknown := sorted(set(borne) - set(known)):
        console.print(
            f"labels that the model never learnt: {', '.join(unknown)}", highlight=False, markup=False
        )
    labels = measures.labels
    console.print(_per_label(measures))
    console.print(_matrix(measures) if len(labels) <= WIDEST else _mistakes(measures))


def _print_measures(console: Console, what: str, measures: Measures) -> None:
    console.print(
        f"{measures.texts:,} texts ({what}): accuracy {measures.accuracy:.4f}, macro-F1 {measures.macro_f1:.4f}",
        highlight=False,
    )


def _per_label(measures: Measures) -> Table:
    table = Table(title="Each label", title_justify="left")
    table.add_column("label", overflow="fold")
    for title in ("texts", "precision", "recall", "F1"):
        table.add_column(title, justify="right")
    for label in measures.labels:
        of = measures.of_label(label)
        table.add_row(
            escape(label), f"{of.borne:,}", *(f"{value:.4f}" for value in (of.precision, of.recall, of.f1))
        )
    return table


def _matrix(measures: Measures) -> Table:
    table = Table(title="Confusion: label (down), guess (across)", title_justify="left")
    table.add_column("", overflow="fold")
    for label in measures.labels:
        table.add_column(escape(label), justify="right", overflow="fold")
    for borne in measures.labels:
        counts = (measures.confusion[borne, guess] for guess in measures.labels)
        table.add_row(escape(borne), *(f"{count:,}" if count else "·" for count in counts))
    return table


def _mistakes(measures: Measures) -> Table:
    table = Table(title="The commonest mistakes", title_justify="left")
    for title in ("label", "guess"):
        table.add_column(title, overflow="fold")
    table.add_column("texts", justify="right")
    mistakes = ((count, *pair) for pair, count in measures.confusion.items() if pair[0] != pair[1])
    for count, borne, guess in sorted(mistakes, key=lambda one: (-one[0], one[1:]))[:MISTAKES]:
        table.add_row(escape(borne), escape(guess), f"{count:,}")
    return table
