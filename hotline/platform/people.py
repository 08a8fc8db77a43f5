"""Who can log in on the first day: the people of a demonstration, or the one administrator of a real installation."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address

from sqlmodel import select

from hotline.bell import Bell
from hotline.errors import Misconfigured
from hotline.pack.load import load_pack
from hotline.platform import addresses
from hotline.record import accounts, demo
from hotline.roles import Role
from hotline.settings import Settings
from hotline.store import Store, open_store
from hotline.store.tables import Account

DEMO_PASSWORD = "demo-12345"  # known to everybody, hence only where nobody from outside can come


def opened(settings: Settings) -> Store:
    """The record, for a few words at set-up. Whoever opens it closes it."""
    return open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)


def settle_demo(settings: Settings) -> bool:
    """The city pack's people, with the password that everybody knows, where nobody has an account yet."""
    refuse_open_demo(settings)
    store = opened(settings)
    try:
        with store.transaction() as session:
            return demo.settle(session, load_pack(settings.site.city), DEMO_PASSWORD, datetime.now(UTC))
    finally:
        store.close()


def refuse_open_demo(settings: Settings) -> None:
    """Raises `Misconfigured` for a demo that others than this machine could reach."""
    if settings.site.demo and not _is_loopback(settings.web.host):
        found = f"{settings.web.host} with a demo, whose passwords everybody knows"
        raise Misconfigured("web.host (HOTLINE_WEB__HOST)", found, "127.0.0.1, or site.demo = false")


def anybody(settings: Settings) -> bool:
    """Whether somebody could log in at all."""
    store = opened(settings)
    try:
        with store.transaction() as session:
            return session.exec(select(Account.id).limit(1)).first() is not None
    finally:
        store.close()


def settle_administrator(settings: Settings, login: str, password: str) -> None:
    """The first account of a real installation."""
    store = opened(settings)
    try:
        with store.transaction() as session:
            accounts.create_account(
                session,
                login=login,
                name=login,
                roles=[Role.ADMINISTRATOR],
                password_hash=accounts.hash_password(password),
                at=datetime.now(UTC),
            )
    finally:
        store.close()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
