"""Learning the matters of a city from 100,000 tickets, and naming those of others with the model.

The tickets are invented: complaints over some hundred matters of the city's catalogue, a few very common and most rare,
told at different lengths. One in ten speaks of a second matter too, one in twenty bears a wrong one, as real ones do.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from bench.measured import Aim, Measured, percentile
from hotline.catalogue import Matter
from hotline.learning import model_file
from hotline.learning.examples import Example
from hotline.learning.learn import learn
from hotline.learning.measures import Measures
from hotline.pack.load import load_pack

TICKETS = int(os.environ.get("BENCH_LEARNING_TICKETS", "100000"))
MATTERS, UNSEEN, ASKED = 300, 2_000, 500
AIM = 300.0  # seconds

OPENINGS = (
    "市民来电反映，", "您好，我想反映一个问题，", "尊敬的领导：", "本人住在附近，", "多次投诉都没有结果，",
    "我是一名普通居民，", "请问有没有人管一管，", "前几天打过电话，", "",
)  # fmt: skip
WHEN = (
    "昨天晚上",
    "最近半个月",
    "从上个月开始",
    "每天早上六点多",
    "上周六下午",
    "这两年",
    "今天中午",
    "国庆假期里",
    "",
)
SAID = (
    "我们去找过物业和居委会，对方说不归他们管。", "家里有老人和小孩，影响很大。", "附近的街坊意见都很大。",
    "当时拍了照片，可以提供。", "打过几次电话，一直没有人回复。", "对方态度很差，还说让我随便投诉。",
    "之前有人来看过一次，后来就没有下文了。", "我们已经忍了很久，实在没有办法才打这个电话。",
    "听说别的小区已经解决了，为什么这里不行。", "现在天气热，问题越来越严重。", "单位上班都受到影响。",
    "我也不清楚应该找哪个部门。",
)  # fmt: skip
WISHES = (
    "希望相关部门尽快处理。", "请核实后答复。", "要求给一个明确的说法。", "请告知办理的流程和时限。",
    "希望安排人员到现场查看。", "请依法处理并回复本人。",
)  # fmt: skip
AGAIN = ("而且", "另外，", "同时还有", "更过分的是，")


@dataclass(frozen=True)
class Learnt:
    """What a process of its own measured: seconds, and megabytes at the most."""

    seconds: float
    peak: float
    accuracy: float
    macro_f1: float


def run() -> Measured:
    """Learns in a process of its own, so that its memory is its alone; then names unseen tickets here."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        file = Path(folder) / "model.npz"
        learnt = _learn_apart(file)
        began = time.perf_counter()
        model = model_file.load(file)
        loaded = time.perf_counter() - began
        size = file.stat().st_size / 1e6
    unseen = tickets(UNSEEN, seed=2)
    began = time.perf_counter()
    named = model.name([one.text for one in unseen])
    naming = time.perf_counter() - began
    right = Measures.of([one.label for one in unseen], named)
    asked = [_timed(lambda one=one: model.suggest(one.title, one.content)) for one in unseen[:ASKED]]
    return Measured(
        name="learning",
        words=f"Learning {MATTERS} matters from {TICKETS:,} tickets",
        figures={
            "learnt_s": learnt.seconds,
            "peak_memory_mb": learnt.peak,
            "model_file_mb": size,
            "model_loaded_ms": 1000 * loaded,
            "texts_named_per_second": len(unseen) / naming,
            "suggested_with_evidence_p50_ms": percentile(asked, 50),
            "suggested_with_evidence_p95_ms": percentile(asked, 95),
            "accuracy_when_tried": learnt.accuracy,
            "macro_f1_when_tried": learnt.macro_f1,
            "accuracy_on_unseen": right.accuracy,
        },
        aims=[Aim(f"learnt in at most {AIM:g} s", learnt.seconds, learnt.seconds <= AIM)],
    )


def tickets(count: int, seed: int) -> list[Example]:
    """So many invented tickets; the same seed gives the same."""
    random = Random(seed)
    city = load_pack("foshan")
    matters = sorted(city.catalogue.matters.values(), key=lambda one: one.code)
    matters = Random(1).sample(matters, min(MATTERS, len(matters)))
    common = [1 / (rank + 3) for rank in range(len(matters))]
    places = [area.name_zh for area in city.areas]
    chosen = random.choices(matters, common, k=count)
    return [_ticket(number, matter, matters, places, random) for number, matter in enumerate(chosen)]


def _ticket(
    number: int, matter: Matter, matters: Sequence[Matter], places: Sequence[str], random: Random
) -> Example:
    street = f"{random.choice('东西南北中新华朝阳')}{random.choice('安康和平兴')}路"
    place = f"{random.choice(places)}{street}{random.randint(1, 300)}号"
    sentences = [f"{random.choice(WHEN)}{place}{_told(matter, random)}。"]
    if random.random() < 0.1:
        sentences.append(f"{random.choice(AGAIN)}{_told(random.choice(matters), random)}。")
    sentences += random.sample(SAID, random.randint(0, 5))
    content = random.choice(OPENINGS) + "".join(sentences) + random.choice(WISHES)
    label = random.choice(matters) if random.random() < 0.05 else matter
    return Example(
        str(number), label.code, _told(matter, random) if random.random() < 0.8 else place, content
    )


def _told(matter: Matter, random: Random) -> str:
    """What the matter is called, or some of what people say for it."""
    words = matter.keywords or (matter.name_zh,)
    if random.random() < 0.2:
        return matter.name_zh
    return "，".join(random.sample(words, min(len(words), random.randint(1, 2))))


def _learn_apart(file: Path) -> Learnt:
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_learn, args=(file, there))
    child.start()
    there.close()
    learnt: Learnt = here.recv()
    child.join()
    return learnt


def _learn(file: Path, answer: Connection) -> None:
    examples = tickets(TICKETS, seed=1)
    began = time.perf_counter()
    model = learn(examples, sources={"invented": len(examples)}, learnt_on=date(2026, 11, 23))
    seconds = time.perf_counter() - began
    model_file.save(model, file)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    answer.send(Learnt(seconds, peak, model.account.accuracy, model.account.macro_f1))


def _timed(work: object) -> float:
    """Milliseconds that it takes."""
    assert callable(work)
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
