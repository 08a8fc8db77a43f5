"""Which texts of each package have no Chinese yet, and which translations nothing uses any more.

Texts are found by Babel in Python (`_`, `N_`, `translate`) and in the Jinja templates.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from hotline.words import PACKAGES  # noqa: E402

METHODS = [
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
    ("**.jinja", "jinja2.ext:babel_extract"),
]
KEYWORDS = {"_": None, "N_": None, "translate": None, "gettext": None}


def used(package: str) -> dict[str, str]:
    """Each text of `package`, with the place where it stands first."""
    found: dict[str, str] = {}
    for file, line, text, _, _ in extract_from_dir(
        ROOT / package, METHODS, keywords=KEYWORDS, comment_tags=()
    ):
        for one in text if isinstance(text, tuple) else (text,):
            found.setdefault(str(one), f"{package}/{file}:{line}")
    return found


def translated(package: str, language: str = "zh_Hans") -> set[str]:
    """The texts that `package` has in `language`."""
    file = ROOT / package / "locale" / language / "LC_MESSAGES" / f"{package}.po"
    if not file.exists():
        return set()
    with file.open("rb") as stream:
        return {str(message.id) for message in read_po(stream) if message.id and message.string}


def complaints() -> Iterator[str]:
    """One line a text that is missing or left over. A text may be translated in any package."""
    everywhere = {text for package in PACKAGES for text in translated(package)}
    needed = {package: used(package) for package in PACKAGES}
    for texts in needed.values():
        yield from (
            f"no zh_Hans: {place}: {text!r}" for text, place in texts.items() if text not in everywhere
        )
    wanted = {text for texts in needed.values() for text in texts}
    yield from (f"not used any more: {text!r}" for text in sorted(everywhere - wanted))


def main() -> None:
    """Print the complaints; exit code 1 if a text is missing."""
    lines = list(complaints())
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.exit(any(line.startswith("no ") for line in lines))


if __name__ == "__main__":
    main()
