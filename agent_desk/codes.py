"""The words for the record's codes, for templates: `codes.ticket["opened"]` is English, to be translated there;
`codes.solution|in_words` are all of a table, translated, to choose from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from dispatch import marks, rates, requests, revisits, workorders
from hotline import (
    calls,
    deliveries,
    evidence,
    heat,
    levels,
    lines,
    messages,
    presence,
    revisit_policy,
    roles,
    tickets,
    unit_systems,
)
from hotline.words import N_

CODES: Mapping[str, Mapping[Any, str]] = {
    "ticket": tickets.STATE_WORDS,
    "type": tickets.TYPE_WORDS,
    "urgency": tickets.URGENCY_WORDS,
    "channel": tickets.CHANNEL_WORDS,
    "satisfaction": tickets.SATISFACTION_WORDS,
    "solution": tickets.SOLUTION_WORDS,
    "file_audience": evidence.AUDIENCE_WORDS,
    "order": workorders.STATE_WORDS,
    "part": workorders.PART_WORDS,
    "request": requests.KIND_WORDS,
    "request_state": requests.STATE_WORDS,
    "amount": requests.AMOUNT_WORDS,
    "return_reason": requests.RETURN_WORDS,
    "mark": marks.KIND_WORDS,
    "way": revisit_policy.WAY_WORDS,
    "exemption": revisit_policy.EXEMPTION_WORDS,
    "result": revisits.RESULT_WORDS,
    "grievance": revisits.GRIEVANCE_WORDS,
    "asked": revisits.OUTCOME_WORDS,
    "exclusion": rates.EXCLUSION_WORDS,
    "rate": rates.RATE_WORDS,
    "definition": rates.DEFINITIONS,
    "counted": rates.PART_WORDS,
    "step": marks.STEP_WORDS,
    "call": calls.STATE_WORDS,
    "outcome": calls.OUTCOME_WORDS,
    "seat": presence.STATE_WORDS,
    "pause": presence.REASON_WORDS,
    "level": levels.LEVEL_WORDS,
    "role": roles.ROLE_WORDS,
    "persons_role": {role: roles.ROLE_WORDS[role] for role in roles.PEOPLES_ROLES},
    "scope": unit_systems.SCOPE_WORDS,
    "message": messages.STATE_WORDS,
    "delivery_way": deliveries.WAY_WORDS,
    "event": {**deliveries.EVENTS, deliveries.TEST: N_("Test message")},
    "mode": lines.MODE_WORDS,
    "heat": heat.LEVEL_WORDS,
}


@pass_context
def in_words(context: Context, table: Mapping[Any, str]) -> list[tuple[str, str]]:
    """The table's codes with their words in the reader's language, in its order."""
    return [(code, context["_"](words)) for code, words in table.items()]
