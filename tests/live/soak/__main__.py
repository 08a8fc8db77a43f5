"""`python -m tests.live.soak --calls 300`: breaks everything while citizens call, and prints what it cost. With
`--write` the table is kept in docs/faults.md. Ends with 1 if anything is lost, doubled or otherwise wrong.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.live.soak.run import Outcome, soak
from tests.live.soak.table import summary, table

PAGE = Path(__file__).parents[3] / "docs" / "faults.md"


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.live.soak", description=__doc__)
    asked.add_argument(
        "--calls", type=int, default=300, help="citizens who call; everything breaks in proportion"
    )
    asked.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="draws the moments")
    asked.add_argument(
        "--state", type=Path, help="a new folder to keep; without it, all state is thrown away"
    )
    asked.add_argument("--write", action="store_true", help=f"keep the table in {PAGE.name}")
    given = asked.parse_args()
    say(f"seed {given.seed}, {given.calls} calls")
    with tempfile.TemporaryDirectory(prefix="soak-") as passing:
        outcome = soak(given.state or Path(passing), given.seed, given.calls)
    page = text(outcome, given.seed, given.calls)
    say(page)
    for words in outcome.verdict.wrong:
        say(f"wrong: {words}")
    if given.write:
        PAGE.write_text(INTRODUCTION + page + "\n", "utf-8")
    return 1 if outcome.verdict.wrong or not all(blow.whole_at for blow in outcome.struck) else 0


INTRODUCTION = """\
# What faults cost

Written by `make soak CALLS=300 WRITE=--write`: a whole platform with agents at eight seats, real calls through the
trunk, and everything that can break broken by `kill -9` or on the wire, each at moments drawn from a seed, whatever
else is broken then. Nobody but the platform's own supervisor mends anything. Afterwards the record is compared with the
switch's channel log and queue_log, with what the citizens' own telephones saw, and with what the agents were told.

*Calls under way* went on at some moment between the fault and its repair. A *gap* is a time in which nobody listened to
the switch, as its fact says. *Time to repair* is from the fault until everything works again: the process is ready, the
link is lined up, something that the switch said after the fault is in the record, a job that is asked for gets done.
Known faults of links and the tests that hold them are in [known faults](known-faults.md).

"""


def text(outcome: Outcome, seed: int, calls: int) -> str:
    """The table, and everything together in plain words."""
    about = (
        f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}, {os.cpu_count()} processors with a load of {outcome.load:.1f}: "
        f"{calls} calls in {outcome.seconds:.0f} s; the record was whole {outcome.whole_after:.0f} s after the last."
    )
    rows = [f"- {line}" for line in summary(outcome.evidence, outcome.verdict)]
    return "\n".join([about, "", table(outcome.evidence, outcome.verdict, outcome.struck), "", *rows])


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
