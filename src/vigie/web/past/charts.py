"""Charts as SVG, drawn on the server; each stands beside its table. Altair is loaded only when one is asked for."""

from functools import lru_cache

from django.utils.safestring import SafeString

from vigie.web.charts import INK, LINE, SCHEDULED, SUDDEN, drawn

Bar = tuple[str, str, float]


@lru_cache(maxsize=64)  # the same numbers give the same picture, and drawing takes a third of a second
def stacked_hours(bars: tuple[Bar, ...], *, sudden: str, scheduled: str, hours: str) -> SafeString:
    """Hours down per service: sudden and scheduled, stacked. `bars` are (service, kind, hours); words translated.

    The kinds differ by the bar's outline too: nothing is told by colour alone.
    """
    import altair as alt  # noqa: PLC0415 # a second of import: only for who looks at a chart

    kinds = [sudden, scheduled]
    rows = [{"service": service, "kind": kind, "hours": value} for service, kind, value in bars]
    return drawn(
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
    return drawn(
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
