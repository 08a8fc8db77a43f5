"""What people call the sheets and fields of a city's data, in few words; what a field is, `Field.about` says."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.pack.sheets import Field
from hotline.words import N_

SHEET_WORDS: Mapping[str, str] = {
    "city": N_("The city"),
    "emergency": N_("Emergency numbers"),
    "skills": N_("Skills"),
    "queues": N_("Queues"),
    "lines": N_("Telephone lines"),
    "areas": N_("Areas"),
    "units": N_("Units"),
    "calendars": N_("Working calendars"),
    "days": N_("Special days"),
    "policies": N_("Clock policies"),
    "clocks": N_("Time limits"),
    "revisits": N_("Revisits"),
    "bands": N_("Bands of units"),
    "prompts": N_("Prompts"),
}

FIELD_WORDS: Mapping[str, str] = {
    "aliases": N_("Other names"),
    "amber": N_("Turns amber at"),
    "answer_target": N_("Answer within"),
    "areas": N_("Areas"),
    "branch_hours": N_("Branch hours"),
    "branch_number": N_("Branch number"),
    "branch_wait": N_("Branch may ring"),
    "budget": N_("Time limit"),
    "calendar": N_("Calendar"),
    "categories": N_("Catalogue headings"),
    "channels": N_("Ways in"),
    "closes": N_("Closed at the end"),
    "cmn": N_("In Mandarin"),
    "code": N_("Code"),
    "confidential": N_("Confidential"),
    "day": N_("Date"),
    "default_queue": N_("Default queue"),
    "duty_unit": N_("Unit on duty"),
    "en": N_("In English"),
    "exempt": N_("Nobody is asked"),
    "greeting": N_("Greeting"),
    "guided_by": N_("Guided by"),
    "hours": N_("Hours"),
    "kind": N_("Kind"),
    "language": N_("Language"),
    "languages": N_("Languages"),
    "level": N_("Level"),
    "lines": N_("Lines"),
    "mode": N_("Mode"),
    "name": N_("Short name"),
    "name_en": N_("Name in English"),
    "name_zh": N_("Name in Chinese"),
    "note": N_("Note"),
    "number": N_("Number"),
    "official_days": N_("Official holidays apply"),
    "parent": N_("Belongs under"),
    "pause": N_("Pause between tries"),
    "policy": N_("Policy"),
    "queue": N_("Queue"),
    "reachable": N_("Can be called"),
    "responded": N_("Response rate"),
    "satisfied": N_("Satisfaction rate"),
    "skill": N_("Skill"),
    "solved": N_("Solution rate"),
    "succeeds": N_("Took over from"),
    "timezone": N_("Time zone"),
    "title_en": N_("Title in English"),
    "title_zh": N_("Title in Chinese"),
    "types": N_("Kinds of ticket"),
    "unit": N_("Unit"),
    "urgencies": N_("Urgencies"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
    "version": N_("Version"),
    "ways": N_("Tries"),
    "weekdays": N_("Working days"),
    "weight": N_("Weight"),
    "widen_after": N_("Wider after"),
    "wider": N_("Wider to"),
    "working": N_("Working day"),
    "yue": N_("In Cantonese"),
}


def sheet_words(name: str) -> str:
    """A sheet's name in English, to be translated; its own name where nobody gave it another."""
    return SHEET_WORDS.get(name, name)


def field_words(field: Field) -> str:
    """A field's label in English, to be translated; what it is where nobody gave it a shorter one."""
    return FIELD_WORDS.get(field.name, field.about)
