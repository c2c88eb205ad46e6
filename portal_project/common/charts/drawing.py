"""Where the marks of a chart stand. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.text import Truncator

LONGEST_LABEL = 34
# Bars: a line of text, the bar below it, and the gap to the next.
TEXT, BAR, GAP = 18, 16, 14
# Of the whole width: a part of a bar that is narrower has no room for its number.
ROOM_FOR_A_NUMBER = 8
# Lines: room above for numbers, the plot, and room below for labels.
ABOVE, PLOT, BELOW = 24, 150, 42
NUMBER_ABOVE, NUMBER_BELOW = 9, 18
FIRST_X, LAST_X = 3, 97
MOST_LABELS, MOST_NUMBERS = 6, 13
# From here on numbers are too wide to stand at every point on a phone; two of them do so many points from each other.
LONG, APART = 100, 3


@dataclass(frozen=True)
class Row:
    """`shown` stands beside a bar in the place of its number, `short` below a point in the place of its label."""

    label: str
    numbers: Sequence[int]
    shown: str = ""
    short: str = ""


@dataclass(frozen=True)
class Chart:
    """`of` says what the rows are, `names` what each of their numbers is, and `sentence` what there is to see."""

    title: str
    sentence: str
    of: str
    names: Sequence[str]
    rows: Sequence[Row]

    @property
    def largest(self) -> int:
        return max((number for row in self.rows for number in row.numbers), default=0)


@dataclass(frozen=True)
class Mark:
    """A part of a bar, or a point with the way to the next one. `series` is the place of its name among the names."""

    series: int
    x: float
    width: float = 0
    y: float = 0
    text: str = ""
    text_x: float = 0
    text_y: float = 0
    to_x: float = 0
    to_y: float = 0


@dataclass(frozen=True)
class Line:
    """What stands at one height: a bar with its texts."""

    label: str
    shown: str
    text_y: int
    bar_y: int
    number_y: int
    marks: list[Mark]


@dataclass(frozen=True)
class Label:
    text: str
    x: float
    anchor: str


@dataclass(frozen=True)
class Drawing:
    height: int
    lines: list[Line] = field(default_factory=list)
    points: list[Mark] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    floor: int = 0


def bars(chart: Chart) -> Drawing:
    """One bar for each row, as long as its first number."""
    longest = max((row.numbers[0] for row in chart.rows), default=0)
    return _lines([(row, _parts(row.numbers[:1], longest, numbered=False)) for row in chart.rows])


def stacked(chart: Chart) -> Drawing:
    """One bar for each row, as long as all of its numbers, with a part for each."""
    longest = max((sum(row.numbers) for row in chart.rows), default=0)
    return _lines([(row, _parts(row.numbers, longest, numbered=True)) for row in chart.rows])


def line(chart: Chart) -> Drawing:
    """One line for each name, from the first row to the last."""
    points = []
    for series in range(len(chart.names)):
        ends = [(_x(n, len(chart.rows)), _y(row.numbers[series], chart.largest)) for n, row in enumerate(chart.rows)]
        for n, (x, y) in enumerate(ends):
            text = str(chart.rows[n].numbers[series]) if _is_numbered(chart, series, n) else ""
            to_x, to_y = ends[min(n + 1, len(ends) - 1)]
            # The numbers of the first line stand above it, those of another one below.
            text_y = y - NUMBER_ABOVE if series == 0 else y + NUMBER_BELOW
            points.append(Mark(series, x, y=y, text=text, text_x=x, text_y=text_y, to_x=to_x, to_y=to_y))
    return Drawing(ABOVE + PLOT + BELOW, points=points, labels=list(_labels(chart)), floor=ABOVE + PLOT)


DRAWINGS = {"bars": bars, "stacked": stacked, "line": line}


def _lines(rows: Sequence[tuple[Row, list[Mark]]]) -> Drawing:
    lines = []
    for place, (row, marks) in enumerate(rows):
        top = place * (TEXT + BAR + GAP)
        lines.append(
            Line(
                label=Truncator(row.label).chars(LONGEST_LABEL),
                shown=row.shown or str(sum(row.numbers)),
                text_y=top + TEXT - 5,
                bar_y=top + TEXT,
                number_y=top + TEXT + BAR - 4,
                marks=marks,
            )
        )
    return Drawing(len(lines) * (TEXT + BAR + GAP), lines=lines)


def _parts(numbers: Sequence[int], longest: int, *, numbered: bool) -> list[Mark]:
    """Side by side, each as wide as its number is of the longest bar."""
    marks, x = [], 0.0
    for series, number in enumerate(numbers):
        width = _percent(number, longest)
        if number:
            text = str(number) if numbered and width >= ROOM_FOR_A_NUMBER else ""
            marks.append(Mark(series, round(x, 2), width=round(width, 2), text=text, text_x=round(x + width / 2, 2)))
        x += width
    return marks


def _labels(chart: Chart) -> Iterator[Label]:
    """As many as fit on a phone, the first and the last among them in any case."""
    last = len(chart.rows) - 1
    every = max(1, -(-last // (MOST_LABELS - 1)))
    for n, row in enumerate(chart.rows):
        if n == last or (n % every == 0 and last - n >= every):
            anchor = "start" if n == 0 else "end" if n == last else "middle"
            yield Label(row.short or row.label, 0 if n == 0 else 100 if n == last else _x(n, len(chart.rows)), anchor)


def _is_numbered(chart: Chart, series: int, place: int) -> bool:
    """All of them where there are few and short ones; otherwise the last one, and the first of the largest."""
    numbers = [row.numbers[series] for row in chart.rows]
    last, largest = len(numbers) - 1, numbers.index(max(numbers))
    if last < MOST_NUMBERS and chart.largest < LONG:
        return True
    return place == last or (place == largest and last - largest >= APART)


def _x(place: int, count: int) -> float:
    return round(FIRST_X + (LAST_X - FIRST_X) * place / (count - 1), 2) if count > 1 else 50


def _y(number: int, largest: int) -> float:
    return round(ABOVE + PLOT * (1 - number / largest), 1) if largest else ABOVE + PLOT


def _percent(number: int, whole: int) -> float:
    return 100 * number / whole if whole else 0
