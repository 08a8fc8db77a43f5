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
    "steps": N_("Reminders and urging"),
    "channels": N_("Message hours"),
    "prompts": N_("Prompts"),
    "rules": N_("Dispatch rules"),
    "reply_templates": N_("Reply templates"),
}

FIELD_WORDS: Mapping[str, str] = {
    "aliases": N_("Other names"),
    "all_words": N_("All of the words"),
    "amber": N_("Turns amber at"),
    "answer_target": N_("Answer within"),
    "any_words": N_("One of the words"),
    "areas": N_("Areas"),
    "branch_hours": N_("Branch hours"),
    "branch_number": N_("Branch number"),
    "branch_wait": N_("Branch may ring"),
    "budget": N_("Time limit"),
    "by": N_("By"),
    "calendar": N_("Calendar"),
    "categories": N_("Catalogue headings"),
    "channel": N_("Way"),
    "channels": N_("Channels"),
    "cmn": N_("In Mandarin"),
    "co": N_("Working along"),
    "code": N_("Code"),
    "contact": N_("Time to contact"),
    "day": N_("Date"),
    "default_queue": N_("Default queue"),
    "does": N_("Step"),
    "duty_unit": N_("Unit on duty"),
    "en": N_("In English"),
    "follows": N_("Follows"),
    "greeting": N_("Greeting"),
    "guided_by": N_("Guided by"),
    "hours": N_("Hours"),
    "kind": N_("Kind"),
    "kinds": N_("Kinds of clock"),
    "language": N_("Language"),
    "languages": N_("Languages"),
    "lead": N_("Leads"),
    "level": N_("Level"),
    "levels": N_("Unit's level"),
    "lines": N_("Dialled lines"),
    "marks": N_("Marks"),
    "matters": N_("Matters"),
    "mode": N_("Mode"),
    "name": N_("Short name"),
    "name_en": N_("Name in English"),
    "name_zh": N_("Name in Chinese"),
    "no_words": N_("None of the words"),
    "note": N_("Note"),
    "number": N_("Number"),
    "official_days": N_("Official holidays apply"),
    "on_redo": N_("At a redo"),
    "on_reopen": N_("At a reopening"),
    "order": N_("Order"),
    "parent": N_("Belongs under"),
    "policy": N_("Policy"),
    "queue": N_("Queue"),
    "reason_en": N_("Reason in English"),
    "reason_zh": N_("Reason in Chinese"),
    "resolve": N_("Time to resolve"),
    "sign": N_("Time to sign"),
    "skill": N_("Skill"),
    "source": N_("Source"),
    "status": N_("Status"),
    "succeeds": N_("Took over from"),
    "text": N_("Text"),
    "timezone": N_("Time zone"),
    "title_en": N_("Title in English"),
    "title_zh": N_("Title in Chinese"),
    "to": N_("Tells"),
    "types": N_("Kinds of ticket"),
    "unit": N_("Unit"),
    "urgencies": N_("Urgencies"),
    "urgent": N_("Urgent at once"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
    "version": N_("Version"),
    "weekdays": N_("Working days"),
    "weight": N_("Weight"),
    "when": N_("When"),
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
