"""Delivery to units' own systems: addresses that lead somewhere, and keys that make a message itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dispatch import orders, requesting
from hotline.deliveries import EVENTS, Way, addressee, check_address, key, unit_of
from hotline.errors import Refused

pytestmark = pytest.mark.pure

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("way", "address"),
    [
        (Way.WEBHOOK, "https://jz.zumiao.example/hook"),
        (Way.WEBHOOK, " http://10.1.2.3:8080/hook "),
        (Way.MAIL, "jiedao@zumiao.example"),
    ],
)
def test_an_address_that_leads_somewhere_is_kept(way: Way, address: str) -> None:
    assert check_address(way, address) == address.strip()


@pytest.mark.parametrize(
    ("way", "address"),
    [
        (Way.WEBHOOK, ""),
        (Way.WEBHOOK, "zumiao.example/hook"),
        (Way.WEBHOOK, "ftp://zumiao.example/"),
        (Way.WEBHOOK, "https:///hook"),
        (Way.WEBHOOK, "https://host:port/"),
        (Way.WEBHOOK, "https://ho st/"),
        (Way.WEBHOOK, "https://h/" + "x" * 500),
        (Way.MAIL, "zumiao"),
        (Way.MAIL, "a@b"),
        (Way.MAIL, "a b@zumiao.example"),
        (Way.MAIL, "街道@zumiao.example"),
    ],
)
def test_any_other_is_refused_at_its_field(way: Way, address: str) -> None:
    with pytest.raises(Refused, match=r"delivery\.bad_address") as refused:
        check_address(way, address)
    assert refused.value.facts["field"] == "address"


def test_an_order_is_issued_to_a_unit_under_one_key() -> None:
    assert key("a", 1, "order.issued", AT) == key("a", 1, "order.issued", AT.replace(hour=9))
    assert key("a", 1, "order.redone", AT) != key("a", 1, "order.redone", AT.replace(hour=9))
    assert unit_of(addressee("zumiao-office")) == "zumiao-office"
    assert unit_of("account:7") is unit_of("unit:") is unit_of("a@b.example") is None


def test_what_is_told_are_facts_that_there_are() -> None:
    facts = {"order.issued", "order.leads", *orders.PAST.values(), "mark.put"}
    facts |= {f"request.{what}" for what in requesting.PAST.values()}
    assert set(EVENTS) <= facts
