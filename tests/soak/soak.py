#!/usr/bin/env python3
"""A soak: real devices that sell, for as long as one likes, while faults are drawn.

    soak.py BUILD [--seconds N | --hours N] [--seed S] [--plan] [--only KIND]...
    soak.py BUILD --sabotage NAME...

Two counters, a kitchen, a pickup and a gateway without an uplink sell in network namespaces of
their own. Meanwhile the network is cut, deaf in one direction, slow and lossy, and spoils frames;
devices are stopped, killed and started again, their clocks jump, their disks are full. The seed
draws which, whom, when and for how long (--plan shows it); how the nodes' threads and frames fall
in between is the machine's, so a seed repeats the faults and not the run.

Every 5 s memory, descriptors and threads of each are looked at (health.py). At the end faults
end, all must hold the same, each answered order must be at each device once, paid and handed over
as its guest was told, and the stores must verify. Exit status 0: it all holds; 1: a sentence says
what does not.

--sabotage damages such a run in ways that must be found; exit status 1 when each was found as
what it is, 3 when one was not."""

import argparse
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../net"))

import lab  # noqa: E402
from crew import Cook, Customers, Hander, Book, Worker  # noqa: E402
from health import Watch, figures, findings  # noqa: E402
from judge import converged, judge_answers, judge_nodes, judge_stores, read_through  # noqa: E402
from lab import Trouble  # noqa: E402
from plan import KINDS, plan  # noqa: E402
from worst import Worst  # noqa: E402

ROLES = {"kitchen": "kitchen", "pickup": "pickup", "gateway": "gateway"}
NAMES = ["counter", "bar", *ROLES]
COUNTERS = ("counter", "bar")
ORDERS_PER_S = 1  # at each counter: 360 an hour at both together, twenty times as fast
DAY_SECONDS = 72 * 60  # a trading day, twenty times as fast
CONVERGE_SECONDS = 120
SETTLE_SECONDS = 180
ALL_KINDS_SECONDS = 60  # in a run of that length each kind of fault must have been there
TELL_SECONDS = (10, 60)  # between two lines, in a run of minutes and in one of hours
FINDINGS_SHOWN = 20

# name: (the kind of its finding, what is done)
SABOTAGES = {
    "leak": ("anon_kib", "the pickup keeps memory at each flush"),
    "descriptors": ("descriptors", "the kitchen keeps a descriptor at each flush"),
    "lost": ("lost", "an order is noted that nobody was asked for"),
    "twice": ("twice", "a page asks for one wish under two keys"),
    "changed": ("changed", "a guest was told a cent more"),
    "drop": ("store", "an order vanishes from the bar's store"),
    "calm": ("fault cut", "the network is never cut"),
}
LEAKS = {"leak": ("pickup", {"LEAK_BYTES": str(1 << 20)}),
         "descriptors": ("kitchen", {"LEAK_DESCRIPTORS": "2"})}


class Stall(lab.Lab):
    """@damage: the environment of devices that leak, by name."""

    def __init__(self, build, seed, damage):
        self.build, self.dead = build, set()
        super().__init__(os.path.join(build, "trestle"), NAMES, seed, ROLES,
                         {"gateway": os.path.join(build, "trestle-gateway")})
        for node in self.all:
            node.environment = self.surroundings(node, damage.get(node.name, {}))

    def surroundings(self, node, damage):
        """What stands between a node and its clock and its disk."""
        libraries = ["tests/power/libclock.so", "tests/power/libfull.so"]
        libraries += ["tests/soak/libleak.so"] if damage else []
        return {"LD_PRELOAD": ":".join(os.path.join(self.build, path) for path in libraries),
                "CLOCK_FILE": self.clock_file(node.name), "FULL_FLAG": self.full_flag(node.name),
                "FULL_BALLAST": self.ballast(node.name), **damage}

    def clock_file(self, name):
        return os.path.join(self.folder, name + ".clock")

    def full_flag(self, name):
        return os.path.join(self.folder, name + ".full")

    def ballast(self, name):
        return os.path.join(self[name].state, "ballast")

    @staticmethod
    def menu():
        return "number,name,price\n1,Toast,3.50\n2,Soup,4.20\n3,Tea,1.90\n"

    def still_run(self):
        for node in self.all:
            status = node.child.poll() if node.name not in self.dead else None
            if status is not None:
                raise Trouble(f"{node.name} ended with status {status}; see {node.state}.log")


