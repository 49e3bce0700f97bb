#!/usr/bin/env python3
"""Real devices that sell while their network is bad, and stays bad.

    test_bad.py PROGRAM      exit status 1 when a sentence does not hold
"""

import signal
import time

import lab
from lab import expect, say

NAMES = ("counter", "kitchen", "pickup")
PAIRS = (NAMES[:2], NAMES[1:], NAMES[::2])
SEED = 3
LINK_SECONDS = 60
CROSS_SECONDS = 30  # of an order, however often its frames are lost
ORDERS = 8
FROZEN_SECONDS = 30
SPOILT_FRAMES = 5
BAD = {"loss": 0.05, "delay_s": 0.3, "jitter_s": 0.1, "duplicate": 0.05}
WORST = {"loss": 0.4, "delay_s": 0.3, "jitter_s": 0.2, "duplicate": 0.2, "bits_per_s": 64000}


def has(node, answer):
    return answer["number"] in node.orders()


def cross(here, source, target):
    """An order taken at the one is at the other; the seconds from its answer on."""
    answer = here.order(source)
    return lab.until(f"{target} to have {answer['number']} of {source}",
                     lambda: has(here[target], answer), CROSS_SECONDS)


def all_linked(here):
    return sum(here.linked(*pair, LINK_SECONDS) for pair in PAIRS)


def an_order_crosses_a_bad_network(here):
    """Meanwhile the third device hangs; the two do not wait for it."""
    here["pickup"].child.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()
    before = dict(here.switch.counts)
    here.everywhere(**BAD)
    seconds = [cross(here, *pair) for _ in range(ORDERS // 2)
               for pair in (("counter", "kitchen"), ("kitchen", "counter"))]
    for count in ("lost", "repeated"):
        lab.until(f"frames to be {count}", lambda: here.switch.counts[count] > before[count],
                  LINK_SECONDS)
    say(f"at 5 % loss and 300 ms an order crosses while the network is bad, {ORDERS} times: at "
        f"most after {max(seconds):.1f} s, on the average", sum(seconds) / len(seconds))
    return frozen_at


def a_device_comes_back_on_a_bad_network(here):
    here["kitchen"].stop()
    answer = here.order("counter")
    here["kitchen"].start()
    seconds = here.linked("counter", "kitchen", LINK_SECONDS)
    lab.until("what it missed", lambda: has(here["kitchen"], answer), CROSS_SECONDS)
    say("a device that starts at 5 % loss and 300 ms is linked, and gets what it missed", seconds)


def a_frozen_device_goes_on(here, frozen_at):
    lab.until("the counter to give up a device that hangs",
              lambda: not here["counter"].is_linked(here["pickup"]), LINK_SECONDS)
    lab.until("half a minute", lambda: time.monotonic() - frozen_at > FROZEN_SECONDS,
              2 * FROZEN_SECONDS)
    here["pickup"].child.send_signal(signal.SIGCONT)
    seconds = all_linked(here) + here.converged()
    expect("the device that hung has each order",
           here["pickup"].orders() == sorted(here.taken))
    say(f"who hung for {FROZEN_SECONDS} s is linked again and has it all, on the bad network",
        seconds)


def the_worst_network_is_told(here):
    """Little or nothing crosses it. Then no screen says that all is well."""
    before = here.broken("counter", "kitchen")
    here.between("counter", "kitchen", **WORST)
    here.between("counter", "pickup", is_cut=True)
    answers = [here.order("counter") for _ in range(5)]
    seconds = lab.until("an order to cross, or both to say that they are apart",
                        lambda: has(here["kitchen"], answers[-1]) or
                        here.broken("counter", "kitchen") >= before + 2, 2 * LINK_SECONDS)
    listed = here["kitchen"].orders()
    crossed = sum(answer["number"] in listed for answer in answers)
    is_apart = here.broken("counter", "kitchen") >= before + 2
    here.heal()
    all_linked(here)
    here.converged()
    say(f"at 40 % loss and 64 kbit/s {crossed} of {len(answers)} orders crossed before "
        f"{'the link was given up' if is_apart else 'the last was there'}", seconds)


def spoilt_frames_are_cut(here):
    """A bit that flips where TCP does not see it fits no signature of the link."""
    before, spoilt = here.broken("counter", "kitchen"), here.switch.counts["spoilt"]
    begin = time.monotonic()
    here.between("counter", "kitchen", corrupt=0.1)

    def is_enough():
        here.order("counter")
        return (here.switch.counts["spoilt"] >= spoilt + SPOILT_FRAMES
                and here.broken("counter", "kitchen") > before)

    lab.until("spoilt frames, and a link that is cut for them", is_enough, LINK_SECONDS)
    here.heal()
    all_linked(here)
    here.converged()
    for node in here.all:
        expect(f"{node.name} runs", node.child.poll() is None)
        expect(f"{node.name} has each answered order once, and no other",
               node.orders() == sorted(here.taken))
    say(f"{here.switch.counts['spoilt'] - spoilt} spoilt frames cut links and changed nothing",
        time.monotonic() - begin)


def main():
    with lab.opened(__doc__, NAMES, SEED) as here:
        here.start()
        all_linked(here)
        frozen_at = an_order_crosses_a_bad_network(here)
        a_device_comes_back_on_a_bad_network(here)
        a_frozen_device_goes_on(here, frozen_at)
        here.heal()
        the_worst_network_is_told(here)
        spoilt_frames_are_cut(here)
        here.stop()
        here.verified()
    print("ok    journals verify and states are equal")


if __name__ == "__main__":
    main()
