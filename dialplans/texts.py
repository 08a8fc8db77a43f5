"""All files of the switch's configuration as one value: name → text. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from dialplans.plan import Plan
from dialplans.render import render
from dialplans.sentences import sentences, to_json
from hotline.errors import Misconfigured

SENTENCES = "sentences.json"  # read by whoever speaks them
DIGEST = 12  # hexadecimal digits

Texts = Mapping[str, str]


def texts(made: Plan) -> dict[str, str]:
    """Every file of the switch's `etc` folder. Raises `Misconfigured`, also for a template that can't be rendered."""
    try:
        return render(made) | {SENTENCES: to_json(sentences(made))}
    except TemplateError as error:
        where = "a template"
        if isinstance(error, TemplateSyntaxError):
            where = f"{error.name} line {error.lineno}"
        raise Misconfigured(where, str(error.message), "a template that can be rendered") from error


def digest(written: Texts) -> str:
    """The same for the same texts, and for no others."""
    whole = json.dumps(sorted(written.items())).encode()
    return hashlib.sha256(whole).hexdigest()[:DIGEST]


def spoken(written: Texts) -> list[dict[str, Any]]:
    """The sentences among the texts, as `telephony` makes sounds of them."""
    return list(json.loads(written.get(SENTENCES, "[]")))
