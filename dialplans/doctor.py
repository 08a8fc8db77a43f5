"""What `hotline doctor` says of the switch's configuration: whether it is the one that the settings ask for."""

from __future__ import annotations

from collections.abc import Iterator

from dialplans.folders import folders
from dialplans.install import differences
from hotline.platform.doctor import Finding, Verdict
from hotline.settings import Settings


def findings(settings: Settings) -> Iterator[Finding]:
    """One finding, once there is a configuration of ours."""
    if settings.asterisk.external or not folders(settings).etc.exists():
        return
    changed = differences(settings)
    if changed:
        advice = "`hotline up` writes it, or `hotline dialplans write`; then restart the switch"
        yield Finding("Dialplan", Verdict.WARNING, f"out of date: {', '.join(changed)}", advice)
    else:
        yield Finding("Dialplan", Verdict.FINE, "as the settings say")
