#!/usr/bin/python3
"""Every storage call: kills the node before each, or lets each fail, in four scenarios of its
life.

    calls.py BUILD [--every N] [--scenario NAME]

Scenarios: found (the pop-up is made), orders (orders are taken, cooked, handed over), join (the
node fetches what a peer has), upgrade (the software is newer than the store: all is folded anew).
Ways to break call number n: kill (SIGKILL before it), eio (it
and all later ones fail with EIO), full (it and the next seven fail with ENOSPC, then the disk
has room again).

After each: the journals and the folded state verify, every order that was acknowledged is
there, the node starts again and takes an order. After EIO nothing may be acknowledged any more;
after ENOSPC selling goes on.

--every N looks at every Nth point of the ways eio and full; kills are always at every call."""

import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile

import lmdb

from node import PLACE, arguments, Customer, Node, Trouble, ending, heads, until

MENU = os.path.join(os.path.dirname(__file__), "../../docs/examples/menu.csv")
EIO, ENOSPC = 5, 28
FULL_FOR_CALLS = 8
WAYS = ("kill", "eio", "full")
OLD_FOLD = (1).to_bytes(4, "big")


class Scenario:
    """What a node does while its storage calls are counted and broken. prepare() leaves the folder
    that each attempt begins with; live() goes on until the node is told to stop or is gone;
    promised() is what must remain."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.image = os.path.join(folder, "image")
        self.program = os.path.join(options.build, "trestle")
        self.prepare()

    def founded(self, name):
        node = Node(self.program, self.folder, name)
        node.init()
        with ending(node.run()):
            node.command("menu", "import", MENU)
            node.stop()
        return node

    def prepare(self):
        shutil.copytree(self.founded("origin").state, self.image)

    def close(self):
        pass


def customer_at(node):
    """Who orders at @node; None: it ended after it was ready, before the menu was asked for."""
    try:
        return Customer(node)
    except Trouble:
        until("the end of a node that does not answer", lambda: not node.is_running())
        return None


class Orders(Scenario):
    name = "orders"

    def live(self, node, under):
        node.start(under)
        if node.wait_ready() is None:
            return None
        customer = customer_at(node)
        for at in range(4 if customer else 0):
            answer = customer.place()
            if answer is None and customer.status == 507:  # full: the customer asks again
                answer = until("room for an order, or its end",
                               lambda: customer.place() or not node.is_running(), 20)
            if answer is None or answer is True:
                break
            for step in ("accept", "done", "hand-over") if at % 2 else ("cancel",):
                body = {"reason": "changed their mind"} if step == "cancel" else {}
                node.ask("POST", f"/api/orders/{answer['id']}/{step}", body, os.urandom(20).hex())
        return customer


class Found(Scenario):
    name = "found"

    def prepare(self):
        os.mkdir(self.image)

    def live(self, node, under):
        node.command("init", "--name", "Power", *PLACE,
                     environment=under, check=False)


class Join(Scenario):
    name = "join"

    def prepare(self):
        """A counter with orders, and a kitchen on the roster that has heard of nothing yet."""
        self.counter = self.founded("counter")
        self.counter.run()
        customer = Customer(self.counter)
        kitchen = Node(self.program, self.folder, "kitchen")
        invitation = self.counter.command("invite", "--role", "kitchen", "--lane",
                                          "K").stdout.strip()
        kitchen.command("join", *PLACE, invitation)
        for _ in range(40):
            customer.place()
        shutil.copytree(kitchen.state, self.image)
        self.wanted = customer.promised[-1]

    def live(self, node, under):
        node.peers = [self.counter.endpoint]
        node.start(under)
        if node.wait_ready() is not None:
            want = ("GET", f"/api/orders/{self.wanted[0]}")
            until("the newest order, or the node's end",
                  lambda: not node.is_running() or node.ask(*want)[0] == 200, 20)

    def close(self):
        if self.counter.is_running():
            self.counter.stop()


class Upgrade(Scenario):
    name = "upgrade"

    def prepare(self):
        """A counter with orders, whose rows are those of older software."""
        counter = self.founded("counter")
        with ending(counter.run()):
            self.customer = Customer(counter)
            for _ in range(40):
                self.customer.place()
            counter.stop()
        store = lmdb.open(os.path.join(counter.state, "store"), max_dbs=32)
        with store.begin(write=True, db=store.open_db(b"meta", create=False)) as txn:
            if not txn.replace(b"fold", OLD_FOLD):
                raise Trouble("the store says no fold version")
        store.close()
        shutil.copytree(counter.state, self.image)

    def live(self, node, under):
        node.start(under)
        if node.wait_ready() is not None:
            want = ("GET", f"/api/orders/{self.customer.promised[0][0]}")
            until("the orders, or the node's end",
                  lambda: not node.is_running() or node.ask(*want)[0] == 200, 20)
        return self.customer


def environment(scenario, node, way, call, counter):
    under = {"LD_PRELOAD": os.path.join(scenario.options.build, "tests/power/libdisk.so"),
             "POWER_FOLDER": node.state, "POWER_COUNT": counter}
    if way == "kill":
        under["POWER_KILL_AT"] = str(call)
    elif call > 0:
        under["POWER_FAIL_AT"] = str(call)
        under["POWER_ERRNO"] = str(EIO if way == "eio" else ENOSPC)
        under["POWER_FAIL_COUNT"] = "1000000000" if way == "eio" else str(FULL_FOR_CALLS)
    return under


def judge(scenario, node, customer, way, status):
    """After the break: start again, look for what was promised, take another order, verify."""
    if scenario.name == "found":  # making it again goes through, or says that it is made
        node.command("init", "--name", "Power", *PLACE, check=False)
    promised = customer.promised if customer else []
    with ending(node.run()):
        for order, _, _ in promised:
            if node.ask("GET", f"/api/orders/{order}")[0] != 200:
                raise Trouble(f"the acknowledged order {order} is lost")
        if scenario.name == "orders" and Customer(node).place() is None:
            raise Trouble("after the restart no order is taken")
        node.stop()
    at = heads(node.verify())
    for order, log, seq in promised:
        if at.get(log, 0) < seq:
            raise Trouble(f"the journal ends before the acknowledged order {order}")
    # A full disk at the start, or in the middle of LMDB's meta page, ends the process: 69, 74.
    # Else selling goes on.
    if way == "full" and scenario.name == "orders" and status is None and len(promised) < 4:
        raise Trouble(f"only {len(promised)} of 4 orders were taken; the disk had room again")


def attempt(scenario, way, call):
    """Break call number @call, 0 = none; the number of calls made. Raises Trouble."""
    with tempfile.TemporaryDirectory(prefix="trestle-calls-", dir="/dev/shm") as folder:
        node = Node(scenario.program, folder, "node")
        counter = os.path.join(folder, "calls")
        if os.listdir(scenario.image):
            shutil.copytree(scenario.image, node.state)
        with ending(node):
            try:
                customer = scenario.live(node, environment(scenario, node, way, call, counter))
                status = None
                if customer is not None and customer.status == 0:  # it hung up: it ends
                    until("its end", lambda: not node.is_running())
                if node.is_running():
                    node.kill()
                elif node.child is not None:
                    status = node.wait()
                if way != "kill" and status not in (None, 69, 73, 74):
                    raise Trouble(f"the node ended with status {status}")
                judge(scenario, node, customer, way, status)
            except Trouble as trouble:
                with open(node.log) if os.path.exists(node.log) else open(os.devnull) as log:
                    words = log.read()[-1500:]
                where = f"{scenario.name}, {way} at call {call}"
                raise Trouble(f"{where}: {trouble}\n{words}") from None
        with open(counter) as calls:
            return int(calls.read())


def run_scenario(scenario, every, workers):
    calls = attempt(scenario, "none", 0)
    points = [
        (way, call)
        for way in WAYS
        for call in range(1, calls + 1)
        if way == "kill" or call % every == 0
    ]
    troubles = []
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(attempt, scenario, way, call) for way, call in points]
        for done in concurrent.futures.as_completed(running):
            if done.exception() is not None:
                troubles.append(str(done.exception()))
    said = f"{calls} storage calls, {len(points)} points, {len(troubles)} troubles"
    print(f"{scenario.name}: {said}", flush=True)
    for trouble in troubles[:5]:
        print("  " + trouble.replace("\n", "\n    "))
    return len(troubles)


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--scenario", choices=[kind.name for kind in SCENARIOS])
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    troubles = 0
    for kind in SCENARIOS:
        if options.scenario in (None, kind.name):
            with tempfile.TemporaryDirectory(prefix="trestle-calls-") as folder:
                scenario = kind(options, folder)
                try:
                    troubles += run_scenario(scenario, options.every, 2 * (os.cpu_count() or 1))
                finally:
                    scenario.close()
    sys.exit(1 if troubles else 0)


SCENARIOS = (Found, Orders, Join, Upgrade)

if __name__ == "__main__":
    main()
