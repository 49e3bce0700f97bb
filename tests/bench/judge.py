#!/usr/bin/env python3
"""Judge the curves that bench.join, .memory, .peers, .age, .refold and .mesh print: is each linear
at most?

    tests/bench/judge.py figures.tsv     ./run bench does so with what it measured
    tests/bench/judge.py --self-test     whether curves that are too steep are found out

A curve's exponent is the slope of a least-squares line through the logarithms of its points: 1 is
linear. Memory stands on a base, which is there without any of what is counted, so of these curves
the exponent is that of what came on top of the first point. Exits with 1 when a curve is steeper
than its limit.
"""
import math
import sys
from collections import namedtuple

# n log n, as of B-trees, has 1.10 over three decades; the rest is for noise.
LINEAR = 1.15
# Counted, not timed: bytes.
EXACTLY_LINEAR = 1.02

LEVEL_SHARE = 0.03  # of the base: what is less on top of it is noise, and taken for so much
POINTS_LEAST = 3

Curve = namedtuple("Curve", "what points limit has_base")


def exponent(points):
    xs = [math.log(x) for x, _ in points]
    ys = [math.log(y) for _, y in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((a - x) ** 2 for a in xs)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / spread


def above_base(points):
    (x0, y0), *rest = points
    return [(x - x0, max(y - y0, LEVEL_SHARE * y0)) for x, y in rest]


def growth(curve):
    """The curve's exponent, or None when there are too few points to tell."""
    points = sorted(curve.points)
    if len(points) < POINTS_LEAST:
        return None
    return exponent(above_base(points) if curve.has_base else points)


def column(rows, kind, x, y):
    found = [row for row in rows if row[0] == kind and len(row) > y and row[y] not in ("-", "")]
    return [(float(row[x]), float(row[y])) for row in found]


def total(points, of_each):
    """Of so much for each of a number of things, so much in all."""
    each = dict(of_each)
    return [(x, count * each[x]) for x, count in points if x in each]


def curves(rows):
    events = column(rows, "join", 1, 2)
    yield Curve("join: seconds against orders", column(rows, "join", 1, 3), LINEAR, False)
    yield Curve("join: CPU seconds against orders", column(rows, "join", 1, 6), LINEAR, False)
    yield Curve("join: bytes in frames against orders", total(events, column(rows, "join", 1, 5)),
                EXACTLY_LINEAR, False)
    yield Curve("join: memory against orders", column(rows, "join", 1, 8), LINEAR, True)
    yield Curve("join: store against orders", column(rows, "join", 1, 9), EXACTLY_LINEAR, False)
    yield Curve("memory, started, against orders", column(rows, "memory", 1, 2), LINEAR, True)
    yield Curve("memory after work against orders", column(rows, "memory", 1, 3), LINEAR, True)
    yield Curve("start against orders", column(rows, "memory", 1, 4), LINEAR, False)
    yield Curve("memory, linked, against peers", column(rows, "peers", 1, 2), LINEAR, True)
    yield Curve("memory after work against peers", column(rows, "peers", 1, 3), LINEAR, True)
    yield Curve("refold: CPU seconds against orders", column(rows, "refold", 1, 2), LINEAR, False)
    yield Curve("refold: longest part against orders", column(rows, "refold", 1, 3), LINEAR, False)
    yield Curve("mending: CPU seconds against orders", column(rows, "refold", 1, 4), LINEAR, False)
    yield Curve("mending: longest turn against orders", column(rows, "refold", 1, 5), LINEAR, False)
    yield Curve("memory against age", column(rows, "age", 1, 2), LINEAR, True)
    meshes = [row for row in rows if row[0] == "mesh"]
    for topology in dict.fromkeys(row[1] for row in meshes):
        of_it = [row for row in meshes if row[1] == topology]
        for what, at in (("copies", 3), ("bytes over the floor", 4)):
            points = [(float(row[2]), float(row[at])) for row in of_it]
            yield Curve(f"mesh, {topology}: {what} for each device, against devices", points,
                        LINEAR, False)


def judge(curve):
    """Print a line about it; whether it is not too steep."""
    value = growth(curve)
    if value is None:
        print(f"{curve.what:58} {len(curve.points)} points: not judged")
        return True
    is_good = value <= curve.limit
    verdict = "met" if is_good else "STEEPER THAN LINEAR"
    print(f"{curve.what:58} exponent {value:5.2f}  aim <= {curve.limit:.2f}  {verdict}")
    return is_good


def judge_all(rows):
    lost = [row for row in rows if row[0] == "mesh" and len(row) > 6]
    for row in lost:
        print(f"mesh, {row[1]}, {row[2]} devices: {row[6]}")
    found = [judge(curve) for curve in curves(rows) if curve.points]
    return all(found) and not lost


def self_test():
    xs = [1000, 10000, 100000, 1000000]
    cases = [("linear", False, lambda x: 3 * x, True),
             ("n log n", False, lambda x: x * math.log(x), True),
             ("level", False, lambda x: 5, True),
             ("quadratic", False, lambda x: x * x, False),
             ("x to the 1.3", False, lambda x: x ** 1.3, False),
             ("linear on a base", True, lambda x: 20 + 0.001 * x, True),
             ("noise on a base", True, lambda x: 20 + 0.05 * (x % 7), True),
             ("quadratic on a base", True, lambda x: 20 + 1e-9 * x * x, False)]
    wrong = [name for name, has_base, f, is_good in cases
             if (growth(Curve(name, [(x, f(x)) for x in xs], LINEAR, has_base)) <= LINEAR)
             != is_good]
    for name in wrong:
        print(f"judged wrongly: {name}")
    return not wrong


def main(argument):
    if argument == "--self-test":
        return self_test()
    with open(argument, encoding="utf-8") as lines:
        return judge_all([line.rstrip("\n").split("\t") for line in lines if "\t" in line])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(0 if main(sys.argv[1]) else 1)
