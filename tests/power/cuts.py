#!/usr/bin/python3
"""Power cuts: records what a node writes while it takes orders, then opens what a disk may hold
after a cut.

    cuts.py BUILD [--states N] [--started N] [--seed S] [--orders N] [--nosync]

kill -9 proves nothing about durability: what a process wrote is in the kernel and survives it.
Here every write and flush is recorded under the real node (disk.c) and replayed up to a cut,
with any subset of what was not flushed (powercut.c). On some of the states, drawn evenly, and on
those just behind a step of the fence, a real node is started in the folder that it all happened
in: it has what it promised, takes an order, and writes on in the journal that it wrote, as no
disk here is older than what it said. --nosync plants a store that does not flush; then the
command must find lost orders, and ends with 1."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from node import arguments, Customer, Node, Trouble, ending, new_key
from trials import MIRA, as_owner, guess

PIN, WRONG_PIN = "4711", "0000"
MENU = os.path.join(os.path.dirname(__file__), "../../docs/examples/menu.csv")


def record(options, folder):
    """Run a node under the recorder; leaves image, trace and marks in @folder."""
    node = Node(os.path.join(options.build, "trestle"), folder)
    image, trace, marks = (os.path.join(folder, name) for name in ("image", "trace", "marks"))
    node.init()
    node.run()
    with ending(node):
        node.command("menu", "import", MENU)
        as_owner(node, "/api/staff", {"number": MIRA, "name": "Mira"})
        as_owner(node, f"/api/staff/{MIRA}/pin", {"pin": PIN})
        as_owner(node, f"/api/staff/{MIRA}/role", {"role": "counter"})
        node.stop()
        shutil.copytree(node.state, image)
        under = {"LD_PRELOAD": os.path.join(options.build, "tests/power/libdisk.so"),
                 "POWER_FOLDER": node.state,
                 "POWER_TRACE": trace}
        if options.nosync:
            under["POWER_NOSYNC"] = "1"
        node.run(under)
        promised = sell(options, node, trace, marks)
        node.stop()
    return node, promised, (image, trace, marks)


class Promise(NamedTuple):
    """An order that was answered when the trace had so many bytes."""

    trace_bytes: int
    answer: dict
    contact: str  # the blob with its guest's, "" = he said nothing


def guest_told(node, order):
    """The blob that has what a guest said of himself."""
    status, answer = node.ask("POST", f"/api/orders/{order}/contact", {"name": "Ada"}, new_key())
    if status != 200:
        raise Trouble(f"a contact is answered with {status}: {answer}")
    return node.get(f"/api/orders/{order}")["contact"]


def sell(options, node, trace, marks):
    """Orders, a kitchen's work, guests' contacts, and a PIN that is guessed wrong."""
    customer, promised = Customer(node), []
    with open(marks, "w") as out:
        for at in range(options.orders):
            answer = customer.place()
            contact = guest_told(node, answer["id"]) if at % 5 == 0 else ""
            print(os.path.getsize(trace), answer["log"], answer["seq"], file=out)
            promised.append(Promise(os.path.getsize(trace), answer, contact))
            if at % 3 == 0:  # a kitchen's work is in the journal, too
                for step in ("accept", "done"):
                    node.ask("POST", f"/api/orders/{answer['id']}/{step}", {}, new_key())
            if at % 20 == 10:
                guess(node, WRONG_PIN, 401)
    return promised


# --- a node on what a cut left -----------------------------------------------------------------


def put_back(node, kept):
    """The state @kept in the very folder that the node had: a copy of it would be another place."""
    for name in os.listdir(node.state):
        path = os.path.join(node.state, name)
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    shutil.copytree(kept, node.state, dirs_exist_ok=True)


def judge_start(node, promised):
    """It has what was promised before the cut, and goes on where it was."""
    node.run()
    with ending(node):
        for promise in promised[-3:]:
            node.get(f"/api/orders/{promise.answer['id']}")
        for promise in [promise for promise in promised if promise.contact][-2:]:
            node.get(f"/api/blobs/{promise.contact}")
        answer = Customer(node).place()
        if answer is None:
            raise Trouble("it takes no order")
        if promised and answer["log"] != promised[-1].answer["log"]:
            raise Trouble(f"it wrote on in journal {answer['log']}, and not in "
                          f"{promised[-1].answer['log']}")
        if answer["number"] in {promise.answer["number"] for promise in promised}:
            raise Trouble(f"it gave out the number {answer['number']} again")
        guess(node, PIN, 201)
        node.stop()
    node.verify()


def start_each(node, promised, folders):
    """How many of the kept states a node goes on from; raises on the first that it does not."""
    count = 0
    for folder in folders:
        for name in sorted(name for name in os.listdir(folder) if not name.endswith(".cut")):
            kept = os.path.join(folder, name)
            with open(kept + ".cut") as cut:
                trace_bytes = int(cut.read())
            put_back(node, kept)
            try:
                judge_start(node, [one for one in promised if one.trace_bytes <= trace_bytes])
            except Trouble as trouble:
                raise Trouble(f"state {name} of {folder}, cut after {trace_bytes} bytes of trace: "
                              f"{trouble}") from trouble
            count += 1
    return count


def replay(options, paths, folder):
    """Exit status 0 when every state held, and folders with those that are kept. One process per
    core, each with seeds of its own."""
    workers = os.cpu_count() or 1
    children, kept = [], []
    for at in range(workers):
        work = tempfile.mkdtemp(dir="/dev/shm", prefix="trestle-power-")
        share = options.states // workers + (1 if at < options.states % workers else 0)
        command = [os.path.join(options.build, "tests/power/powercut"), *paths, work, str(share),
                   str(options.seed + at)]
        if options.started > 0:
            kept.append(tempfile.mkdtemp(dir=folder, prefix="kept-"))
            command += [kept[-1], str(options.started // workers)]
        children.append((work, subprocess.Popen(command)))
    statuses = []
    for work, child in children:
        statuses.append(child.wait())
        shutil.rmtree(work)
    return max(statuses), kept


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--started", type=int, default=50, help="of them, that a node starts on")
    parser.add_argument("--orders", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--nosync", action="store_true")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    if options.nosync:
        options.started = 0
    with tempfile.TemporaryDirectory(prefix="trestle-power-") as folder:
        node, promised, paths = record(options, folder)
        status, kept = replay(options, paths, folder)
        if status == 0 and options.started > 0:
            started = time.monotonic()
            try:
                count = start_each(node, promised, kept)
            except Trouble as trouble:
                sys.exit(str(trouble))
            print(f"a node goes on from {count} of the states; {time.monotonic() - started:.0f} s")
        sys.exit(status)


if __name__ == "__main__":
    main()
