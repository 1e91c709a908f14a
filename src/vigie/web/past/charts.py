"""Charts as SVG, drawn on the server; each stands beside its table. Altair is loaded only when one is asked for."""

from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

# Drawn in these, then handed to the page's own tokens, so that a chart follows the theme like any text.
INK, LINE, SUDDEN, SCHEDULED = "#010101", "#020202", "#030303", "#040404"
TOKENS = {INK: "var(--ink)", LINE: "var(--line)", SUDDEN: "var(--down)", SCHEDULED: "var(--maintenance)"}

Bar = tuple[str, str, float]


def _drawn(chart: Any) -> SafeString:
    """The chart as SVG in the page's own colours and type. It has no style of its own (strict CSP)."""
    import vl_convert  # noqa: PLC0415 # a second of import: only for who looks at a chart

    dressed = chart.properties(width=620, height={"step": 28}).configure(
        background="transparent",
        padding={"left": 40, "right": 12, "top": 4, "bottom": 4},  # readers' fonts may be wider than ours
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
        },
        legend={"labelColor": INK, "labelFontSize": 13, "symbolStrokeWidth": 1.5},
    )
    svg: str = vl_convert.vegalite_to_svg(dressed.to_dict())
    for colour, token in TOKENS.items():
        svg = svg.replace(colour, token)
    return mark_safe(svg)  # noqa: S308 # made by Vega, which escapes the names; a test feeds it markup


@lru_cache(maxsize=64)  # the same numbers give the same picture, and drawing takes a third of a second
def stacked_hours(bars: tuple[Bar, ...], *, sudden: str, scheduled: str, hours: str) -> SafeString:
    """Hours down per service: sudden and scheduled, stacked. `bars` are (service, kind, hours); words translated.

    The kinds differ by the bar's outline too: nothing is told by colour alone.
    """
    import altair as alt  # noqa: PLC0415 # a second of import: only for who looks at a chart

    kinds = [sudden, scheduled]
    rows = [{"service": service, "kind": kind, "hours": value} for service, kind, value in bars]
    return _drawn(
        alt.Chart({"values": rows})
        .mark_bar(strokeWidth=1.5, size=16)
        .encode(
            y=alt.Y("service:N", sort="-x", title=None),
            x=alt.X("sum(hours):Q", title=hours),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[SUDDEN, SCHEDULED]),
                legend=alt.Legend(orient="top", title=None),
            ),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [3, 3]]), legend=None
            ),
            stroke=alt.value(INK),
        )
    )


@lru_cache(maxsize=64)
def paired(bars: tuple[Bar, ...], *, first: str, second: str, unit: str) -> SafeString:
    """Two bars for each name, `first` above `second`, in the order given. `bars` are (name, first or second, value).

    The second is outlined with dashes: nothing is told by colour alone.
    """
    import altair as alt  # noqa: PLC0415 # see above

    kinds = [first, second]
    rows = [{"name": name, "kind": kind, "value": value} for name, kind, value in bars]
    return _drawn(
        alt.Chart({"values": rows})
        .mark_bar(strokeWidth=1.5, size=10)
        .encode(
            y=alt.Y("name:N", sort=None, title=None),
            yOffset=alt.YOffset("kind:N", sort=kinds),
            x=alt.X("value:Q", title=unit, scale=alt.Scale(domain=[0, 100])),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[LINE, SCHEDULED]),
                legend=alt.Legend(orient="top", title=None),
            ),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [3, 3]]), legend=None
            ),
            stroke=alt.value(INK),
        )
    )
