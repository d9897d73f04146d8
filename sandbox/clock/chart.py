"""The timeline as a picture: bars by service, minutes from left to right, the critical path in colour.

Plain SVG with the system's fonts. It has its own background, and is dark if the reader's screen is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final
from xml.sax.saxutils import escape

from sandbox.clock.timeline import Bar, Timeline, told

WIDTH: Final = 1200
LEFT: Final = 290
RIGHT: Final = 120
TOP: Final = 92
BOTTOM: Final = 40
ROW: Final = 20
HEAD: Final = 28
BAR: Final = 12
# A bar that is shorter than this share of the run is counted, not drawn.
SPECK: Final = 0.015
TICKS: Final = (0.5, 1, 2, 5, 10, 15, 30, 60)
MOST_TICKS: Final = 16
STYLE: Final = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1f2328 }
.title { font-size: 20px; font-weight: 600 }
.service { font-size: 13px; font-weight: 600 }
.quiet { fill: #59636e; font-weight: 400; font-size: 11px }
.paper { fill: #ffffff }
.band { fill: #f6f8fa }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.span { fill: #d1d9e0 }
.bar { fill: #4a7fb5 }
.critical { fill: #d1570c }
.link { stroke: #d1570c; stroke-width: 1.5; fill: none }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.quiet { fill: #9198a1 }
.paper { fill: #0d1117 }
.band { fill: #151b23 }
.grid { stroke: #3d444d }
.span { fill: #3d444d }
.bar { fill: #5b9bd8 }
.critical { fill: #f0883e }
.link { stroke: #f0883e }
}
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the picture: a bar, or several similar bars, under their common name."""

    label: str
    bars: Sequence[Bar]

    @property
    def first(self) -> Bar:
        """The bar to draw."""
        return self.bars[0]


@dataclass(frozen=True, kw_only=True)
class Group:
    """A service: its rows, and how many short bars are not drawn."""

    title: str
    kind: str
    start: float
    end: float
    rows: Sequence[Row]
    specks: int

    @property
    def height(self) -> int:
        """The height in pixels."""
        return HEAD + ROW * len(self.rows)


def svg(timeline: Timeline) -> str:
    """Returns the picture."""
    groups = groups_of(timeline)
    height = TOP + sum(group.height for group in groups) + BOTTOM
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            ' role="img">',
            f"<title>{escape(_title(timeline))}</title>",
            f"<style>{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
            _text(24, 36, _title(timeline), "title"),
            *_legend(timeline),
            *_body(timeline, groups, height),
            "</svg>\n",
        ]
    )


def groups_of(timeline: Timeline) -> list[Group]:
    """Returns the services in the order in which they begin."""
    shortest = max(SPECK * timeline.minutes, 0.01)
    by_service = sorted(timeline.bars, key=lambda bar: bar.service.urn if bar.service else "")
    found: list[Group] = []
    for _, members in groupby(by_service, key=lambda bar: bar.service):
        bars = [bar for bar in members if bar.minutes]
        drawn = [bar for bar in bars if bar.span.critical or bar.minutes >= shortest]
        if bars:
            title, kind = _names(bars[0])
            found.append(
                Group(
                    title=title,
                    kind=kind,
                    start=min(bar.span.start for bar in bars),
                    end=max(bar.span.end for bar in bars),
                    rows=list(_rows(drawn)),
                    specks=len(bars) - len(drawn),
                )
            )
    return sorted(found, key=lambda group: (group.start, group.end, group.title))


def _rows(bars: Iterable[Bar]) -> Iterator[Row]:
    def alike(bar: Bar) -> tuple[float, float, bool, str]:
        return bar.span.start, bar.span.end, not bar.span.critical, bar.node.token

    for _, same in groupby(sorted(bars, key=alike), key=alike):
        members = list(same)
        kind = members[0].node.token.rpartition(":")[2]
        if len(members) > 1 and not members[0].span.critical:
            yield Row(label=f"{len(members)} of {kind}", bars=members)
        else:
            yield from (Row(label=_label(bar), bars=[bar]) for bar in members)


def _names(bar: Bar) -> tuple[str, str]:
    """Returns a service's name without the platform's name in front, and its kind."""
    if bar.service is None:
        return "no service", ""
    platform = bar.service.parent.rpartition("::")[2]
    title = bar.service.name.removeprefix(f"{platform}-").replace("-", " ")
    return title, bar.service.token.rpartition(":")[2]


