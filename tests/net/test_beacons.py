#!/usr/bin/env python3
"""Beacons of real devices: what a stranger on their network hears, and what he gets by lying.

    test_beacons.py PROGRAM      exit status 1 when a sentence does not hold

What a beacon is was written here anew from docs/protocol.md.
"""

import hashlib
import itertools
import os
import random
import struct
import time

import lab
from lab import expect, say

NAMES = ("counter", "kitchen")
SEED = 3
BEACONS_HEARD = 6
FLOOD = 10000
LIES = 300  # at one a 20 ms, more than a device looks at; each names another port
GROWTH_MAX = 4 << 20
BURST = 200  # of each kind
FRESH_SECONDS = 3  # no address is given up for another that was heard since
ADDRESSES_MAX = 2  # of one device at a time
UDP, TCP, SYN, ACK = 17, 6, 0x02, 0x10


def digest(*parts):
    return hashlib.blake2b(b"trestle/beacon/1" + b"".join(parts), digest_size=32).digest()


def beacon(popup, device, port=lab.MESH_PORT):
    return (b"trstl\x01" + digest(popup)[:4] + digest(popup, bytes.fromhex(device))[:8] +
            struct.pack(">H", port))


class Ear:
    """Hears the whole network."""

    def __init__(self, switch):
        self.frames = []
        switch.tap = self.frames.append

    def packets(self, protocol):
        """Each as (source, destination, what the protocol carries)."""
        for frame in list(self.frames):
            if frame[12:14] == b"\x08\x00" and frame[23] == protocol:
                size = struct.unpack(">H", frame[16:18])[0]
                body = frame[14:14 + size][4 * (frame[14] & 15):]
                yield tuple(".".join(map(str, at)) for at in (frame[26:30], frame[30:34])) + (body,)

    def datagrams(self):
        return [(source, struct.unpack(">H", body[2:4])[0], body[8:])
                for source, _, body in self.packets(UDP)]

    def calls_to(self, address):
        """The ports at which somebody wanted a connection there."""
        return [struct.unpack(">H", body[2:4])[0] for _, to, body in self.packets(TCP)
                if to == address and body[13] & (SYN | ACK) == SYN]


def memory_of(node):
    """Bytes that only this process holds."""
    with open(f"/proc/{node.child.pid}/statm", encoding="ascii") as statm:
        _, resident, shared = [int(word) for word in statm.read().split()[:3]]
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def a_stranger_hears_no_name(here, ear):
    here.start()
    here.linked(*NAMES)
    here.order("counter")
    seconds = lab.until("beacons", lambda: len(ear.datagrams()) >= BEACONS_HEARD, 60)
    wanted = {(node.address, lab.MESH_PORT, beacon(here.popup, node.device)) for node in here.all}
    heard = set(ear.datagrams())
    expect("each device says what the protocol says, and nothing else by UDP", heard == wanted)
    secrets = [word.encode(spelling) for word in (lab.POPUP_NAME, *NAMES, "Toast")
               for spelling in ("utf-8", "utf-16-le")]
    secrets += [here.popup, *[bytes.fromhex(node.device) for node in here.all]]
    secrets += [secret.hex().encode() for secret in secrets[-3:]]
    everything = b"\0".join(ear.frames).lower()
    expect("no name, no pop-up, no device can be read in any frame",
           not any(secret.lower() in everything for secret in secrets))
    say("a beacon is 20 bytes that name nobody", seconds)


def lies(here, dice):
    """One of each kind that is none of a device of this pop-up, and one that was heard before."""
    other = dice.randbytes(16)
    return [here.popup[:4].join([b"trstl\x01", dice.randbytes(10)]),  # a pop-up in the clear
            beacon(here.popup, dice.randbytes(8).hex()),  # nobody's, of this pop-up
            beacon(other, here["kitchen"].device),
            dice.randbytes(dice.randrange(1, 1400)),
            beacon(here.popup, here["kitchen"].device)]


def lies_change_nothing(here, ear):
    dice, counter = random.Random(SEED), here["counter"]
    before = here.broken(*NAMES)
    foreign, heard = (counter.metric(f'trestle_beacons_total{{kind="{kind}"}}')
                      for kind in ("foreign", "heard"))
    with here.stranger.shouting(lies(here, dice)):
        pass
    lab.until("each kind to be heard", lambda: counter.metric(
        'trestle_beacons_total{kind="foreign"}') >= foreign + 3 and counter.metric(
            'trestle_beacons_total{kind="heard"}') >= heard + 2, 60)
    memory = [memory_of(node) for node in here.all]
    begin = time.monotonic()
    for at in itertools.count():  # a burst may be more than the network takes
        with here.stranger.shouting([lie for _ in range(BURST) for lie in lies(here, dice)]):
            here.order(NAMES[at % 2])
        if len(ear.datagrams()) > FLOOD:
            break
    here.converged()
    grown = max(memory_of(node) - old for node, old in zip(here.all, memory))
    expect(f"memory stays as it was, not {grown} bytes more", grown <= GROWTH_MAX)
    expect("no link broke over it", here.broken(*NAMES) == before)
    expect("nobody called the stranger", not ear.calls_to(here.stranger.address))
    say(f"{FLOOD} lies change nothing while all are linked", time.monotonic() - begin)


def a_replayed_beacon_costs_bounded_calls(here, ear):
    """The kitchen is off; somebody says to be where it is, at one port after the other."""
    counter, kitchen = here["counter"], here["kitchen"]
    kitchen.stop()
    lab.until("the counter to miss the kitchen", lambda: not counter.is_linked(kitchen), 60)
    begin = time.monotonic()
    ports = range(20000, 20000 + LIES)
    with here.stranger.shouting([beacon(here.popup, kitchen.device, port) for port in ports], 0.02):
        lab.until("the counter to believe it", lambda: ear.calls_to(here.stranger.address), 60)
        here.order("counter")
    seconds = time.monotonic() - begin
    # What was left of the flood named the usual port.
    called = set(ear.calls_to(here.stranger.address)) - {lab.MESH_PORT}
    bound = ADDRESSES_MAX * (1 + seconds / FRESH_SECONDS)
    expect(f"of {LIES} addresses at most {bound:.0f} were called: {sorted(called)}",
           called and called <= set(ports) and len(called) <= bound)
    kitchen.start()
    here.linked(*NAMES)
    here.converged()
    calls = len(ear.calls_to(here.stranger.address))
    here.order("kitchen")
    here.converged()
    expect("once the kitchen is linked, nobody looks for it",
           len(ear.calls_to(here.stranger.address)) == calls)
    say(f"of {LIES} addresses that a stranger made up {len(called)} were called", seconds)


def main():
    with lab.opened(__doc__, NAMES, SEED) as here:
        ear = Ear(here.switch)
        a_stranger_hears_no_name(here, ear)
        lies_change_nothing(here, ear)
        a_replayed_beacon_costs_bounded_calls(here, ear)
        here.stop()
        here.verified()
    print("ok    journals verify and states are equal")


if __name__ == "__main__":
    main()
