"""Delivery of orders to units' own systems: what is posted for them when something happens, and how a unit is reached.
Where an order stands on its way is another question than where it stands with the unit.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from dispatch import outbox
from dispatch.outbox import Message
from hotline import journal
from hotline.deliveries import EVENTS, TEST, Way, addressee, check_address, key, told
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.messages import Channel
from hotline.record.unit_systems import must_manage
from hotline.store.rows import put
from hotline.store.tables import MessageRow, Ticket, UnitDelivery, WorkOrder
from hotline.viewer import Viewer
from hotline.words import translate

CHANNEL = {Way.WEBHOOK: Channel.SYSTEM, Way.MAIL: Channel.MAIL}
LATEST = 20


def note(
    session: Session, ticket: Ticket, order: WorkOrder, event: str, at: datetime, which: str = "", **more: Any
) -> None:
    """Posts what happened to an order for the system of its unit, if that is to be told. `which` tells apart what may
    happen to it twice at a time.
    """
    if event not in EVENTS:
        return
    delivery = session.get(UnitDelivery, order.unit)
    if delivery is not None:
        about = {
            "id": order.id,
            "number": ticket.number,
            "type": ticket.type,
            "urgency": ticket.urgency,
            "unit": order.unit,
            "role": order.role,
            "state": order.state,
        }
        message = _message(
            delivery,
            event,
            key(order.unit, order.id or 0, f"{event} {which}".strip(), at),
            told(event, about, at, **more),
            f"/portal/orders/{order.id}",
        )
        outbox.post(session, [message], at)


def are_told(session: Session, units: Collection[str]) -> set[str]:
    """Those of `units` whose systems are told anything."""
    return set(session.exec(select(UnitDelivery.unit).where(col(UnitDelivery.unit).in_(units))))


def find(session: Session, unit: str) -> UnitDelivery | None:
    """How the unit is told; None where it isn't."""
    return session.get(UnitDelivery, unit)


def set_way(session: Session, unit: str, way: Way, address: str, viewer: Viewer, at: datetime) -> None:
    """From now on the unit is told so. A webhook keeps its secret when only its address changes."""
    must_manage(viewer, unit)
    plain, delivery = check_address(way, address), session.get(UnitDelivery, unit)
    if delivery is None:
        delivery = UnitDelivery(
            unit=unit, way=way, address=plain, secret=_secret(), set_by=viewer.by, set_at=at
        )
        put(session, delivery)
    else:
        delivery.way, delivery.address = way, plain
        delivery.set_by, delivery.set_at = viewer.by, at
    _tell(session, unit, "delivery.set", {"way": way.value}, viewer, at)


def change_secret(session: Session, unit: str, viewer: Viewer, at: datetime) -> None:
    """A new secret, by which everything is signed from now on."""
    _existing(session, unit, viewer).secret = _secret()
    _tell(session, unit, "delivery.secret_changed", {}, viewer, at)


def stop(session: Session, unit: str, viewer: Viewer, at: datetime) -> None:
    """The unit isn't told any more; what waits for it is given up when its turn comes."""
    session.delete(_existing(session, unit, viewer))
    _tell(session, unit, "delivery.stopped", {}, viewer, at)


def try_out(session: Session, unit: str, viewer: Viewer, at: datetime) -> None:
    """Posts a message that says nothing, to see whether it arrives."""
    delivery = _existing(session, unit, viewer)
    name = f"{addressee(unit)}/{TEST}/{at:%Y%m%dT%H%M%S%f}"
    outbox.post(session, [_message(delivery, TEST, name, told(TEST, {}, at), "/portal/system")], at)


def latest(session: Session, unit: str) -> Sequence[MessageRow]:
    """What the unit was told last, and what became of it; the newest first."""
    its = select(MessageRow).where(MessageRow.to == addressee(unit))
    return session.exec(its.order_by(col(MessageRow.id).desc()).limit(LATEST)).all()


def of_order(session: Session, order: WorkOrder) -> MessageRow | None:
    """The message by which the order was told to its unit's system; None where it wasn't."""
    issued = key(order.unit, order.id or 0, "order.issued", order.issued_at)
    return session.exec(select(MessageRow).where(MessageRow.key == issued)).first()


def resend(session: Session, unit: str, identity: int, viewer: Viewer, at: datetime) -> None:
    """Lets a message to the unit that was given up be tried again. Raises `Refused("delivery.unknown")`."""
    must_manage(viewer, unit)
    row = session.get(MessageRow, identity)
    if row is None or row.to != addressee(unit):
        raise Refused("delivery.unknown")
    outbox.resend(session, identity, viewer.by, at)


def _message(delivery: UnitDelivery, event: str, name: str, values: dict[str, Any], link: str) -> Message:
    way = Way(delivery.way)
    number = values["order"].get("number", "")
    words = translate(EVENTS.get(event, event), "zh_Hans")
    body = json.dumps(values, ensure_ascii=False) if way is Way.WEBHOOK else f"{words} {number}".strip()
    return Message(
        channel=CHANNEL[way],
        to=addressee(delivery.unit),
        subject=event if way is Way.WEBHOOK else f"12345 {words} {number}".strip(),
        body=body,
        key=name,
        link=link,
    )


def _existing(session: Session, unit: str, viewer: Viewer) -> UnitDelivery:
    must_manage(viewer, unit)
    delivery = session.get(UnitDelivery, unit)
    if delivery is None:
        raise Refused("delivery.none")
    return delivery


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _tell(session: Session, unit: str, kind: str, data: dict[str, Any], viewer: Viewer, at: datetime) -> None:
    """Without the address: it may be a person's."""
    told_of = Fact(kind, subject("unit", unit), at, by=viewer.by, data={"unit": unit, **data})
    journal.append(session, told_of)
