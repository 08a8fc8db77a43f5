"""Who may do what: one table from role to permissions, asked by pages, API and sockets alike.

What somebody may *see* is another question, which the visibility predicate answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from hotline.words import N_


class Role(StrEnum):
    """A person's work at the hotline; somebody may have several. `UNIT_SYSTEM` is no person's: a unit's own system acts
    by it.
    """

    AGENT = "agent"
    TEAM_LEAD = "team_lead"
    SUPERVISOR = "supervisor"
    DISPATCHER = "dispatcher"
    UNIT_STAFF = "unit_staff"
    UNIT_LEADER = "unit_leader"
    UNIT_SYSTEM = "unit_system"
    QUALITY = "quality"
    KNOWLEDGE_EDITOR = "knowledge_editor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.AGENT: N_("Agent"),
    Role.TEAM_LEAD: N_("Team lead"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.DISPATCHER: N_("Dispatcher"),
    Role.UNIT_STAFF: N_("Unit staff"),
    Role.UNIT_LEADER: N_("Unit leader"),
    Role.UNIT_SYSTEM: N_("Unit's own system"),
    Role.QUALITY: N_("Quality inspector"),
    Role.KNOWLEDGE_EDITOR: N_("Knowledge editor"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


OF_MACHINES = frozenset({Role.UNIT_SYSTEM})
"""What nobody is given who logs in."""
PEOPLES_ROLES = tuple(role for role in Role if role not in OF_MACHINES)


class Permission(StrEnum):
    """Something that not everybody may do, as `noun.verb`."""

    DESK_USE = "desk.use"
    CALL_PLACE = "call.place"
    TICKET_OPEN = "ticket.open"
    TICKET_EDIT = "ticket.edit"
    TICKET_CLOSE = "ticket.close"
    TICKET_VIEW_ALL = "ticket.view_all"
    TICKET_VIEW_CONFIDENTIAL = "ticket.view_confidential"
    PERSON_VIEW = "person.view"
    CITIZEN_JOIN = "citizen.join"
    ORDER_ISSUE = "order.issue"
    ORDER_DECIDE = "order.decide"
    ORDER_SIGN = "order.sign"
    ORDER_REPLY = "order.reply"
    ORDER_RETURN = "order.return"
    ORDER_DELEGATE = "order.delegate"
    ORDER_APPROVE = "order.approve"
    ORDER_REVIEW = "order.review"
    ORDER_SUPERVISE = "order.supervise"
    FLOOR_WATCH = "floor.watch"
    RECORDING_PLAY = "recording.play"
    KNOWLEDGE_EDIT = "knowledge.edit"
    AUDIT_READ = "audit.read"
    REPORT_READ = "report.read"
    CATALOGUE_READ = "catalogue.read"
    ADMIN_PEOPLE = "admin.people"
    ADMIN_RULES = "admin.rules"


_DESK = frozenset(
    {
        Permission.DESK_USE,
        Permission.CALL_PLACE,
        Permission.TICKET_OPEN,
        Permission.TICKET_EDIT,
        Permission.TICKET_CLOSE,
        Permission.TICKET_VIEW_ALL,
        Permission.PERSON_VIEW,
        Permission.ORDER_ISSUE,
        Permission.CATALOGUE_READ,
    }
)
_LEAD = _DESK | {
    Permission.FLOOR_WATCH,
    Permission.RECORDING_PLAY,
    Permission.CITIZEN_JOIN,
    Permission.REPORT_READ,
}
_UNIT = frozenset({Permission.ORDER_SIGN, Permission.ORDER_REPLY, Permission.PERSON_VIEW})

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.AGENT: _DESK,
    Role.TEAM_LEAD: _LEAD,
    # To decide: whether an order may be returned or suspended, and to whom it is bound.
    Role.SUPERVISOR: _LEAD
    | {
        Permission.TICKET_VIEW_CONFIDENTIAL,
        Permission.ORDER_DECIDE,
        Permission.ORDER_REVIEW,
        Permission.ORDER_SUPERVISE,
    },
    Role.DISPATCHER: frozenset(
        {
            Permission.TICKET_OPEN,
            Permission.TICKET_EDIT,
            Permission.TICKET_CLOSE,
            Permission.TICKET_VIEW_ALL,
            Permission.TICKET_VIEW_CONFIDENTIAL,
            Permission.PERSON_VIEW,
            Permission.CITIZEN_JOIN,
            Permission.ORDER_ISSUE,
            Permission.ORDER_DECIDE,
            Permission.ORDER_REVIEW,
            Permission.ORDER_SUPERVISE,
            Permission.CATALOGUE_READ,
        }
    ),
    Role.UNIT_STAFF: _UNIT,
    # To object, to hand down and to let a reply go speaks for the whole unit.
    Role.UNIT_LEADER: _UNIT
    | {
        Permission.ORDER_RETURN,
        Permission.ORDER_DELEGATE,
        Permission.ORDER_APPROVE,
        Permission.CATALOGUE_READ,
    },
    # What its token's scopes then narrow. A leader's approval it never gives.
    Role.UNIT_SYSTEM: _UNIT | {Permission.ORDER_RETURN},
    Role.QUALITY: frozenset({Permission.TICKET_VIEW_ALL, Permission.RECORDING_PLAY}),
    Role.KNOWLEDGE_EDITOR: frozenset({Permission.KNOWLEDGE_EDIT}),
    Role.AUDITOR: frozenset(
        {
            Permission.TICKET_VIEW_ALL,
            Permission.AUDIT_READ,
            Permission.CATALOGUE_READ,
            Permission.REPORT_READ,
        }
    ),
    # Keeps the system going; citizens' matters are none of this role's business.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.ADMIN_PEOPLE,
            Permission.ADMIN_RULES,
            Permission.CATALOGUE_READ,
            Permission.REPORT_READ,
        }
    ),
}


def may(roles: Iterable[Role], permission: Permission) -> bool:
    """Whether one of `roles` allows `permission`."""
    return any(permission in MAY[role] for role in roles)
