#!/usr/bin/env python3
"""Real nodes on bad networks, each in a network namespace of its own.

    test_net.py PROGRAM      exit status 1 when a sentence does not hold
"""

import time

import lab
from lab import expect, say

NAMES = ("counter", "kitchen", "pickup")
SEED = 1
LINK_SECONDS = 60
HEAL_SECONDS = 2
LOOKS_ALLOWED = 10  # on top, each as long as one look at all nodes takes
LOST_FRAMES = 10
SLOW_SECONDS = 120


def counts_beacons(status):
    return status["beacons_sent"] > 0 and status["beacons_heard"] > 0


def beacons_alone_link_everybody(here):
    here.start()
    seconds = sum(here.linked(*pair, LINK_SECONDS) for pair in
                  (NAMES[:2], NAMES[1:], NAMES[::2]))
    say("devices that know no address find each other", seconds)
    for node in here.all:
        lab.until(f"{node.name} to count its beacons and those of the others",
                  lambda: counts_beacons(node.status()), LINK_SECONDS)


def another_address_is_found(here):
    before = here.broken("counter", "kitchen")
    here["kitchen"].move(f"{lab.SUBNET}.99")
    lab.until("a link over the old address to end",
              lambda: here.broken("counter", "kitchen") > before, LINK_SECONDS)
    say("a device with another address is linked again",
        here.linked("counter", "kitchen", LINK_SECONDS))
    here.linked("kitchen", "pickup", LINK_SECONDS)


def a_cut_in_one_direction_is_noticed(here):
    here.fault("counter", "kitchen", is_cut=True)
    seconds = here.parted("counter", "kitchen", LINK_SECONDS)
    here.order("counter")
    here.converged()
    here.heal()
    say("a cut in one direction is noticed by both, and a third device goes round it", seconds)
    here.linked("counter", "kitchen", LINK_SECONDS)


def a_relay_reaches_the_far_end(here):
    here.between("counter", "pickup", is_cut=True)
    here.parted("counter", "pickup", LINK_SECONDS)
    here.order("counter")
    here.order("pickup")
    say("in a line of three the middle passes on", here.converged())
    here.heal()
    here.linked("counter", "pickup", LINK_SECONDS)


def nothing_is_lost_on_the_worst_network(here):
    before = here.events()[0]
    here.everywhere(loss=0.4, duplicate=0.2, delay_s=0.3, jitter_s=0.2, bits_per_s=64000)
    for _ in range(5):
        for name in NAMES:
            here.order(name)  # answered when it is durable there, whatever the network does
    lab.until("frames to be lost and repeated",
              lambda: min(here.switch.counts["lost"], here.switch.counts["repeated"]) > LOST_FRAMES,
              SLOW_SECONDS)
    here.heal()
    begin = time.monotonic()
    here.events()
    look = time.monotonic() - begin  # how slow this machine is just now
    for pair in (NAMES[:2], NAMES[1:], NAMES[::2]):
        here.linked(*pair, LINK_SECONDS)
    linked = time.monotonic()
    here.converged(HEAL_SECONDS + LOOKS_ALLOWED * look)
    expect("every order that was answered is everywhere", here.events()[0] >= before + 15)
    say(f"what was answered on the worst network is everywhere, linked after "
        f"{linked - begin:.1f} s", time.monotonic() - begin)


def addresses_by_hand_do_without_beacons(here):
    here.stop()
    here.everywhere(is_broadcast_cut=True)
    counter = here["counter"]
    for node in here.all[1:]:
        node.peers = [f"{counter.device}@tcp://{counter.address}:{lab.MESH_PORT}"]
    here.start()
    seconds = here.linked("counter", "kitchen", LINK_SECONDS)
    seconds += here.linked("counter", "pickup", LINK_SECONDS)
    here.order("kitchen")
    here.converged()
    say("where broadcast is blocked, addresses set by hand suffice", seconds)


STEPS = (beacons_alone_link_everybody, another_address_is_found, a_cut_in_one_direction_is_noticed,
         a_relay_reaches_the_far_end, nothing_is_lost_on_the_worst_network,
         addresses_by_hand_do_without_beacons)


def main():
    with lab.opened(__doc__, NAMES, SEED) as here:
        for step in STEPS:
            step(here)
        here.stop()
        here.verified()
    print("ok    journals verify and states are equal")


if __name__ == "__main__":
    main()
