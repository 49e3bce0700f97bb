"""A stall of real nodes on loopback: counter, kitchen and pickup, each linked with each."""

import os
import threading

from node import PLACE, Client, Customer, Node, Trouble, new_key, until

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
            invited = self.counter.command("invite", "--role", role, "--lane", lane)
            invitation = invited.stdout.strip()
            node.command("join", *PLACE, invitation)
            self.used = invitation
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

    def linked(self, seconds=120):
        for node in self.nodes:
            others = {other.ready["device"] for other in self.nodes if other is not node}
            until(f"{node.name} to be linked with the others",
                  lambda node=node, others=others: others <= linked_with(node), seconds)

    def converged(self, seconds=120):
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


class Worker(threading.Thread):
    """Somebody at one node who goes on until told to go home; what troubles them is raised then."""

    def __init__(self, node):
        super().__init__(daemon=True)
        self.node, self.client = node, Client(node)
        self.closing, self.trouble = threading.Event(), None
        self.start()

    def run(self):
        try:
            while not self.closing.is_set():
                self.work()
        except Trouble as trouble:
            self.trouble = trouble

    def insist(self, path, body, taken, ask=None):
        """Ask with one key until answered; 409 is one, for a step that somebody else made."""
        key = new_key()
        while not self.closing.is_set():
            status, answer = (ask or self.client).ask("POST", path, body, key)
            if status in taken:
                return answer
            if status not in (0, 503, 507):
                raise Trouble(f"{path} was answered with {status}: {answer}")
            self.closing.wait(0.01)  # its node is starting
        return None

    def close(self):
        self.closing.set()
        self.join(60)
        if self.trouble is not None:
            raise self.trouble


class Queue(Worker):
    """Customers at the counter, one after the other."""

    def __init__(self, node):
        self.customer = Customer(node)
        super().__init__(node)

    def work(self):
        answer = self.insist("/api/orders", self.customer.wish(), (201,))
        if answer is not None:
            self.customer.remember(answer)


class Cook(Worker):
    """Accepts and finishes what the board shows; 404 after a start without a store."""

    def work(self):
        _, board = self.client.ask("GET", "/api/kitchen/board")
        for order in (board or {}).get("orders", []):
            if order["phase"] in ("placed", "accepted", "cooking"):
                self.insist(f"/api/orders/{order['id']}/accept", {}, (200, 404, 409))
                self.insist(f"/api/orders/{order['id']}/done", {}, (200, 404, 409))
        self.closing.wait(0.01)  # between two looks at the board
