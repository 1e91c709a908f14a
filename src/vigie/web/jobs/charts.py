"""The pictures of the pages on jobs; each stands beside its table. The same numbers give the same picture again."""

from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from vigie.web.charts import ACCENT, INK, LINE, QUIET, SUDDEN, drawn

Lost = tuple[str, str, float]  # day, kind, core-hours
Point = tuple[str, str, float]  # day, experiment, efficiency in percent
HEIGHT = 220
MOST_AHEAD = 5


@lru_cache(maxsize=64)  # drawing takes a twentieth of a second, and the first in a process more than one
def lost_by_day(bars: tuple[Lost, ...], *, explained: str, unexplained: str, unit: str) -> SafeString:
    """Lost core-hours of each day, what findings explain below what nothing does. The kinds differ by outline too."""
    import altair as alt  # noqa: PLC0415 # a second of import: only for who looks at a chart

    kinds = [explained, unexplained]
    rows = [{"day": day, "kind": kind, "lost": lost, "rank": kinds.index(kind)} for day, kind, lost in bars]
    scale = alt.Scale(domain=kinds, range=[SUDDEN, LINE])
    return drawn(
        alt.Chart({"values": rows})
        .mark_bar(strokeWidth=1.5)
        .encode(
            x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=0), sort=None),
            y=alt.Y("lost:Q", title=unit),
            color=alt.Color("kind:N", scale=scale, legend=alt.Legend(orient="top", title=None)),
            order=alt.Order("rank:Q"),
            stroke=alt.value(INK),
            strokeDash=alt.StrokeDash(
                "kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [3, 3]]), legend=None
            ),
        ),
        height=HEIGHT,
    )


@lru_cache(maxsize=64)
def cost_by_day(bars: tuple[tuple[str, float], ...], *, unit: str) -> SafeString:
    """What one finding cost on each day."""
    import altair as alt  # noqa: PLC0415 # see above

    rows = [{"day": day, "lost": lost} for day, lost in bars]
    return drawn(
        alt.Chart({"values": rows})
        .mark_bar(color=SUDDEN, stroke=INK, strokeWidth=1)
        .encode(
            x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=0), sort=None),
            y=alt.Y("lost:Q", title=unit),
        ),
        height=160,
        width=min(620, 60 * len(bars) + 60),
    )


@lru_cache(maxsize=64)
def efficiency_lines(
    points: tuple[Point, ...], *, days: tuple[tuple[str, str], ...], named: tuple[str, ...], unit: str
) -> SafeString:
    """Efficiency of every experiment by day: those `named` loud with their names, the others as quiet context.

    `days` says each day of the axis and its words; lines differ by dash and by their names, not by colour.
    """
    import altair as alt  # noqa: PLC0415 # see above

    words = dict(days)
    rows = [
        {"day": words[day], "experiment": experiment, "efficiency": value, "named": experiment in named}
        for day, experiment, value in points
        if day in words
    ]
    base = alt.Chart({"values": rows}).encode(
        x=alt.X("day:O", title=None, axis=alt.Axis(labelAngle=0), sort=list(words.values())),
        y=alt.Y("efficiency:Q", title=unit, scale=alt.Scale(domain=[0, 100])),
        detail="experiment:N",
    )
    dashes = alt.StrokeDash(
        "experiment:N", scale=alt.Scale(domain=list(named), range=[[1, 0], [7, 3], [2, 2]]), legend=None
    )
    quiet = base.transform_filter("!datum.named").mark_line(strokeWidth=1, color=QUIET, opacity=0.5)
    loud = base.transform_filter("datum.named").mark_line(strokeWidth=2.5, color=ACCENT)
    last = {experiment: day for day, experiment, _value in sorted(points)}
    ends = [
        {"day": words[day], "experiment": name, "efficiency": value}
        for day, name, value in points
        if name in named and last[name] == day
    ]
    names = (
        alt.Chart({"values": _apart(ends)})
        .mark_text(align="left", dx=8, fontSize=13, color=INK)
        .encode(x=alt.X("day:O", sort=list(words.values())), y="efficiency:Q", text="experiment:N")
    )
    return drawn(quiet + loud.encode(strokeDash=dashes) + names, height=HEIGHT, right=96)


def _apart(ends: list[dict[str, Any]], least: float = 9.0) -> list[dict[str, Any]]:
    """Names at the ends of lines, moved up until none covers another (percent)."""
    found: list[dict[str, Any]] = []
    for one in sorted(ends, key=lambda one: one["efficiency"]):
        low = found[-1]["efficiency"] + least if found else 0.0
        found.append(one | {"efficiency": max(one["efficiency"], low)})
    return found


Share = tuple[float, str, float]  # from this efficiency on (percent), of which group, percent of the group


