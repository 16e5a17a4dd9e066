"""The charts: rows of the marts as pictures, which do not rest on colour alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from notebooks.words import Words

Rows = Sequence[dict[str, Any]]

INK, FAINT = "#1b2733", "#4c5864"
# Dark enough on white, and told apart by colour-blind people, whom the dashes help, too.
COLOURS = ["#0072b2", "#c44f00", "#008066", "#b0508c", "#7a6a00", "#3b3f9e"]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 2]]
DONE, DUE, OPEN, OVER = "#0072b2", "#d55e00", "#8a949e", "#c44f00"
WHOLE = "All teams"
ROWS = alt.NamedData("rows")
BAR, ROW, CELL = 13, 38, 22  # pixels: a bar, with its name above it; a line of the heat map
NEAR = 80  # percent
# What the menu beside a chart offers; an editor would be a page of somebody else.
EMBEDDED = {"renderer": "svg", "actions": {"export": True, "source": False, "editor": False}}


@dataclass(frozen=True)
class Drawing:
    """A chart as Vega-Lite, `spec`, which marimo shows as it is.

    The rows join it last: Altair would copy and check them at each step.
    """

    spec: dict[str, Any]

    def _mime_(self) -> tuple[str, str]:
        return "application/vnd.vegalite.v6+json", json.dumps(self.spec)


def finished(chart: Any, rows: Rows, words: Words, description: str) -> Drawing:  # noqa: ANN401 - Altair's charts share no typed base
    """Give a chart its rows, its width, its letters and what a screen reader says of it."""
    whole = (
        chart.properties(
            width="container", description=description, usermeta={"embedOptions": EMBEDDED}
        )
        .configure(font="system-ui, sans-serif", locale=words.of_charts())
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=12,
            titleFontSize=12,
            labelColor=INK,
            titleColor=FAINT,
            titleFontWeight="normal",
            gridColor="#e6e9ec",
            domain=False,
            ticks=False,
            labelLimit=130,
        )
        .configure_legend(
            orient="bottom", labelFontSize=12, labelColor=INK, title=None, columns=2, labelLimit=300
        )
    )
    return Drawing(whole.to_dict(validate=False) | {"datasets": {ROWS.name: list(rows)}})


def lines(rows: Rows, words: Words, description: str) -> Drawing:
    """Draw a share over time, a line for each series; a hollow point stands for a unit not over."""
    series = list(dict.fromkeys(row["series"] for row in rows))
    # Six colours and six dashes, shifted after each round: 36 teams that differ in one or both.
    colours = [INK if name == WHOLE else COLOURS[n % 6] for n, name in enumerate(series)]
    dashes = [
        [1, 0] if name == WHOLE else DASHES[(n + n // 6) % 6] for n, name in enumerate(series)
    ]
    base = alt.Chart(ROWS).encode(
        x=alt.X("label:O", sort=None, title=None, axis=_labels()),
        y=alt.Y("percent:Q", title=None, axis=alt.Axis(labelExpr="datum.label + ' %'")),
        color=alt.Color("series:N", sort=None, scale=alt.Scale(domain=series, range=colours)),
        tooltip=_tips(series="Team", label="When", shown="Utilization"),
    )
    line = base.mark_line(strokeWidth=2).encode(
        strokeDash=alt.StrokeDash(
            "series:N",
            sort=None,
            scale=alt.Scale(domain=series, range=dashes),
            legend=alt.Legend(symbolType="stroke", symbolSize=400),
        )
    )
    points = base.transform_filter("datum.is_over").mark_point(size=36, filled=True, opacity=1)
    hollow = base.transform_filter("!datum.is_over").mark_point(size=48, fill="white", opacity=1)
    return finished(
        alt.layer(line, points, hollow).properties(height=280), rows, words, description
    )


def bars(rows: Rows, words: Words, description: str) -> Drawing:
    """Draw a share for each name, beside the line where all is used if anything comes near it."""
    values = [row["value"] or 0 for row in rows]
    base = alt.Chart(ROWS)
    over = alt.when("datum.is_over").then(alt.value(OVER)).otherwise(alt.value(DONE))
    bar = _bar(base).encode(
        x=alt.X("value:Q", title=None, axis=alt.Axis(labelExpr="datum.label + ' %'", tickCount=6)),
        y=_places(),
        color=over,
        tooltip=_tips(name="Of", shown="Share"),
    )
    layers = [bar, _names(base)]
    if max(values) > NEAR:
        limit = alt.Chart(alt.InlineData(values=[{"value": 100}]))
        layers.append(limit.mark_rule(color=INK, strokeDash=[4, 3]).encode(x="value:Q"))
    whole = alt.layer(*layers).properties(height=len(rows) * ROW)
    return finished(whole, rows, words, description)


def parts(
    rows: Rows, words: Words, description: str, unit: str, colours: Mapping[str, str]
) -> Drawing:
    """Draw a bar for each name, made of parts."""
    order = list(colours)
    base = alt.Chart(ROWS)
    scale = alt.Scale(domain=order, range=list(colours.values()))
    bar = _bar(base).encode(
        x=alt.X("value:Q", title=unit, axis=alt.Axis(labelOverlap=True, tickCount=5)),
        y=_places(),
        color=alt.Color("part:N", sort=None, scale=scale),
        order="order:Q",
        tooltip=_tips(name="Of", part="Part", shown=unit),
    )
    firsts = base.transform_filter("datum.order == 0")
    height = len({row["name"] for row in rows}) * ROW
    whole = alt.layer(bar, _names(firsts)).properties(height=height)
    ordered = [{**row, "order": order.index(row["part"])} for row in rows]
    return finished(whole, ordered, words, description)


def heat(rows: Rows, words: Words, description: str, unit: str) -> Drawing:
    """Draw a person a line and a unit of time a column, the darker the more."""
    chart = (
        alt.Chart(ROWS)
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("label:O", sort=None, title=None, axis=_labels()),
            y=alt.Y("name:N", sort=None, title=None),
            color=alt.Color(
                "value:Q",
                scale=alt.Scale(scheme="cividis", reverse=True, domainMin=0),
                legend=alt.Legend(title=unit, gradientLength=160),
            ),
            tooltip=_tips(
                name="Person",
                label="When",
                shown="Net capacity",
                target="Gross target",
                holidays="Holidays",
                absences="Absences",
            ),
        )
        .properties(height=len({row["name"] for row in rows}) * CELL)
    )
    return finished(chart, rows, words, description)


def _bar(base: Any) -> Any:  # noqa: ANN401 - as above
    return base.mark_bar(height=BAR, yOffset=BAR / 2 + 2, stroke="white")


def _names(base: Any) -> Any:  # noqa: ANN401 - as above
    """Write each name and its number above its bar, where a phone has room for them, too."""
    return base.mark_text(
        align="left", dy=-BAR / 2 - 1, color=INK, fontSize=12, limit={"expr": "width"}
    ).encode(x=alt.value(0), y=_places(), text="title:N")


def _places() -> alt.Y:
    return alt.Y("name:N", sort=None, title=None, axis=None)


def _labels() -> alt.Axis:
    return alt.Axis(labelAngle=0, labelOverlap=True, labelPadding=12)


def _tips(**titles: str) -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:N", title=title) for name, title in titles.items()]
