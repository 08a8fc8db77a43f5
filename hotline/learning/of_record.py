"""The model of a city's matters, learnt from its own dispatched tickets: made, written beside the record, and told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from hotline import journal
from hotline.facts import Fact, subject
from hotline.learning import model_file
from hotline.learning.examples import Example
from hotline.learning.learn import Heard, learn
from hotline.learning.model import Model
from hotline.record import dispatched
from hotline.store import Store

MATTERS = subject("model", "matters")


def learn_matters(
    store: Store, to: Path, *, most: int, learnt_on: date, by: str, at: datetime, heard: Heard
) -> Model:
    """Learns from the `most` newest tickets and writes the model to `to`. Raises as `learn` does."""
    with store.transaction() as session:
        total = dispatched.count(session, most)
        examples = list(_counted(dispatched.examples(session, most), total, heard))
    model = learn(examples, sources={"record": len(examples)}, learnt_on=learnt_on, heard=heard)
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    model_file.save(model, to)
    told = {
        "tickets": len(examples),
        "matters": len(model.labels),
        "accuracy": round(model.account.accuracy, 4),
    }
    with store.transaction() as session:
        journal.append(session, Fact("model.learnt", MATTERS, at, by, data=told))
    return model


def _counted(examples: Iterator[Example], total: int, heard: Heard) -> Iterator[Example]:
    for done, example in enumerate(examples, start=1):
        yield example
        heard("Reading tickets", done, total)
