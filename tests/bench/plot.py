#!/usr/bin/env python3
"""Draw docs/plots/*.svg from the lines that bench.join, .memory, .peers, .age and .mesh print:

    ./run bench join >figures.tsv; ./run bench mesh >>figures.tsv; tests/bench/plot.py figures.tsv

Both axes are logarithmic, so that a straight line with the slope of the dashed one is linear
growth. Colours are such that they can be read on white and on black paper.
"""
import math
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs/plots"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 150, 40, 50
COLOURS = ("#3b82f6", "#e07b39", "#2fa36b", "#a855c8", "#888888")
INK = "#808080"

# What phones did with documents: Ditto's published figures.
DITTO = [(1000, 4.5), (10000, 8.4), (100000, 39), (1000000, 329)]


def read(path):
    rows = [line.rstrip("\n").split("\t") for line in open(path, encoding="utf-8") if "\t" in line]
    return [row for row in rows if row[0] in ("join", "memory", "peers", "age", "mesh")]


def ticks(low, high):
    return [10.0 ** e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def number(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


class Plot:
    """A chart of named series [(x, y)], each with at least one point; `linear` names one whose
    first point begins the dashed line of linear growth."""

    def __init__(self, title, across, up, series, linear=None):
        self.title, self.across, self.up = title, across, up
        self.series, self.linear = series, linear
        points = [point for line in series.values() for point in line]
        self.xs = ticks(min(x for x, _ in points), max(x for x, _ in points))
        self.ys = ticks(min(y for _, y in points), max(y for _, y in points))

    def x(self, value):
        low, high = math.log10(self.xs[0]), math.log10(self.xs[-1])
        return LEFT + (math.log10(value) - low) / max(high - low, 1e-9) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = math.log10(self.ys[0]), math.log10(self.ys[-1])
        share = (math.log10(value) - low) / max(high - low, 1e-9)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def text(self, x, y, words, anchor="middle", colour=INK, more=""):
        place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
        return f'<text {place} fill="{colour}"{more}>{words}</text>'

    def path(self, points, colour, more=""):
        steps = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        return f'<polyline points="{steps}" fill="none" stroke="{colour}" stroke-width="2"{more}/>'

    def rule(self, x1, y1, x2, y2):
        ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        return f'<line {ends} stroke="{INK}" stroke-opacity=".25"/>'

    def axes(self):
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        for value in self.xs:
            x = self.x(value)
            yield self.rule(x, TOP, x, bottom)
            yield self.text(x, bottom + 18, number(value))
        for value in self.ys:
            y = self.y(value)
            yield self.rule(LEFT, y, right, y)
            yield self.text(LEFT - 8, y + 4, number(value), "end")
        yield self.text((LEFT + right) / 2, HEIGHT - 10, self.across)
        yield self.text(LEFT, TOP - 8, self.up, "start")
        yield self.text(LEFT, 18, self.title, "start", INK, ' font-weight="bold"')

    def growth(self):
        """Linear growth from the first point, as far as the chart goes."""
        (x, y) = self.series[self.linear][0]
        factor = min(self.xs[-1] / x, self.ys[-1] / y)
        dashes = ' stroke-dasharray="4 4" stroke-opacity=".7"'
        return self.path([(x, y), (x * factor, y * factor)], INK, dashes)

    def draw(self, name):
        parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                 f'font-family="sans-serif" font-size="12">', f"<title>{self.title}</title>",
                 *self.axes()]
        if self.linear:
            parts.append(self.growth())
        for (label, points), colour in zip(self.series.items(), COLOURS):
            parts.append(self.path(points, colour))
            parts += [f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3" fill="{colour}"/>'
                      for x, y in points]
        for index, (label, colour) in enumerate(zip(self.series, COLOURS)):
            y = TOP + 16 + 18 * index
            parts.append(f'<rect x="{WIDTH - RIGHT + 12}" y="{y - 9}" width="10" height="10" '
                         f'fill="{colour}"/>')
            parts.append(self.text(WIDTH - RIGHT + 28, y, label, "start"))
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{name}.svg").write_text("\n".join(parts + ["</svg>", ""]), encoding="utf-8")
        print(f"docs/plots/{name}.svg")


def column(rows, kind, x, y):
    return [(float(row[x]), float(row[y]))
            for row in rows if row[0] == kind and row[y] not in ("-", "")]


def mesh(rows, y):
    series = {}
    for row in rows:
        if row[0] == "mesh" and len(row) == 6:
            series.setdefault(row[1], []).append((float(row[2]), float(row[y])))
    return series


def main(path):
    rows = read(path)
    if column(rows, "join", 1, 3):
        series = {"trestle, orders": column(rows, "join", 1, 3),
                  "raw, same bytes": column(rows, "join", 1, 4),
                  "Ditto, documents": DITTO}
        Plot("An empty device joins", "orders (Ditto: documents, on phones)", "seconds",
             {name: line for name, line in series.items() if line}, "trestle, orders").draw("join")
    if column(rows, "memory", 1, 2):
        Plot("Memory of a node", "orders it holds", "MiB, anonymous",
             {"just started": column(rows, "memory", 1, 2),
              "after work": column(rows, "memory", 1, 3)},
             "just started").draw("memory")
    if column(rows, "peers", 1, 2):
        Plot("Memory of a node", "devices linked with it", "MiB, anonymous",
             {"just linked": column(rows, "peers", 1, 2),
              "after work": column(rows, "peers", 1, 3)},
             "just linked").draw("peers")
    if column(rows, "age", 1, 2):
        Plot("Memory of a process", "orders taken since it began", "MiB, anonymous",
             {"one process": column(rows, "age", 1, 2)}, "one process").draw("age")
    if mesh(rows, 3):
        Plot("Copies of an event for each device that lacks it", "devices", "copies",
             mesh(rows, 3)).draw("copies")
        Plot("Bytes for an event and device, over one frame a run", "devices", "times the floor",
             mesh(rows, 4)).draw("bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
