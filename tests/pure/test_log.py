"""No number and no name reaches a log in the clear; ids that a reader needs do."""

from __future__ import annotations

import pytest

from hotline import log

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("offered 13800138000 to 8001", "offered *********00 to 8001"),
        ("from +8613800138000.", "from ************00."),
        ("id 440604199001011234", "id 440604199001011234"[:3] + "*" * 16 + "34"),
        ("call a1-1763856000.12 queued", "call a1-1763856000.12 queued"),
        ("line 12345 at 2026-11-22T10:00:00", "line 12345 at 2026-11-22T10:00:00"),
        ("83331234拨入", "******34拨入"),
        ("PJSIP/13800138000@trunk", "PJSIP/*********00@trunk"),
        ("<sip:13800138000@carrier>", "<sip:*********00@carrier>"),
        ("ticket:12345678 opened", "ticket:12345678 opened"),
    ],
)
def test_runs_of_digits_are_masked_but_ids_are_not(text: str, shown: str) -> None:
    assert log.mask_text(text) == shown


def test_marked_keys_are_masked_whatever_they_hold() -> None:
    event = log.mask(
        None, "info", {"event": "popped", "caller": "13800138000", "name": "陈大文", "call": "a1-1.1"}
    )
    assert event == {"event": "popped", "caller": "*********00", "name": "***", "call": "a1-1.1"}
