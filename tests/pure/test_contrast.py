"""Every colour that text or a control's edge is drawn with stands out from its ground, in light and in dark:
WCAG 2.2 asks for 4.5 for text and 3 for the edges of what can be used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import cos, radians, sin

import pytest

from agent_desk import build
from hotline import presence

pytestmark = pytest.mark.pure

TEXT, EDGE = 4.5, 3.0
SHEETS = ("page", "sheet", "sunken", "raised", "hover")
MEANINGS = ("accent", "good", "wait", "bad", "talk")
PAIRS = (
    *(
        (ink, ground, TEXT)
        for ground in SHEETS
        for ink in ("ink", "ink-soft", "ink-faint", "accent-text", "bad-text")
    ),
    *((f"{meaning}-text", f"{meaning}-soft", TEXT) for meaning in MEANINGS),
    *((f"{meaning}-text", "sheet", TEXT) for meaning in MEANINGS),
    ("ink-soft", "plain-soft", TEXT),
    ("ink-faint", "plain-soft", TEXT),
    ("ink", "accent-soft", TEXT),
    ("ink-soft", "accent-soft", TEXT),
    *((ink, f"{meaning}-soft", TEXT) for meaning in ("talk", "wait") for ink in ("ink", "ink-soft")),
    ("accent-ink", "accent", TEXT),
    ("accent-ink", "accent-strong", TEXT),
    ("bad-ink", "bad", TEXT),
    ("wait-ink", "wait", TEXT),
    ("good-ink", "good-strong", TEXT),
    ("toast-ink", "toast", TEXT),
    ("toast-link", "toast", TEXT),
    *((f"dot-{state}", "band", EDGE) for state in presence.State),
    *((ink, ground, TEXT) for ink in ("band-ink", "band-soft") for ground in ("band", "band-lift")),
    *((edge, ground, EDGE) for edge in ("edge", "focus", "accent") for ground in SHEETS),
    ("band-mark", "band", EDGE),
    ("bad", "sheet", EDGE),
)

_TOKEN = re.compile(r"--([a-z-]+):\s*(light-dark\(.*?\)\)|oklch\([^)]*\));")
_COLOUR = re.compile(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)")


@dataclass(frozen=True)
class Colour:
    """A colour as tokens name it: lightness 0…1, chroma, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def luminance(self) -> float:
        """Its luminance as WCAG defines it, of the colour that a screen can show."""
        red, green, blue = (min(max(part, 0.0), 1.0) for part in self._linear())
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def _linear(self) -> tuple[float, float, float]:
        """OKLCH to linear sRGB, by Ottosson's matrices."""
        a, b = self.chroma * cos(radians(self.hue)), self.chroma * sin(radians(self.hue))
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        middle = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        )


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, 1…21."""
    dark, light = sorted((one.luminance(), other.luminance()))
    return (light + 0.05) / (dark + 0.05)


def tokens(theme: int) -> dict[str, Colour]:
    """The colours of the light (0) or the dark (1) theme."""
    text = (build.HERE / "styles" / "tokens.css").read_text("utf-8")
    found = {}
    for name, value in _TOKEN.findall(text):
        colours = [Colour(*map(float, parts)) for parts in _COLOUR.findall(value)]
        if colours:
            found[name] = colours[min(theme, len(colours) - 1)]
    return found


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("over", "ground", "least"), PAIRS, ids=lambda part: str(part))
def test_it_can_be_read(over: str, ground: str, least: float, theme: int) -> None:
    colours = tokens(theme)
    assert contrast(colours[over], colours[ground]) >= least


def test_black_on_white_is_the_most_there_is() -> None:
    assert contrast(Colour(0, 0, 0), Colour(1, 0, 0)) == pytest.approx(21, abs=0.01)
