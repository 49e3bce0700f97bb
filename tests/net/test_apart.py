#!/usr/bin/env python3
"""Four real devices whose network comes and goes, falls into halves, and hides a thief.

    test_apart.py PROGRAM      exit status 1 when a sentence does not hold
"""

import itertools
import sys

import lab
from lab import expect, say

LEFT, RIGHT = ("office", "tent"), ("tablet", "bar")
NAMES = LEFT + RIGHT
ROLES = {"office": "manager", "bar": "manager"}
PAIRS = tuple(itertools.combinations(NAMES, 2))
ACROSS = tuple(itertools.product(LEFT, RIGHT))
SEED = 2
FLAPS = 20
NOTICED_FLAPS = 2


def all_linked(here):
    return sum(here.linked(*pair) for pair in PAIRS)


def agree(here, sentence):
    """Every answered order is on every device, once, and nothing else is."""
    seconds = here.converged()
    for node in here.all:
        listed = node.orders()
        expect(f"{node.name} has each answered order once, and no other: {listed}, answered "
               f"{sorted(here.taken)}", listed == sorted(here.taken))
    say(sentence, seconds)


def flapping(here):
    """A link that goes before anybody notices, and one that all give up, again and again."""
    for _ in range(FLAPS):
        here.between("office", "bar", is_cut=True)
        here.order("office")  # answered meanwhile, by each alone
        here.order("bar")
        here.heal()
        here.order("tablet")
    agree(here, f"a link that went and came {FLAPS} times lost nothing and doubled nothing")
    here.linked("office", "bar")  # one that was given up above counts for none below
    before = here.broken("office", "bar")
    for _ in range(NOTICED_FLAPS):
        here.between("office", "bar", is_cut=True)
        here.parted("office", "bar")
        here.order("office")
        here.order("bar")
        here.heal()
        here.linked("office", "bar")
    expect("each of the two noticed each time",
           here.broken("office", "bar") >= before + 2 * NOTICED_FLAPS)
    agree(here, f"nor did one that broke {NOTICED_FLAPS} times")


def halves(here):
    """Each half sells alone; who got no answer asks again in the other."""
    here.split(LEFT, RIGHT)
    for pair in ACROSS:
        here.parted(*pair)
    key = lab.new_key()
    first = here.order("tent", "--key", key)
    again = here.order("tablet", "--key", key)
    for _ in range(3):
        for name in NAMES:
            here.order(name)
    for half in (LEFT, RIGHT):
        lab.until(f"{' and '.join(half)} to hold the same",
                  lambda half=half: here[half[0]].orders() == here[half[1]].orders(), 60)
    expect("no half knows of what the other took",
           not set(here["office"].orders()) & {again["number"]}
           and not set(here["bar"].orders()) & {first["number"]})
    here.heal()
    all_linked(here)
    agree(here, "what two halves took apart is everywhere when they meet")
    expect("the retried order is one, with two numbers",
           first["id"] == again["id"] and
           here["bar"].ask("GET", f"/api/orders/{first['id']}")[1]["numbers"] ==
           sorted([first["number"], again["number"]]))


def voided(node):
    return sorted(order["number"] for order in node.ask("GET", "/api/voided")[1]["orders"])


def revoked_while_apart(here):
    """A stolen tablet sells on in the half that cannot be told."""
    office, tent, tablet, bar = (here[name] for name in NAMES)
    before = here.order("tablet")
    here.converged()
    here.split(LEFT, RIGHT)
    for pair in ACROSS:
        here.parted(*pair)
    linked_before = [node.told(f" up: device {tablet.device}") for node in (office, tent)]
    office.command("device", "revoke", tablet.device, "--yes")
    late = [here.order("tablet") for _ in range(2)]
    here.order("office")
    lab.until("the bar to believe the tablet",
              lambda: {order["number"] for order in late} <= set(bar.orders()), 60)
    expect("half of the devices do not know yet", bar.is_linked(tablet))
    here.heal()
    here.linked("office", "bar")
    seconds = lab.until("the tablet to be cut off", lambda: not tablet.links(), 60)
    expect("the bar cut it off, as one that was revoked", bar.told(" closed: revoked") == 1)
    expect("who knew let it in no more", linked_before == [
        node.told(f" up: device {tablet.device}") for node in (office, tent)])
    say("a tablet that was revoked while apart is cut off by whoever hears of it", seconds)
    lab.until("its late orders, and no others, to be listed as voided at the bar",
              lambda: voided(bar) == sorted(order["number"] for order in late), 60)
    expect("they are not sent on", not voided(office) and not voided(tent))
    decide(here, bar, *late)
    expect("what it sold before stays", before["number"] in office.orders())


def decide(here, bar, adopted, dropped):
    """A manager at the device that holds them says what becomes of each."""
    for order, way, words in ((adopted, "adopt", {}), (dropped, "drop", {"reason": "stolen"})):
        status, answer = bar.ask("POST", f"/api/orders/{order['id']}/{way}", words)
        expect(f"the bar may {way} order {order['number']}: {status} {answer}", status == 200)
    here.taken.remove(dropped["number"])
    here["tablet"].stop()
    here.order("tent")  # nobody is held up
    honest = [node for node in here.all if node.name != "tablet"]
    seconds = lab.until("the adopted order to be everywhere, and no other of the late ones",
                        lambda: all(node.orders() == sorted(here.taken) for node in honest), 60)
    expect("nothing is left to decide", not any(voided(node) for node in honest))
    say("what it sold before counts, the rest as a person decides, everywhere", seconds)


def revoked_in_sight(here):
    """One that all others are linked with, which goes on selling to nobody."""
    office, tent, _, bar = (here[name] for name in NAMES)
    cut = office.told(" closed: revoked")
    office.command("device", "revoke", tent.device, "--yes")
    seconds = lab.until("the tent to be linked with nobody", lambda: not (
        tent.links() or office.is_linked(tent) or bar.is_linked(tent)), 60)
    expect("the office cut it off, as one that was revoked",
           office.told(" closed: revoked") == cut + 1)
    links = [node.told(f" up: device {tent.device}") for node in (office, bar)]
    late = here.order("tent")
    here.taken.remove(late["number"])
    here.order("office")
    lab.until("the bar to go on with the office",
              lambda: bar.orders() == office.orders() == sorted(here.taken), 60)
    expect("nobody lets it in again",
           links == [node.told(f" up: device {tent.device}") for node in (office, bar)])
    tent.stop()
    say("open links of a revoked device are cut at once", seconds)


def main():
    with lab.opened(__doc__, NAMES, SEED, ROLES) as here:
        here.start()
        all_linked(here)
        for step in (flapping, halves, revoked_while_apart, revoked_in_sight):
            step(here)
        here.stop()
        here.verified("office", "bar")
    print("ok    journals verify and states are equal")


if __name__ == "__main__":
    main()
