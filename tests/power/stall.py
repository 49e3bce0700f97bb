"""A stall of real nodes on loopback: counter, kitchen and pickup, each linked with each."""

import os
import threading
import time

from node import Customer, Node, Trouble, new_key, until

MENU = os.path.join(os.path.dirname(__file__), "../../docs/examples/menu.csv")
ROLES = (("counter", "A"), ("kitchen", "K"), ("pickup", "P"))


class Stall:
    def __init__(self, program, folder):
        self.nodes = [Node(program, folder, role) for role, _ in ROLES]
        self.counter, self.kitchen, self.pickup = self.nodes
        self.counter.init()
        self.counter.run()
        self.counter.command("menu", "import", MENU)
        for node, (role, lane) in zip(self.nodes[1:], ROLES[1:]):
            invitation = self.counter.command("invite", "--role", role, "--lane", lane).stdout.strip()
            node.command("join", "--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0", invitation)
            node.run()
        for node in self.nodes:  # from now on each has one address for life
            node.keep_address()
        for node in self.nodes:
            node.peers = [other.endpoint for other in self.nodes if other is not node]
            node.stop()

    def run(self, environments=None):
        for node in self.nodes:
            node.run((environments or {}).get(node.name))
        self.linked()

    def linked(self, seconds=30):
        for node in self.nodes:
            others = {other.ready["device"] for other in self.nodes if other is not node}
            until(f"{node.name} to be linked with the others",
                  lambda node=node, others=others: others <= linked_with(node), seconds)

    def converged(self, seconds=30):
        """Until every node says that no peer lacks anything or has more."""
        def is_quiet():
            statuses = [node.get("/api/status") for node in self.nodes]
            return all(peer["linked"] and peer["behind"] == 0 and peer["ahead"] == 0
                       for status in statuses for peer in status["peers"])
        until("the nodes to hold the same", is_quiet, seconds)

    def judge(self, customers):
        """Stop all; every order promised is at every node, digests are equal, stores verify."""
        self.linked()
        self.converged()
        for node in self.nodes:
            for customer in customers:
                for order, _, _ in customer.promised:
                    if node.ask("GET", f"/api/orders/{order}")[0] != 200:
                        raise Trouble(f"{node.name} lacks the acknowledged order {order}")
        for node in self.nodes:
            node.stop()
        reports = [node.verify()["stores"][0] for node in self.nodes]
        if len({report["digest"] for report in reports}) != 1:
            raise Trouble("the nodes hold the same events but not the same state")
        numbers = [number for customer in customers for number in customer.numbers]
        if len(numbers) != len(set(numbers)):
            raise Trouble("one number was called for two orders")

    def end(self):
        for node in self.nodes:
            if node.is_running():
                node.kill()


def linked_with(node):
    return {peer["device"] for peer in node.get("/api/status")["peers"] if peer["linked"]}


class Queue(threading.Thread):
    """Customers at one node, one after the other, who ask again with the same key until they are answered."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.customer = Customer(node)
        self.is_open = True
        self.start()

    def run(self):
        while self.is_open:
            key = new_key()
            while self.is_open and self.customer.place(key) is None:
                time.sleep(0.02 if self.customer.status == 0 else 0)  # its node is starting
                if self.customer.status not in (0, 503, 507):
                    raise Trouble(f"an order was answered with {self.customer.status}")

    def close(self):
        self.is_open = False
        self.join(60)
        return self.customer
