"""The short form of the soak: everything is broken once while citizens call. `make soak CALLS=300` is the long form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.soak.__main__ import text
from tests.live.soak.plan import Fault
from tests.live.soak.run import soak

pytestmark = pytest.mark.live

CALLS, SEED = 40, 12345


def test_nothing_is_lost_and_nothing_doubled_whatever_breaks(tmp_path: Path) -> None:
    outcome = soak(tmp_path, SEED, CALLS)
    print(text(outcome, SEED, CALLS))  # noqa: T201
    assert outcome.verdict.wrong == []
    assert {blow.fault for blow in outcome.struck} == set(Fault)
    assert all(blow.whole_at for blow in outcome.struck)
