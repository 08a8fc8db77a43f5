"""A model as a file: NumPy's arrays in a zip, and what they are in JSON. Numbers and texts only: reading one runs
nothing that stands in it. The same model gives the same bytes.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hotline.errors import Misconfigured
from hotline.learning.features import Vocabulary
from hotline.learning.judges import Judges
from hotline.learning.model import Account, Model
from hotline.learning.neighbours import Neighbours
from hotline.learning.trial import Trial

KIND, VERSION = "hotline model", 1
WANTED = f"a model that `hotline learn` wrote (version {VERSION})"

_ARRAYS = {
    "vocabulary.keys": np.uint64,
    "vocabulary.rarity": np.float32,
    "judges.weights": np.float32,
    "judges.offsets": np.float32,
    "trial.bears": np.int32,
    "trial.suggested": np.int32,
    "trial.confidence": np.float32,
    "neighbours.begins": np.int64,
    "neighbours.texts": np.int32,
    "neighbours.values": np.float16,
    "neighbours.keys": np.str_,
    "neighbours.labels": np.int32,
}
"""Each array, named by the part of the model and its field, with what it is made of."""


def save(model: Model, file: Path) -> None:
    """Writes the model, whole or not at all; its folder must be there."""
    header = {"kind": KIND, "version": VERSION, "account": asdict(model.account)}
    arrays: dict[str, NDArray[Any]] = {name: _array(model, name) for name in _ARRAYS}
    arrays["header"] = np.frombuffer(json.dumps(header, ensure_ascii=False).encode(), np.uint8)
    written = file.with_name(f".{file.name}.new")
    with written.open("wb") as stream:
        written.chmod(0o600)  # it holds pieces of what citizens said
        np.savez_compressed(stream, allow_pickle=False, **arrays)
    written.replace(file)


def load(file: Path) -> Model:
    """The model in `file`. Raises `Misconfigured` for what isn't one."""
    try:
        # Opened here: what NumPy can't read it would leave open.
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            account = _account(file, stored)
            arrays = {name: stored[name] for name in _ARRAYS}
    except FileNotFoundError:
        raise Misconfigured(str(file), "no such file", WANTED) from None
    except (ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile):
        raise Misconfigured(str(file), "something else, or a part of one", WANTED) from None
    model = _model(account, arrays)
    if not _is_whole(model, arrays):
        raise Misconfigured(str(file), "parts that don't fit together", WANTED)
    return model


def _account(file: Path, stored: Mapping[str, NDArray[Any]]) -> Account:
    header = json.loads(stored["header"].tobytes())
    if not isinstance(header, dict) or header.get("kind") != KIND:
        raise Misconfigured(str(file), "another kind of file", WANTED)
    if header["version"] != VERSION:
        raise Misconfigured(str(file), f"version {header['version']}", WANTED)
    try:
        return Account(**header["account"])
    except TypeError as error:
        raise ValueError from error


def _array(model: Model, name: str) -> NDArray[Any]:
    part, _, field = name.partition(".")
    return np.asarray(getattr(getattr(model, part), field))


def _model(account: Account, arrays: Mapping[str, NDArray[Any]]) -> Model:
    def of(part: str) -> dict[str, Any]:
        return {
            name.partition(".")[2]: array for name, array in arrays.items() if name.startswith(f"{part}.")
        }

    parts = Vocabulary(**of("vocabulary")), Judges(**of("judges"))
    return Model(account, *parts, Trial(**of("trial")), Neighbours(**of("neighbours")))


def _is_whole(model: Model, arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Whether all arrays are of their kind and as long as the others expect, and point only at what is there."""
    labels, pieces, near = len(model.labels), len(model.vocabulary), model.neighbours
    tried, texts, held = len(model.trial.bears), len(near.keys), len(near.texts)
    shapes = [
        (pieces,), (pieces,), (pieces, labels), (labels,), (tried,), (tried,), (tried,),
        (pieces + 1,), (held,), (held,), (texts,), (texts,),
    ]  # fmt: skip
    fitting = zip(arrays.values(), _ARRAYS.values(), shapes, strict=True)
    return (
        all(array.shape == shape and np.issubdtype(array.dtype, kind) for array, kind, shape in fitting)
        and _below(near.texts, texts)
        and all(_below(places, labels) for places in (near.labels, model.trial.bears, model.trial.suggested))
        and bool(near.begins[0] == 0 and near.begins[-1] == held and (np.diff(near.begins) >= 0).all())
    )


def _below(places: NDArray[Any], limit: int) -> bool:
    return not len(places) or bool(places.min() >= 0 and places.max() < limit)
