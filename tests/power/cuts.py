#!/usr/bin/python3
"""Power cuts: records what a node writes while it takes orders, then opens what a disk may hold
after a cut.

    cuts.py BUILD [--states N] [--seed S] [--orders N] [--nosync]

kill -9 proves nothing about durability: what a process wrote is in the kernel and survives it.
Here every write and flush is recorded under the real node (disk.c) and replayed up to a cut,
with any subset of what was not flushed (powercut.c). --nosync plants a store that does not
flush; then the command must find lost orders, and ends with 1."""

import os
import shutil
import subprocess
import sys
import tempfile

from node import arguments, Customer, Node, ending

MENU = os.path.join(os.path.dirname(__file__), "../../docs/examples/menu.csv")


def record(options, folder):
    """Run a node under the recorder; leaves image, trace and marks in @folder."""
    node = Node(os.path.join(options.build, "trestle"), folder)
    image, trace, marks = (os.path.join(folder, name) for name in ("image", "trace", "marks"))
    node.init()
    node.run()
    with ending(node):
        node.command("menu", "import", MENU)
        node.stop()
        shutil.copytree(node.state, image)
        under = {"LD_PRELOAD": os.path.join(options.build, "tests/power/libdisk.so"),
                 "POWER_FOLDER": node.state,
                 "POWER_TRACE": trace}
        if options.nosync:
            under["POWER_NOSYNC"] = "1"
        node.run(under)
        customer = Customer(node)
        with open(marks, "w") as out:
            for at in range(options.orders):
                answer = customer.place()
                print(os.path.getsize(trace), answer["log"], answer["seq"], file=out)
                if at % 3 == 0:  # a kitchen's work is in the journal, too
                    for step in ("accept", "done"):
                        node.ask("POST", f"/api/orders/{answer['id']}/{step}", {},
                                 os.urandom(20).hex())
        node.stop()
    return image, trace, marks


def replay(options, paths, folder):
    """Exit status 0 when every state held. One process per core, each with seeds of its own."""
    workers = os.cpu_count() or 1
    children = []
    for at in range(workers):
        work = tempfile.mkdtemp(dir="/dev/shm", prefix="trestle-power-")
        share = options.states // workers + (1 if at < options.states % workers else 0)
        command = [os.path.join(options.build, "tests/power/powercut"), *paths, work, str(share),
                   str(options.seed + at)]
        children.append((work, subprocess.Popen(command)))
    statuses = []
    for work, child in children:
        statuses.append(child.wait())
        shutil.rmtree(work)
    return max(statuses)


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nosync", action="store_true")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    with tempfile.TemporaryDirectory(prefix="trestle-power-") as folder:
        paths = record(options, folder)
        sys.exit(replay(options, paths, folder))


if __name__ == "__main__":
    main()
