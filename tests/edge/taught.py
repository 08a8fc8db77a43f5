"""A model of three matters of the city, learnt from a few dozen sentences of our own."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from hotline.learning import model_file
from hotline.learning.examples import Example
from hotline.learning.in_force import matters_file
from hotline.learning.learn import learn
from hotline.learning.model import Model
from tests.pure.labelled import examples

LAMPS, NOISE, WAGES = "010101", "020101", "050101"
CODES = {"路灯": LAMPS, "噪声": NOISE, "欠薪": WAGES}
SAID = {"title": "路灯连续三晚不亮", "content": "同济路附近，路灯连续三晚不亮，请尽快处理。"}
"""What the model is sure of: lamps."""
MIXED = {"title": "大良公园附近", "content": "大良公园附近路灯的工资"}
"""What it takes for lamps too, but not so surely: 94 %."""


@cache
def model(lamps: str = LAMPS, lamps_are: tuple[str, ...] = ()) -> Model:
    """The model. Its lamps bear the code `lamps`, and the tickets `lamps_are` are those that it calls similar."""
    codes = CODES | {"路灯": lamps}
    texts = [Example(one.key, codes[one.label], one.title, one.content, one.shown) for one in examples()]
    if lamps_are:
        named = [one for one in texts if one.label == lamps and one.title == SAID["title"][:6]]
        keys = {one.key: key for one, key in zip(named, lamps_are, strict=False)}
        texts = [
            Example(
                keys.get(one.key, one.key),
                one.label,
                one.title,
                one.content,
                not lamps_are or one.key in keys,
            )
            for one in texts
        ]
    sources, day = {"record": len(texts)}, date(2026, 11, 20)
    return learn(texts, sources=sources, learnt_on=day, heard=lambda what, done, of: None)


def teach(state: Path, taught: Model | None = None) -> Path:
    """Puts the model where a running process looks for it."""
    file = matters_file(state)
    file.parent.mkdir(parents=True, exist_ok=True)
    model_file.save(taught or model(), file)
    return file
