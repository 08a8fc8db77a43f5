"""Roles: the table says something about every role and permission, and keeps apart what must be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.roles import MAY, ROLE_WORDS, Permission, Role, may
from hotline.words import catalogue

pytestmark = pytest.mark.pure


def test_every_role_may_something_and_every_permission_is_somebodys() -> None:
    assert set(MAY) == set(Role)
    assert all(MAY.values())
    assert frozenset().union(*MAY.values()) == set(Permission)


@given(st.frozensets(st.sampled_from(Role)), st.sampled_from(Permission))
def test_several_roles_add_up_and_none_takes_away(roles: frozenset[Role], permission: Permission) -> None:
    assert may(roles, permission) == any(permission in MAY[role] for role in roles)
    assert not may((), permission)


def test_a_unit_never_sees_other_tickets_nor_decides_about_its_own_objection() -> None:
    for role in (Role.UNIT_STAFF, Role.UNIT_LEADER):
        assert not MAY[role] & {Permission.TICKET_VIEW_ALL, Permission.ORDER_DECIDE, Permission.ORDER_ISSUE}


def test_the_administrator_reads_no_citizens_matters() -> None:
    assert all(
        permission.startswith(("admin.", "catalogue.", "report.")) for permission in MAY[Role.ADMINISTRATOR]
    )


def test_an_auditor_changes_nothing() -> None:
    assert MAY[Role.AUDITOR] == {
        Permission.TICKET_VIEW_ALL,
        Permission.AUDIT_READ,
        Permission.CATALOGUE_READ,
        Permission.REPORT_READ,
    }


def test_every_role_has_words_in_both_languages() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert not [text for text in ROLE_WORDS.values() if text not in catalogue("zh_Hans")]
