"""A stall under attack: what its nodes use, that it goes on selling, what it comes to."""

import contextlib
import json
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../power"))

from node import PLACE, Node, Trouble, until  # noqa: E402
from stall import Queue, Stall, linked_with  # noqa: E402

MIB = 1 << 20
GROWTH_MAX = 16 * MIB


def memory_of(node):
    """Bytes that only this process holds; pages of the store's map are the disk's."""
    with open(f"/proc/{node.child.pid}/statm") as statm:
        _, resident, shared = [int(word) for word in statm.read().split()[:3]]
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE")


def descriptors_of(node):
    return len(os.listdir(f"/proc/{node.child.pid}/fd"))


class Peak(threading.Thread):
    """The most that a node held at any moment."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.most = node, memory_of(node)
        self.closing = threading.Event()
        self.start()

    def run(self):
        try:
            while not self.closing.wait(0.005):
                self.most = max(self.most, memory_of(self.node))
        except OSError:
            pass  # it died, which is found elsewhere

    def close(self):
        self.closing.set()
        self.join()


@contextlib.contextmanager
def flat(node):
    """What happens here leaves @node alive and never larger than it was, in memory and, at the end,
    in descriptors."""
    memory, descriptors = memory_of(node), descriptors_of(node)
    peak = Peak(node)
    try:
        yield
    finally:
        peak.close()
    if not node.is_running():
        raise Trouble(f"{node.name} died; see {node.log}")
    if peak.most - memory > GROWTH_MAX:
        raise Trouble(f"{node.name} grew by {(peak.most - memory) / MIB:.1f} MiB")
    until(f"{node.name} to close what strangers opened",
          lambda: descriptors_of(node) <= descriptors + 2, 10)


class Site:
    """Counter, kitchen and pickup; people buy at the counter all the time."""

    def __init__(self, build, folder, is_long=False):
        self.build, self.folder, self.is_long = build, folder, is_long
        self.stall = Stall(os.path.join(build, "trestle"), folder)
        self.counter, self.kitchen, self.pickup = self.stall.nodes
        self.honest = [self.counter, self.pickup]
        self.queue = None
        self.others = []  # what a trial runs beside them
        self.expected = None  # words of a finding of verify that is the truth

    def open(self):
        self.stall.run()
        self.queue = Queue(self.counter)
        self.sells()

    def sells(self, count=5):
        """@count more orders are taken, and pickup has the last of them in the usual time."""
        promised = self.queue.customer.promised
        enough = len(promised) + count
        until(f"{count} more orders", lambda: len(promised) >= enough or self.queue.trouble)
        newest = promised[-1][0]
        until("pickup to have the newest order",
              lambda: self.pickup.ask("GET", f"/api/orders/{newest}")[0] == 200, 5)

    def join_gateway(self):
        gateway = Node(self.counter.program, self.folder, "gateway")
        self.others.append(gateway)
        invited = self.counter.command("invite", "--role", "gateway", "--lane", "G")
        gateway.command("join", *PLACE, invited.stdout.strip())
        gateway.run()
        until("the gateway to be linked",
              lambda: gateway.ready["device"] in linked_with(self.counter))
        return gateway

    def steal(self, node):
        """@node stops; its folder is the thief's."""
        if node.is_running():
            node.stop()
        return node

    def attack(self, stolen, name, count=1, seconds=60):
        """Run one of thief's attacks on the counter; what it printed."""
        thief = os.path.join(self.build, "tests/hostile/thief")
        done = subprocess.run([thief, stolen.state, self.counter.endpoint, name, str(count)],
                              capture_output=True, text=True, timeout=seconds)
        if done.returncode != 0:
            raise Trouble(f"thief ended with status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def settled(self):
        """Until the honest ones say that they hold the same. A node hangs up on a connection that
        asked nothing for long, so an answer may need two asks."""
        ids = {node.ready["device"] for node in self.honest}

        def is_quiet():
            for node in self.honest:
                status, answer = node.ask("GET", "/api/status")
                peers = [peer for peer in (answer or {}).get("peers", [])
                         if status == 200 and peer["device"] in ids]
                if len(peers) != len(ids) - 1 or not all(
                        peer["linked"] and peer["behind"] == 0 and peer["ahead"] == 0
                        for peer in peers):
                    return False
            return True
        until("the honest devices to hold the same", is_quiet)

    def close(self):
        """All that was promised is at all honest nodes, they are equal, their journals verify."""
        self.queue.close()
        self.settled()
        for node in self.honest:
            node.client.close()
            for order, _, _ in self.queue.customer.promised:
                if node.ask("GET", f"/api/orders/{order}")[0] != 200:
                    raise Trouble(f"{node.name} lacks the acknowledged order {order}")
        for node in self.honest:
            node.stop()
        reports = [self.verified(node) for node in self.honest]
        if len({report["digest"] for report in reports}) != 1:
            raise Trouble("the honest nodes hold the same events but not the same state")

    def verified(self, node):
        """What verify says of the store, which finds nothing but what the trial expects."""
        report = json.loads(node.command("verify", "--json", check=False).stdout)
        found = [finding["text"] for finding in report["findings"]
                 if self.expected is None or self.expected not in finding["text"]]
        if found:
            raise Trouble(f"{node.name}: verify finds: {found[:5]}")
        return report["stores"][0]

    def end(self):
        self.stall.end()
        for node in self.others:
            if node.is_running():
                node.kill()
