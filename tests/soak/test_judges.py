#!/usr/bin/env python3
"""Tests the soak's judges without nodes: each accepts what is sound and refuses one planted fault
at a time, and a seed is one plan.

    test_judges.py           exit status 1 when a sentence does not hold
"""

import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../net"))

from crew import Book  # noqa: E402
from health import CAPS, GROWTH, LIFE_SECONDS, WARM_UP_SECONDS, findings  # noqa: E402
from judge import judge_answers, judge_orders  # noqa: E402
from plan import KINDS, plan  # noqa: E402

NAMES = ["counter", "kitchen", "pickup"]
LONG_SECONDS = WARM_UP_SECONDS + 10 * LIFE_SECONDS
SALES = {"a1": {"guest": "guest 1", "number": "A1", "total": 840, "day": 1},
         "b1": {"guest": "guest 2", "number": "B1", "total": 350, "day": 1}}
failures = []


def expect(sentence, holds):
    print(("ok    " if holds else "FAIL  ") + sentence)
    if not holds:
        failures.append(sentence)


# ---- what grows ----

def life(seconds, **shapes):
    """Looks at a process each 5 s; @shapes tell a number at a second of its life."""
    calm = {"anon_kib": 8000, "rss_kib": 16000, "descriptors": 40, "threads": 5}
    return [(1000.0 + at, {**calm, **{what: shape(at) for what, shape in shapes.items()}})
            for at in range(0, seconds, 5)]


def found_in(points):
    return {what for what, _ in findings({("counter", 1): points})}


def health():
    draw = random.Random(1)
    most = GROWTH["anon_kib"]
    sound = {
        "a life that stays as it is": {},
        "noise": {"anon_kib": lambda at: 8000 + draw.randrange(2000)},
        "a step while it warms up": {"anon_kib": lambda at: 8000 + 9000 * (at > 30)},
        "a sawtooth": {"anon_kib": lambda at: 8000 + at * 37 % 5000},
        "a burst": {"descriptors": lambda at: 40 + 60 * (500 < at < 700)},
        "slower growth than is allowed":
            {"anon_kib": lambda at: 8000 + at * most * 0.8 / LONG_SECONDS},
    }
    for what, shapes in sound.items():
        expect(f"{what} is no finding", not found_in(life(LONG_SECONDS, **shapes)))
    slow = {
        "anon_kib": lambda at: 8000 + draw.randrange(2000) + at * most * 1.5 / LONG_SECONDS,
        "descriptors": lambda at: 40 + at // 60,
        "threads": lambda at: 5 + at // 400,
    }
    for what, shape in slow.items():
        expect(f"{what} that grow within the cap are found",
               found_in(life(LONG_SECONDS, **{what: shape})) == {what})
    for what, cap in CAPS.items():
        beyond = life(60, **{what: lambda at, cap=cap: cap + (at == 30)})
        expect(f"{what} beyond the cap are found, for one look", found_in(beyond) == {what})
        expect(f"{what} at the cap are none", not found_in(beyond[:5]))
    steep = life(WARM_UP_SECONDS + LIFE_SECONDS // 2, descriptors=lambda at: 40 + at // 5)
    expect("a life that is too short says nothing of slopes", not found_in(steep))


# ---- what became of the orders ----

def order(name, **changes):
    sale = SALES[name]
    return {"id": name, "number": sale["number"], "total": sale["total"], "day": 1,
            "paid": sale["total"], "due": 0, "phase": "completed",
            "lines": [{"note": sale["guest"]}], **changes}


def orders():
    def kinds(*held):
        return {kind for kind, _ in judge_orders("kitchen", held, SALES)}

    a1, b1 = order("a1"), order("b1")
    expect("all orders as they were told are no finding", kinds(a1, b1) == set())
    expect("an order that is not there is lost", kinds(a1) == {"lost"})
    expect("one that is not handed over is, too", kinds(a1, order("b1", phase="ready")) == {"lost"})
    expect("an order in two lists is there twice", kinds(a1, b1, b1) == {"twice"})
    expect("one that nobody was told of is, too", kinds(a1, b1, {
        **b1, "id": "c1", "number": "B2", "lines": [{"note": "guest 3"}]}) == {"twice"})
    expect("two orders under one number are found",
           "twice" in kinds(a1, order("b1", number="A1")))
    expect("two orders of one guest are found",
           "twice" in kinds(a1, order("b1", lines=[{"note": "guest 1"}])))
    expect("a total that was not told is found", "changed" in kinds(a1, order("b1", total=351)))
    expect("another number is", kinds(a1, order("b1", number="B2")) == {"changed"})
    expect("another day is", kinds(a1, order("b1", day=2)) == {"changed"})
    expect("what is not paid is", kinds(a1, order("b1", paid=0, due=350)) == {"money"})
    expect("what is paid twice is", kinds(a1, order("b1", paid=700)) == {"money"})


def answers():
    book = Book()
    book.note({"log": "a", "seq": 1, "events": 1})
    book.note({"log": "b", "seq": 1})
    book.note({"log": "a", "seq": 1, "events": 0})
    expect("an answer that wrote nothing may name an event again", not list(judge_answers(book)))
    book.note({"log": "a", "seq": 1, "events": 2})
    expect("two wishes that were answered with one event are found",
           [kind for kind, _ in judge_answers(book)] == ["twice"])


# ---- what is planned ----

def plans():
    expect("a seed is one plan", plan(7, 600, NAMES) == plan(7, 600, NAMES))
    expect("another seed is another", plan(7, 600, NAMES) != plan(8, 600, NAMES))
    for seed in range(200):
        faults, spared = plan(seed, 60, NAMES)
        kinds = {fault.kind for fault in faults}
        if kinds != set(KINDS):
            expect(f"seed {seed} has each kind of fault in a minute", False)
        if any(fault.kind == "kill" and spared in fault.who for fault in faults):
            expect(f"seed {seed} spares a device", False)
        if any(fault.at + fault.seconds > 60 for fault in faults):
            expect(f"the faults of seed {seed} end before the run", False)
    expect("each kind is in a minute's plan, and what is left out is in none", not any(
        fault.kind == "cut" for fault in plan(1, 600, NAMES, ("cut",))[0]))


def main():
    for part in (health, orders, answers, plans):
        part()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
