"""A chart of Altair as SVG in the page's own colours and type. Each stands beside its table."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

# Drawn in these, then handed to the page's own tokens, so that a chart follows the theme like any text.
INK, LINE, SUDDEN, SCHEDULED, QUIET, ACCENT, RAISED = (f"#0{n}0{n}0{n}" for n in range(1, 8))
TOKENS = {
    INK: "var(--ink)",
    LINE: "var(--line)",
    SUDDEN: "var(--down)",
    SCHEDULED: "var(--maintenance)",
    QUIET: "var(--ink-2)",
    ACCENT: "var(--accent)",
    RAISED: "var(--edge)",
}
STEP = {"step": 28}


def drawn(chart: Any, *, width: int = 620, height: Any = None, left: int = 40, right: int = 12) -> SafeString:
    """The chart as SVG. It has no style of its own (strict CSP); a height that is none gives each name a row."""
    import vl_convert  # noqa: PLC0415 # a second of import: only for who looks at a chart

    dressed = chart.properties(width=width, height=height or STEP).configure(
        background="transparent",
        padding={
            "left": left,
            "right": right,
            "top": 4,
            "bottom": 4,
        },  # readers' fonts may be wider than ours
        font="system-ui, sans-serif",
        view={"stroke": None},
        axis={
            "labelColor": INK,
            "titleColor": INK,
            "gridColor": LINE,
            "domainColor": LINE,
            "tickColor": LINE,
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": "normal",
            "labelLimit": 240,
            "labelOverlap": "greedy",
            "labelSeparation": 12,  # readers' fonts may be wider than ours here too
        },
        axisY={"titlePadding": 16},
        legend={"labelColor": INK, "labelFontSize": 13, "symbolStrokeWidth": 1.5, "columnPadding": 40},
    )
    french = (get_language() or "").startswith("fr")
    svg: str = vl_convert.vegalite_to_svg(dressed.to_dict(), format_locale="fr-FR" if french else "en-US")
    for colour, token in TOKENS.items():
        svg = svg.replace(colour, token)
    return mark_safe(svg)  # noqa: S308 # made by Vega, which escapes the names; a test feeds it markup
