"""What `hotline doctor` says of the switch's configuration: which one is in force, and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from dialplans.editions import Editions
from dialplans.folders import folders
from hotline.platform.doctor import Finding, Verdict
from hotline.settings import Settings

APPLY = "mend it, then `hotline dialplans apply`"


def findings(settings: Settings) -> Iterator[Finding]:
    """One finding, once there is a configuration of ours."""
    editions = Editions(folders(settings))
    now = editions.in_force()
    if settings.asterisk.external or now is None:
        return
    words = f"edition {now.name}, of revision {now.about().get('revision', 0)}"
    held = editions.held_at()
    if held is not None:
        found = f"{words}; rolled back, until revision {held + 1}"
        yield Finding("Dialplan", Verdict.WARNING, found, "`hotline dialplans apply` brings the newest in")
    elif editions.has_refused():
        found = f"{words}; a newer one was refused"
        yield Finding("Dialplan", Verdict.WARNING, found, "`hotline dialplans check` says why; " + APPLY)
    else:
        yield Finding("Dialplan", Verdict.FINE, words)
