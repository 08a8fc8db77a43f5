"""What a citizen does with a telephone: dials, says something, presses keys, hangs up. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hotline.errors import Misconfigured

_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_DIGITS = re.compile(r"[0-9*#A-Dw]*")


@dataclass(frozen=True)
class Attempt:
    """A call to `number` from `caller`. `say` is spoken again and again (voice: `language`), `digits` are pressed
    once after the answer (w waits half a second); the citizen hangs up after `seconds`.

    Raises `Misconfigured` for numbers or digits that no telephone could send.
    """

    number: str
    caller: str = "13800138000"
    say: str = ""
    language: str = "cmn"
    digits: str = ""
    seconds: float = 20.0

    def __post_init__(self) -> None:
        for name, value, form in (("number", self.number, _NUMBER), ("caller", self.caller, _NUMBER)):
            if not form.fullmatch(value):
                raise Misconfigured(name, repr(value), "digits, with a leading + at most")
        if not _DIGITS.fullmatch(self.digits):
            raise Misconfigured("digits", repr(self.digits), "0 to 9, *, #, A to D, and w for a pause")

    def from_another(self, n: int) -> Attempt:
        """The same attempt by the citizen whose number is higher by `n`."""
        digits = self.caller.removeprefix("+")
        plus = "+" if digits != self.caller else ""
        return replace(self, caller=plus + str(int(digits) + n).zfill(len(digits)))