class Soak:
    def __init__(self, options, here, faults, spared):
        self.options, self.here, self.faults, self.spared = options, here, faults, spared
        self.book, self.worst, self.watch = Book(), Worst(here), Watch(here.all)
        self.found = []  # (kind, sentence)
        self.begun = self.told = 0.0

    def hire(self):
        self.customers = [Customers(self.here[name], self.book, ORDERS_PER_S) for name in COUNTERS]
        self.crew = [Cook(self.here["kitchen"], self.book), Hander(self.here["pickup"], self.book)]
        self.customers[0].repeats = "twice" in self.options.sabotage
        for worker in (*self.customers, *self.crew):
            worker.start()

    def look_after(self):
        """Between two deeds: nothing has ended by itself, and a line tells how far it is."""
        self.here.still_run()
        for worker in (*self.customers, *self.crew):
            if worker.trouble is not None:
                raise worker.trouble
        gone = time.monotonic() - self.begun
        every = TELL_SECONDS[self.options.seconds > 3600]
        if gone - self.told >= every:
            self.told = gone
            print(self.line(gone), flush=True)

    def line(self, gone):
        held = []
        for node in self.here.all:
            seen = self.watch.newest(node)
            held.append(f"{node.name} -" if seen is None else
                        f"{node.name} {seen['anon_kib'] / 1024:.1f}/{seen['descriptors']}")
        return (f"{gone:6.0f} s  {len(self.book.sales)} orders, {self.book.handed} handed over, "
                f"{self.book.again} asks again, {sum(self.worst.fired.values())} faults; "
                f"MiB/descriptors: {', '.join(held)}")

    def wait_for(self, moment):
        while True:
            left = moment - (time.monotonic() - self.begun)
            self.look_after()
            if left <= 0:
                return
            threading.Event().wait(min(left, 0.25))

    def days(self):
        """A new trading day now and then; by the counter, asked until it is answered."""
        owner = Worker(self.here["counter"], self.book)
        for day in range(2, 2 + int(self.options.seconds / DAY_SECONDS)):
            moment = (day - 1) * DAY_SECONDS
            yield moment, lambda day=day: owner.insist("/api/day", {"day": day}, (200, 201))

    def play(self):
        self.begun = time.monotonic()
        deeds = sorted([*self.worst.moments(self.faults), *self.days()], key=lambda deed: deed[0])
        for moment, deed in deeds:
            self.wait_for(moment)
            deed()
        self.wait_for(self.options.seconds)

    def go_home(self):
        """All faults have ended; who was served and not handed anything waits for it."""
        self.worst.end()
        for worker in self.customers:
            worker.close()

        def is_served():
            self.look_after()
            return (self.here["pickup"].ask("GET", "/api/orders")[1]["orders"] == []
                    and self.here["kitchen"].ask("GET", "/api/orders")[1]["orders"] == [])

        seconds = lab.until("all orders to be handed over", is_served, SETTLE_SECONDS)
        for worker in self.crew:
            worker.close()
        seconds += converged(self.here, CONVERGE_SECONDS)
        lab.say(f"after the last fault all {len(self.book.sales)} orders were handed over, and all "
                "devices held the same", seconds)

    def tamper(self):
        """With what the soak knows itself."""
        sale = next(iter(self.book.sales.values()))
        if "lost" in self.options.sabotage:
            self.book.sales["ff" * 12] = {**sale, "number": "A999999", "guest": "nobody"}
        if "changed" in self.options.sabotage:
            self.book.sales[list(self.book.sales)[1]]["total"] += 1

    def drop(self):
        """From a store at rest, after its orders were looked at."""
        if "drop" in self.options.sabotage:
            subprocess.run([os.path.join(self.options.build, "tests/demo/sabotage"), "drop",
                            os.path.join(self.here["bar"].state, "store"),
                            list(self.book.sales)[0]], check=True)

    def judge(self):
        self.tamper()
        read_through(self.here.all)
        self.found += judge_answers(self.book)
        self.found += judge_nodes(self.here.all, self.book)
        self.watch.close()
        self.here.stop()
        self.drop()
        self.found += judge_stores(self.here.all, self.book)
        self.found += findings(self.watch.lives)
        if self.options.seconds >= ALL_KINDS_SECONDS or self.options.sabotage:
            self.found += [(f"fault {kind}", f"the fault {kind} was never there")
                           for kind, count in self.worst.fired.items()
                           if count == 0 and kind in (self.options.only or KINDS)]

    def run(self):
        self.here.start()
        for node in self.here.all:
            for other in self.here.all:
                if node is not other:
                    self.here.linked(node.name, other.name)
        self.watch.start()
        self.hire()
        self.play()
        self.go_home()
        self.judge()

    def tell(self):
        for line in figures(self.watch.lives):
            print(line)
        counts = self.here.switch.counts
        print("faults: " + ", ".join(f"{kind} {count}" for kind, count in self.worst.fired.items()))
        print("frames: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
        for kind, sentence in self.found[:FINDINGS_SHOWN]:
            print(f"found  {sentence} [{kind}]")
        if len(self.found) > FINDINGS_SHOWN:
            print(f"found  {len(self.found) - FINDINGS_SHOWN} more")

    def verdict(self):
        """The last line, and the exit status."""
        seconds, seed = self.options.seconds, self.options.seed
        fired = [count for count in self.worst.fired.values() if count > 0]
        what = (f"{seconds:.0f} s of seed {seed}: {len(self.book.sales)} orders, "
                f"{sum(fired)} faults of {len(fired)} kinds")
        kinds = {kind for kind, _ in self.found}
        if self.options.sabotage:
            missed = [name for name in self.options.sabotage if SABOTAGES[name][0] not in kinds]
            print(f"{what}; " + (f"NOT noticed: {', '.join(missed)}" if missed else
                                 f"noticed: {', '.join(self.options.sabotage)}"))
            return 3 if missed else 1
        if self.found:
            print(f"FAILED  {what}; {len(self.found)} findings")
            return 1
        print(f"ok    {what}: none lost, none twice, sums and states equal, nothing out of bounds")
        return 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--hours", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", choices=KINDS, default=[],
                        help="a kind of fault; the others are left out of the plan")
    parser.add_argument("--plan", action="store_true", help="shows the faults and ends")
    parser.add_argument("--sabotage", action="append", choices=list(SABOTAGES), default=[],
                        help="; ".join(f"{name}: {what}" for name, (_, what) in SABOTAGES.items()))
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    if options.hours is not None:
        options.seconds = options.hours * 3600
    return options


def left_out(options):
    """Kinds of faults that do not come."""
    without = {kind for kind in KINDS if options.only and kind not in options.only}
    return without | ({"cut", "one-way"} if "calm" in options.sabotage else set())


def main():
    options = arguments()
    faults, spared = plan(options.seed, options.seconds, NAMES, left_out(options))
    if options.plan:
        print(f"never killed: {spared}", *faults, sep="\n")
        return 0
    lab.enter()
    damage = dict(LEAKS[name] for name in options.sabotage if name in LEAKS)
    with Stall(options.build, options.seed, damage) as here:
        soak = Soak(options, here, faults, spared)
        try:
            soak.run()
            soak.tell()
            return soak.verdict()
        except Trouble as trouble:
            here.tell()
            soak.tell()
            print(f"FAILED  after {time.monotonic() - soak.begun:.0f} s of seed {options.seed}: "
                  f"{trouble}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
