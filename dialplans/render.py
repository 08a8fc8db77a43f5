"""From a plan to the texts of Asterisk's configuration files. Pure: the same plan gives the same texts.

Whatever a template writes passes one gate, so that no value can end its line, begin a comment, become another
argument or be read as an expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, pass_context
from jinja2.runtime import Context

from dialplans.modules import EMPTY, LINK_EVENTS, MODULES
from dialplans.plan import Plan
from hotline.errors import Misconfigured
from hotline.skills import OUTSIDE, STRANGE

RESERVED = frozenset({"general"})  # a queue of this name would be read as the settings of all queues
UNSAFE = frozenset(";,\\\"'[]{}$|&()<>`")
SUFFIX = ".j2"


def render(plan: Plan) -> dict[str, str]:
    """The configuration files by name. Raises `Misconfigured` for a value that Asterisk would misread."""
    _check_queues(plan)
    templates = _templates()
    environment = _environment(templates)
    values = {
        "plan": plan,
        "modules": MODULES,
        "events": LINK_EVENTS,
        "first_circle": OUTSIDE - 1,  # the highest penalty there
        "everybody": STRANGE,
    }
    written = {name.removesuffix(SUFFIX): environment.get_template(name).render(values) for name in templates}
    return written | dict.fromkeys(EMPTY, "; Nothing but the defaults.\n")


def _check_queues(plan: Plan) -> None:
    names = [queue.name for queue in plan.queues]
    for name in names:
        if name.lower() in RESERVED:
            raise Misconfigured(
                "queues.conf", f"a queue named {name}", "another name: Asterisk keeps this one"
            )
    if plan.default_queue not in names:
        raise Misconfigured("queues.conf", f"the default queue {plan.default_queue}", "a queue that exists")


def _templates() -> Mapping[str, str]:
    folder = resources.files("dialplans") / "templates"
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(SUFFIX)}


def _environment(templates: Mapping[str, str]) -> Environment:
    return Environment(
        loader=DictLoader(templates),
        undefined=StrictUndefined,
        finalize=_gate,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


@pass_context
def _gate(context: Context, value: Any) -> Any:
    text = str(value)
    if not text.isprintable() or UNSAFE & set(text):
        name = str(context.name).removesuffix(SUFFIX)
        raise Misconfigured(name, repr(text), "a value in which Asterisk can't misread anything")
    return value