def _label(bar: Bar) -> str:
    name = bar.node.name
    return name.removeprefix(f"{bar.service.name}-") if bar.service else name


def _title(timeline: Timeline) -> str:
    return f"{timeline.command} of {timeline.stack} on {timeline.cloud}: about {told(timeline.minutes)} minutes"


def _legend(timeline: Timeline) -> Iterator[str]:
    yield _rect(24, 54, 22, BAR, "critical")
    yield _text(52, 64, "what the run waits for", "quiet")
    yield _rect(196, 54, 22, BAR, "bar")
    yield _text(224, 64, "has time to spare", "quiet")
    yield _text(336, 64, "short: takes seconds, not drawn", "quiet")
    slow = f"predicted from published times; up to {told(timeline.slow)} minutes on a slow day"
    yield _text(WIDTH - 24, 64, slow, "quiet", anchor="end")


def _body(timeline: Timeline, groups: Sequence[Group], height: int) -> Iterator[str]:
    scale = (WIDTH - LEFT - RIGHT) / max(timeline.minutes, 0.01)
    bands: list[str] = []
    drawn: list[str] = []
    middles: dict[str, float] = {}
    y = TOP
    for number, group in enumerate(groups):
        if number % 2 == 0:
            bands.append(_rect(0, y, WIDTH, group.height, "band"))
        drawn += _head(group, y, scale)
        for place, row in enumerate(group.rows):
            top = y + HEAD - 4 + ROW * place
            middles |= {bar.node.urn: top + BAR / 2 for bar in row.bars}
            drawn += _row(row, top, scale)
        y += group.height
    yield from bands
    yield from _axis(timeline.minutes, scale, height)
    yield from _links(timeline.critical, middles, scale)
    yield from drawn


def _head(group: Group, y: float, scale: float) -> Iterator[str]:
    kind = f'<tspan class="quiet" dx="8">{escape(group.kind)}</tspan>'
    yield f'<text class="service" x="24" y="{y + 17}">{escape(group.title)}{kind}</text>'
    yield _rect(LEFT + group.start * scale, y + 11, max((group.end - group.start) * scale, 2), 4, "span")
    if group.specks:
        text = f"{'and ' if group.rows else ''}{group.specks} short"
        yield _text(WIDTH - 12, y + 17, text, "quiet", anchor="end")


def _row(row: Row, top: float, scale: float) -> Iterator[str]:
    bar = row.first
    x, width = LEFT + bar.span.start * scale, max(bar.minutes * scale, 2)
    yield _text(36, top + 10, _fitting(row.label), "")
    tip = f"{bar.node.name} ({bar.node.token}): {' and '.join(bar.operations)}, "
    tip += f"minute {told(bar.span.start)} to {told(bar.span.end)}"
    shape = _rect(x, top, width, BAR, "critical" if bar.span.critical else "bar", f"<title>{escape(tip)}</title>")
    yield shape
    yield _text(x + width + 5, top + 10, f"{told(bar.minutes)}", "quiet")


def _axis(minutes: float, scale: float, height: float) -> Iterator[str]:
    step = next((tick for tick in TICKS if minutes / tick <= MOST_TICKS), TICKS[-1])
    for number in range(int(minutes / step) + 1):
        x = LEFT + number * step * scale
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - BOTTOM + 4}"/>'
        label = f"{number * step:g}{' min' if number == 0 else ''}"
        for y in (TOP - 11, height - BOTTOM + 20):
            yield _text(x, y, label, "quiet", anchor="middle")


def _links(critical: Sequence[Bar], middles: dict[str, float], scale: float) -> Iterator[str]:
    for one, following in pairwise(critical):
        x = LEFT + following.span.start * scale
        a, b = middles[one.node.urn], middles[following.node.urn]
        yield f'<line class="link" x1="{x:.1f}" x2="{x:.1f}" y1="{a:.1f}" y2="{b:.1f}"/>'


def _fitting(label: str) -> str:
    most = (LEFT - 36) // 7
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _rect(x: float, y: float, width: float, height: float, kind: str, inside: str = "") -> str:
    corner = ' rx="2"' if kind in ("bar", "critical", "span") else ""
    shape = f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"{corner}'
    return f"{shape}>{inside}</rect>" if inside else f"{shape}/>"


def _text(x: float, y: float, text: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
