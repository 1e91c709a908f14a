"""Contrast of every token that is read or told apart, in both themes: OKLCH -> sRGB -> WCAG 2.2 ratio."""

import re
from math import cos, radians, sin
from pathlib import Path

import pytest

TOKENS = Path(__file__).parent / "static" / "vigie" / "tokens.css"
_NUMBERS = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
_LINE = re.compile(rf"--([\w-]+): light-dark\({_NUMBERS}, {_NUMBERS}\);")
Colour = tuple[float, float, float]


def luminance(colour: Colour) -> float:
    """Relative luminance of an OKLCH colour, clipped to the sRGB gamut as a screen clips it."""
    light, chroma, hue = colour
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (min(1.0, max(0.0, channel)) for channel in linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tokens(theme: str) -> dict[str, Colour]:
    found: dict[str, Colour] = {}
    for name, *numbers in _LINE.findall(TOKENS.read_text("utf-8")):
        part = numbers[:3] if theme == "light" else numbers[3:]
        found[name] = (float(part[0]), float(part[1]), float(part[2]))
    return found


STATES = ("ok", "at-risk", "degraded", "down", "maintenance")
GROUNDS = ("paper", "raised", "accent-wash", *(f"{state}-wash" for state in STATES))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_read_has_contrast_of_four_and_a_half(theme: str) -> None:
    value = tokens(theme)
    pairs = [(text, ground) for text in ("ink", "ink-2", "accent", "accent-2") for ground in GROUNDS]
    pairs += [
        (f"{state}-text", ground) for state in STATES for ground in ("paper", "raised", f"{state}-wash")
    ]
    pairs += [
        ("down-text", "down-wash"),
        ("on-accent", "accent"),
        ("on-accent", "accent-2"),
        ("paper", "ink"),
    ]
    poor = {pair: round(contrast(value[pair[0]], value[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_shapes_and_edges_have_contrast_of_three(theme: str) -> None:
    value = tokens(theme)
    pairs = [(state, ground) for state in (*STATES, "unknown", "edge") for ground in ("paper", "raised")]
    pairs += [(state, f"{state}-wash") for state in STATES] + [("accent", ground) for ground in GROUNDS]
    poor = {pair: round(contrast(value[pair[0]], value[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3} == {}


def test_the_ratio_itself_is_right() -> None:
    black, white = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0)
    assert contrast(black, white) == pytest.approx(21, abs=0.01)
    assert contrast((0.628, 0.2577, 29.23), white) == pytest.approx(4.0, abs=0.05)  # pure sRGB red
