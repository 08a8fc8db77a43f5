"""What a refusal looks like outside: its HTTP status, and its words in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from agent_desk import saved_filters
from dispatch import (
    clocks,
    marks,
    rates,
    repeats,
    reply_check,
    requests,
    revisits,
    shifts,
    thresholds,
    workorders,
)
from hotline import deliveries, evidence, tickets, unit_systems
from hotline.errors import Refused
from hotline.words import N_, translate
from telephony import actions

WORDS: Mapping[str, str] = {
    "login.needed": N_("Log in first"),
    "login.wrong": N_("That login and password don't belong together"),
    "login.wait": N_("Too many failed logins. Try again in {minutes} minutes"),
    "login.foreign_page": N_("This page is out of date. Load it again"),
    "not_allowed": N_("Your role doesn't allow this"),
    "field.missing": N_("Fill this in"),
    "field.too_long": N_("At most {limit} characters"),
    "field.unknown": N_("Choose one from the list"),
    "citizen.bad_number": N_("A telephone number has 3 to 20 digits"),
    "ticket.unknown": N_("There is no such ticket, or you may not see it"),
    "order.unknown": N_("There is no such work order, or you may not see it"),
    "call.unknown": N_("There is no such call"),
    "dispatching.none_chosen": N_("Choose at least one ticket"),
    "page.unknown": N_("There is no such page"),
    "telephone.unreachable": N_("The telephone switch doesn't answer. Try again in a moment"),
    "record.unreachable": N_("The database doesn't answer. Try again in a moment"),
    "jobs.unreachable": N_("Tasks can't be begun just now. Try again in a moment"),
    "seat.none": N_("Your account has no seat"),
    "seat.busy": N_("You are already on a call"),
    "call.not_yours": N_("You have no call of your own now"),
    "call.has_party": N_("A third party is in this call already"),
    "call.not_parked": N_("This call isn't parked any longer"),
    "party.closed": N_("The branch centre is closed now. The citizen is still with you"),
    "party.seat_busy": N_("Your colleague is on a call. The citizen is still with you"),
    "party.not_there": N_("They haven't picked up yet. The citizen is still with you"),
    "account.password_too_short": N_("A password has at least {length} characters"),
    "account.login_taken": N_("This login is taken"),
    "account.extension_taken": N_("Somebody else has this extension"),
    "account.no_such_seat": N_("The seats' extensions are {first} to {last}"),
    "account.unknown": N_("There is no such person"),
    "account.own": N_("You can't close your own account"),
    "pair.unknown": N_("There is no such pair"),
    "pair.decided": N_("Somebody else has decided this pair already"),
    "merge.unknown": N_("There is no such merge"),
    "merge.undone": N_("This merge has been undone already"),
    "merge.covered": N_("This citizen has become part of another since: undo that first"),
    "import.bad_mapping": N_("This mapping can't be used. {what}"),
    "import.bad_file": N_("This file can't be read: found {found}; expected {expected}"),
    "import.unknown": N_("There is no such import"),
    "import.not_running": N_("This import isn't running"),
    "message.unknown": N_("There is no such message"),
    "message.not_dead": N_("This message hasn't been given up"),
    "hot.unknown": N_("There is no such issue"),
    "job.unknown": N_("This task is not known any more"),
    "catalogue.unknown": N_("There is no such version of the catalogue"),
    "catalogue.published_already": N_("This version is published already"),
    "catalogue.unread": N_("The file is still being read"),
    "catalogue.day_past": N_("This day is past"),
    "catalogue.has_errors": N_("{count} errors have to be mended first"),
    "catalogue.has_warnings": N_("{count} warnings: say that they are meant"),
    "catalogue.in_force_already": N_("It has been in force; publish another version instead"),
    "matter.unknown": N_("There is no such matter in this version"),
    "organisation.unknown": N_("There is no such plan"),
    "organisation.over": N_("That has been carried out or given up already"),
    "organisation.planned": N_("Something is planned for this unit already"),
    "organisation.day_past": N_("This day is past"),
    "organisation.unit_gone": N_("This unit doesn't exist on that day"),
    "organisation.one_unit": N_("Choose one unit"),
    "organisation.one_rest": N_("Name the successor who takes what no other takes"),
    "organisation.two_successors": N_("A split needs two successors at least"),
    "organisation.own_successor": N_("A unit can't succeed itself"),
    "city.broken": "{what}",  # said already, in the language of who is told
    "city.row_gone": N_("Somebody else has removed this entry meanwhile"),
    "city.row_stays": N_("This entry can be changed, but not added or removed"),
    "city.no_change": N_("Nothing is different from before"),
    "city.changed_meanwhile": N_("Somebody else has changed this entry meanwhile. Load the page again"),
    "city.changed_since": N_("Later changes touched the same entries. Undo these first"),
    "days.bad_list": "{what}",  # said already, in the language of who is told
    "city.revision_unknown": N_("This revision can't be undone"),
    "line.unknown": N_("There is no such line"),
    "line.none_then": N_("This number is no line at that time"),
    "line.no_change": N_("It is all that already"),
    "line.begun": N_(
        "This cut-over can't be cancelled: it has happened, or nothing was there before. Roll it back"
    ),
    "line.no_before": N_("It has always been what it is"),
    "line.moment_over": N_("This time is over. Choose one that is to come"),
    "line.bad_moment": N_("This is no date and time"),
    "sound.unknown": N_("This prompt hasn't been spoken yet"),
    "dialplan.broken": N_("It can't be rendered: {where}: found {found}"),
    "field.malformed": N_("This can't be read: {expected}"),
    "request.malformed": N_("This request can't be understood"),
    "request.failed": N_("Something went wrong on our side. It has been noted; try again"),
    **tickets.REFUSAL_WORDS,
    **workorders.REFUSAL_WORDS,
    **requests.REFUSAL_WORDS,
    **marks.REFUSAL_WORDS,
    **reply_check.REFUSAL_WORDS,
    **shifts.REFUSAL_WORDS,
    **evidence.REFUSAL_WORDS,
    **unit_systems.REFUSAL_WORDS,
    **deliveries.REFUSAL_WORDS,
    **repeats.REFUSAL_WORDS,
    **revisits.REFUSAL_WORDS,
    **rates.REFUSAL_WORDS,
    **clocks.REFUSAL_WORDS,
    **thresholds.REFUSAL_WORDS,
    **actions.REFUSAL_WORDS,
    **saved_filters.REFUSAL_WORDS,
}

STATUS: Mapping[str, HTTPStatus] = {
    "login.needed": HTTPStatus.UNAUTHORIZED,
    "login.wrong": HTTPStatus.UNAUTHORIZED,
    "login.wait": HTTPStatus.TOO_MANY_REQUESTS,
    "login.foreign_page": HTTPStatus.FORBIDDEN,
    "link.wait": HTTPStatus.TOO_MANY_REQUESTS,
    "link.over": HTTPStatus.GONE,
    "link.used": HTTPStatus.GONE,
    "not_allowed": HTTPStatus.FORBIDDEN,
    "telephone.unreachable": HTTPStatus.BAD_GATEWAY,
    "record.unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "jobs.unreachable": HTTPStatus.SERVICE_UNAVAILABLE,
    "attachment.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "token.unknown": HTTPStatus.UNAUTHORIZED,
    "token.no_scope": HTTPStatus.FORBIDDEN,
    "token.too_fast": HTTPStatus.TOO_MANY_REQUESTS,
}

STATES: Mapping[str, Mapping[str, str]] = {
    "ticket": {state.value: words for state, words in tickets.STATE_WORDS.items()},
    "link": {state.value: words for state, words in tickets.STATE_WORDS.items()},
    "order": {state.value: words for state, words in workorders.STATE_WORDS.items()},
    "request": {state.value: words for state, words in workorders.STATE_WORDS.items()},
}


def status_of(refusal: Refused) -> HTTPStatus:
    """404 for what isn't there, 422 for a bad field, 409 for what the state forbids; some have their own."""
    if refusal.key in STATUS:
        return STATUS[refusal.key]
    noun, _, what = refusal.key.partition(".")
    if what == "unknown" and noun != "field":
        return HTTPStatus.NOT_FOUND
    if noun == "field" or what.startswith("bad_"):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.CONFLICT


def words_of(refusal: Refused, language: str) -> str:
    """The sentence that a person reads."""
    known = WORDS.get(refusal.key, N_("That isn't possible"))
    states = STATES.get(refusal.key.partition(".")[0], {})
    facts = {
        name: translate(states.get(str(value), str(value)), language) for name, value in refusal.facts.items()
    }
    return translate(known, language, **facts)
