"""Which console command makes the switch read a changed file again. Names only, no logic but the choice.

No call is dropped by any of them: calls go on with what they have, and take their next step in the new dialplan.
"""

from __future__ import annotations

from collections.abc import Iterable

# In the order in which they are given: what the dialplan names has to be there before it.
RELOADS = {
    "logger.conf": "logger reload",
    "acl.conf": "acl reload",
    "indications.conf": "module reload indications",
    "rtp.conf": "module reload res_rtp_asterisk.so",
    "udptl.conf": "module reload udptl",
    "http.conf": "module reload http",
    "manager.conf": "manager reload",
    "cel.conf": "module reload cel",
    "cel_custom.conf": "module reload cel_custom.so",
    "cdr.conf": "module reload cdr",
    "ccss.conf": "module reload ccss",
    "features.conf": "module reload features",
    "musiconhold.conf": "moh reload",
    "confbridge.conf": "module reload app_confbridge.so",
    "pjsip.conf": "pjsip reload",
    "queuerules.conf": "queue reload rules",
    "queues.conf": "queue reload all",
    "extensions.conf": "dialplan reload",
    "extensions-third-party.conf": "dialplan reload",
}

AT_START = frozenset({"asterisk.conf", "modules.conf", "sorcery.conf", "pjproject.conf"})
"""Read only when the switch starts."""

FOR_OTHERS = frozenset({"sentences.json"})
"""Not read by the switch."""


def reloads(files: Iterable[str]) -> tuple[str, ...]:
    """The commands for the changed `files`, each once, in their order."""
    names = frozenset(files)
    return tuple(dict.fromkeys(command for name, command in RELOADS.items() if name in names))


def wait_for_start(files: Iterable[str]) -> tuple[str, ...]:
    """Those of the changed `files` that take effect only when the switch starts the next time."""
    return tuple(sorted(AT_START & frozenset(files)))
