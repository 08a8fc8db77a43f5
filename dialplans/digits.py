"""Numbers as they are spoken on the telephone: digit by digit, not as twelve thousand and so on."""

from __future__ import annotations

import re

_LONG_NUMBER = re.compile(r"[0-9]{3,}")
_DIGITS = {
    "cmn": "零幺二三四五六七八九",  # one is said yao on the telephone, so that nobody hears seven (qi)
    "yue": "零一二三四五六七八九",
}


def spoken(text: str, language: str) -> str:
    """`text` with every number of three digits or more as its digits, in the words of `language`."""
    names = _DIGITS.get(language)
    if names is None:
        return _LONG_NUMBER.sub(lambda number: " ".join(number[0]), text)
    return _LONG_NUMBER.sub(lambda number: "".join(names[int(digit)] for digit in number[0]), text)
