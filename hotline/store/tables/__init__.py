"""The record's tables. Rows only: what may happen to them is said by the lifecycles, and done by the commands.

Places, units, matters and lines are named by their codes in the city's data. Times are aware and in UTC.
"""

from hotline.store.tables.accounts import Account, LoginFailure, LoginSession, SavedFilter
from hotline.store.tables.automatic import AutomaticDispatch, MatterThreshold
from hotline.store.tables.calls import Call, CallAlias, Seat
from hotline.store.tables.catalogues import CatalogueRow, CatalogueVersion, OrganisationChange
from hotline.store.tables.citizens import Citizen, CitizenNumber
from hotline.store.tables.city import CityRevision, CityRow
from hotline.store.tables.duty import DutyTurn
from hotline.store.tables.imports import (
    CitizenSource,
    Imported,
    ImportedOpen,
    ImportRun,
    KnowledgeEntry,
)
from hotline.store.tables.journal import FactRow
from hotline.store.tables.line_days import LineDay
from hotline.store.tables.links import Link
from hotline.store.tables.messages import MessageRow
from hotline.store.tables.orders import (
    Attachment,
    ClockFiring,
    ClockPause,
    ClockRecompute,
    ClockRow,
    Mark,
    OrderRequest,
    WorkOrder,
)
from hotline.store.tables.repair import SwitchReading
from hotline.store.tables.repeats import HotIssue, JournalMark, MatterDay, TicketLink
from hotline.store.tables.revisits import RateMonth, Revisit, RevisitLink, RevisitTry, Verdict
from hotline.store.tables.same_citizens import CitizenMerge, CitizenPair
from hotline.store.tables.search import TicketWords
from hotline.store.tables.tallies import UnitMonth, UnitTally
from hotline.store.tables.tickets import Ticket, TicketEntry
from hotline.store.tables.unit_systems import UnitDelivery, UnitSystem

__all__ = [
    "Account",
    "Attachment",
    "AutomaticDispatch",
    "Call",
    "CallAlias",
    "CatalogueRow",
    "CatalogueVersion",
    "Citizen",
    "CitizenMerge",
    "CitizenNumber",
    "CitizenPair",
    "CitizenSource",
    "CityRevision",
    "CityRow",
    "ClockFiring",
    "ClockPause",
    "ClockRecompute",
    "ClockRow",
    "DutyTurn",
    "FactRow",
    "HotIssue",
    "ImportRun",
    "Imported",
    "ImportedOpen",
    "JournalMark",
    "KnowledgeEntry",
    "LineDay",
    "Link",
    "LoginFailure",
    "LoginSession",
    "Mark",
    "MatterDay",
    "MatterThreshold",
    "MessageRow",
    "OrderRequest",
    "OrganisationChange",
    "RateMonth",
    "Revisit",
    "RevisitLink",
    "RevisitTry",
    "SavedFilter",
    "Seat",
    "SwitchReading",
    "Ticket",
    "TicketEntry",
    "TicketLink",
    "TicketWords",
    "UnitDelivery",
    "UnitMonth",
    "UnitSystem",
    "UnitTally",
    "Verdict",
    "WorkOrder",
]
