"""The telephone switch as programs and a process: made from Debian's packages where the host has none, found,
started and asked whether it is ready. What it is told to do stands in its configuration, which others render.
"""

from __future__ import annotations

from telephony.switch.locate import locate
from telephony.switch.make import install
from telephony.switch.programs import Programs

__all__ = ["Programs", "install", "locate"]
