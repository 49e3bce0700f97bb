"""The kinds of faults on real nodes: how each begins and ends, and what shows that it was there."""

import http.client
import os
import signal
import time
from email.utils import parsedate_to_datetime

from crew import Page
from lab import Trouble
from plan import KINDS

LOOK_SECONDS = 2
CLOCK_OFF_SECONDS = 10  # a Date that is nearer than that to where the clock was put is right


class Worst:
    def __init__(self, here):
        self.here = here
        self.fired = dict.fromkeys(KINDS, 0)
        self.jumped = {}  # name: where its clock was put, and nobody saw it yet
        self.ends = {kind: getattr(self, "end_" + kind.replace("-", "_")) for kind in KINDS}
        self.begins = {kind: getattr(self, "begin_" + kind.replace("-", "_")) for kind in KINDS}
        for name in here.nodes:
            self.set_clock(name, 0)

    # ---- the network: one fault at a time; the switch counts what it did ----

    def crossed(self, kind, *counts):
        """@kind was there when the switch did more of each of @counts since it began."""
        now = self.here.switch.counts
        self.fired[kind] += all(now[count] > self.before[count] for count in counts)
        self.here.heal()

    def remember(self):
        self.before = dict(self.here.switch.counts)

    def begin_cut(self, fault):
        self.remember()
        self.here.split(fault.who, [name for name in self.here.nodes if name not in fault.who])

    def end_cut(self, _):
        self.crossed("cut", "cut")

    def begin_one_way(self, fault):
        self.remember()
        (one,) = fault.who
        for other in self.here.nodes:
            if other != one:
                way = (other, one) if fault.much == "deaf" else (one, other)
                self.here.fault(*way, is_cut=True)

    def end_one_way(self, _):
        self.crossed("one-way", "cut")

    def begin_bad(self, fault):
        self.remember()
        self.here.everywhere(**fault.much)

    def end_bad(self, _):
        self.crossed("bad", "lost", "repeated", "overtaken")

    def begin_spoilt(self, fault):
        self.remember()
        (one,) = fault.who
        for other in self.here.nodes:
            if other != one:
                self.here.between(one, other, corrupt=fault.much)

    def end_spoilt(self, _):
        self.crossed("spoilt", "spoilt")

    # ---- devices ----

    def begin_stop(self, fault):
        child = self.here[fault.who[0]].child
        child.send_signal(signal.SIGSTOP)
        self.stopped = child

    def end_stop(self, _):
        """Unless it was killed meanwhile."""
        if self.stopped.poll() is None:
            with open(f"/proc/{self.stopped.pid}/stat", "rb") as stat:
                self.fired["stop"] += stat.read().rsplit(b")", 1)[1].split()[0] == b"T"
            self.stopped.send_signal(signal.SIGCONT)

    def begin_kill(self, fault):
        node = self.here[fault.who[0]]
        self.here.dead.add(node.name)
        node.child.kill()
        status = node.child.wait()
        if status != -signal.SIGKILL:
            raise Trouble(f"{node.name} ended with status {status} before it was killed")
        node.child.stdout.close()

    def end_kill(self, fault):
        node = self.here[fault.who[0]]
        node.start()
        self.here.dead.discard(node.name)
        self.fired["kill"] += 1

    def set_clock(self, name, offset):
        """The node has the file open, and reads it at each look at the clock."""
        path = self.here.clock_file(name)
        with open(path, "r+" if os.path.exists(path) else "w", encoding="ascii") as out:
            out.write(f"{offset} 0 0".ljust(60))

    def begin_clock(self, fault):
        (name,) = fault.who
        self.set_clock(name, fault.much)
        self.jumped[name] = fault.much

    def end_clock(self, _):
        """It stays where it was put, until it jumps again."""
        for name, offset in list(self.jumped.items()):
            told = self.told_time(name)
            if told is not None and abs(told - time.time() - offset) <= CLOCK_OFF_SECONDS:
                self.fired["clock"] += 1
                del self.jumped[name]

    def told_time(self, name):
        """As the node's answers tell it; None when it answers nothing just now."""
        page = Page(self.here[name], LOOK_SECONDS)
        try:
            page.request("GET", "/healthz")
            return parsedate_to_datetime(page.getresponse().getheader("Date")).timestamp()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            page.close()

    def begin_full(self, fault):
        (name,) = fault.who
        self.had_ballast = os.path.exists(self.here.ballast(name))
        with open(self.here.full_flag(name), "w", encoding="ascii"):
            pass

    def end_full(self, fault):
        """A node that found no room has thrown its ballast."""
        (name,) = fault.who
        self.fired["full"] += self.had_ballast and not os.path.exists(self.here.ballast(name))
        os.unlink(self.here.full_flag(name))

    def moments(self, plan):
        """(seconds, what to do), of all faults' begins and ends, in order."""
        both = [(fault.at, 1, at, self.begins, fault) for at, fault in enumerate(plan)]
        both += [(fault.at + fault.seconds, 0, at, self.ends, fault)
                 for at, fault in enumerate(plan)]
        for at, _, _, deeds, fault in sorted(both, key=lambda moment: moment[:3]):
            yield at, lambda deeds=deeds, fault=fault: deeds[fault.kind](fault)

    def end(self):
        """Clocks are set right; all else has ended."""
        self.here.heal()
        self.end_clock(None)
        for name in self.here.nodes:
            self.set_clock(name, 0)