@lru_cache(maxsize=64)
def distribution(
    bins: tuple[Share, ...], *, group: str, peers: str, unit: str, jobs: str, own: float | None = None
) -> SafeString:
    """Shares of jobs by efficiency: `group` as full bars, `peers` as dashed outlines; `own` marks one job."""
    import altair as alt  # noqa: PLC0415 # see above

    width = 100 / max(1, len({low for low, _kind, _share in bins}))
    rows = [{"low": low, "high": low + width, "kind": kind, "share": share} for low, kind, share in bins]
    kinds = [kind for kind in (group, peers) if any(row["kind"] == kind for row in rows)]
    styles = {group: (SUDDEN, [1, 0]), peers: (LINE, [4, 3])}
    chart = (
        alt.Chart({"values": rows})
        .mark_bar(stroke=INK, strokeWidth=1.2, fillOpacity=0.75)
        .encode(
            x=alt.X("low:Q", bin="binned", title=unit, scale=alt.Scale(domain=[0, 100])),
            x2="high:Q",
            y=alt.Y("share:Q", title=jobs, stack=None),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[styles[kind][0] for kind in kinds]),
                legend=alt.Legend(orient="top", title=None),
            ),
            strokeDash=alt.StrokeDash(
                "kind:N",
                scale=alt.Scale(domain=kinds, range=[styles[kind][1] for kind in kinds]),
                legend=None,
            ),
        )
    )
    if own is not None:
        chart = chart + alt.Chart({"values": [{"own": own}]}).mark_rule(color=ACCENT, strokeWidth=3).encode(
            x="own:Q"
        )
    return drawn(chart, height=HEIGHT)


@lru_cache(maxsize=64)
def cpu_curve(
    points: tuple[tuple[float, float], ...],
    *,
    cores: int,
    limit_h: float | None,
    x: str,
    y: str,
    words: tuple[str, str],
) -> SafeString:
    """CPU hours by elapsed hours, under the line of what its cores allow, and the line of its elapsed limit.

    A limit many times further than the job has come is left to the words beside the chart.
    """
    import altair as alt  # noqa: PLC0415 # see above

    possible_word, limit_word = words
    last = max((elapsed for elapsed, _cpu in points), default=1.0)
    far = (limit_h if limit_h and last < limit_h < MOST_AHEAD * last else last) or 1.0
    rows = [{"elapsed": elapsed, "cpu": cpu} for elapsed, cpu in points]
    possible = [{"elapsed": 0.0, "cpu": 0.0}, {"elapsed": far, "cpu": far * cores}]
    beside = {"elapsed": far * 0.7, "cpu": far * 0.7 * cores, "word": possible_word}
    axis_x = alt.X("elapsed:Q", title=x, scale=alt.Scale(domain=[0, far * 1.02], nice=False))
    axis_y = alt.Y("cpu:Q", title=y)
    line = alt.Chart({"values": rows}).mark_line(
        strokeWidth=2.5, color=ACCENT, point={"size": 18, "color": ACCENT}
    )
    layers = [
        alt.Chart({"values": possible}).mark_line(strokeDash=[5, 3], color=QUIET).encode(x=axis_x, y=axis_y),
        alt.Chart({"values": [beside]})
        .mark_text(align="right", dx=-12, fontSize=13, color=QUIET)
        .encode(x=axis_x, y=axis_y, text="word:N"),
        line.encode(x=axis_x, y=axis_y),
    ]
    if limit_h and limit_h <= far:
        layers += [
            alt.Chart({"values": [{"elapsed": limit_h}]})
            .mark_rule(color=SUDDEN, strokeWidth=2)
            .encode(x=axis_x),
            alt.Chart({"values": [{"elapsed": limit_h, "word": limit_word}]})
            .mark_text(align="right", dx=-6, dy=-8, baseline="bottom", fontSize=13, color=INK)
            .encode(x=axis_x, y=alt.value(HEIGHT + 40), text="word:N"),
        ]
    return drawn(alt.layer(*layers), height=HEIGHT + 40)


def spark(values: tuple[float, ...], *, top: float = 0.0, width: int = 84, height: int = 18) -> SafeString:
    """A few bars beside words, for the eye alone: the words say how it goes. `top`: what the full height stands for."""
    most = top or max(values, default=0) or 1.0
    step = min(12.0, width / max(len(values), 1))
    width = round(step * len(values))
    bars = "".join(
        f'<rect x="{width - (len(values) - place) * step:.1f}" y="{height - size:.1f}" width="{step - 1.5:.1f}" height="{size:.1f}"/>'
        for place, value in enumerate(values)
        if value and (size := max(1.0, value / most * height))
    )
    return mark_safe(  # noqa: S308 # numbers only
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">{bars}</svg>'
    )
