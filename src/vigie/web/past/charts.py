"""Charts as SVG, drawn on the server; each stands beside its table. Altair is loaded only when one is asked for."""

from typing import Any

INK, LINE = "#5b6478", "#9aa3b5"  # legible on paper of either theme
SUDDEN, SCHEDULED = "#c2372c", "#7a63b8"


def stacked_hours(
    rows: list[dict[str, Any]], *, sudden: str, scheduled: str, hours: str, service: str
) -> str:
    """Hours down per service: sudden and scheduled stacked. `rows` are {service, kind, hours}; labels translated.

    The two kinds differ by a pattern of the bar's edge too: nothing is told by colour alone.
    """
    import altair as alt  # noqa: PLC0415 # a second of import: only for who looks at a chart
    import vl_convert  # noqa: PLC0415 # same

    chart = (
        alt.Chart({"values": rows})
        .mark_bar(strokeWidth=1.2)
        .encode(
            y=alt.Y("service:N", sort="-x", title=None, axis=alt.Axis(labelLimit=220)),
            x=alt.X("sum(hours):Q", title=hours),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=[sudden, scheduled], range=[SUDDEN, SCHEDULED]),
                legend=alt.Legend(orient="top"),
            ),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=[sudden, scheduled], range=[[1, 0], [3, 2]]), legend=None
            ),
            stroke=alt.value(INK),
            tooltip=alt.value(None),
        )
        .properties(width=560, height={"step": 24}, title=service)
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=INK, gridColor=LINE, gridOpacity=0.35, domainColor=LINE)
        .configure_legend(labelColor=INK)
        .configure_title(color=INK, anchor="start", fontSize=13)
        .configure(background="transparent", font="sans-serif")
    )
    return vl_convert.vegalite_to_svg(chart.to_dict())
