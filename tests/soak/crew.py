"""Who works at the stall: customers who order and pay at the counters, a cook, and whoever hands
over. They ask as a page does, over HTTP at the device's own screen; each wish has one
Idempotency-Key and is asked again until it is answered."""

import ctypes
import http.client
import json
import os
import socket
import threading

from lab import Trouble, new_key

NETWORK = 0x40000000  # CLONE_NEWNET
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)
LIBC = ctypes.CDLL(None, use_errno=True)
ANSWER_SECONDS = 5  # then the page asks again; a stopped node answers nothing
AGAIN_SECONDS = 0.2
LAST_ANSWER_SECONDS = 120  # after all faults have ended
COME_BACK = (0, 503, 507)  # not there, not just now, no room: the page asks again
PAGES = 500  # orders that a list has at most


def enter(space):
    if LIBC.setns(space, NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def socket_in(pid):
    """A socket of that process's network; this thread alone is there for a moment."""
    there = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        enter(there)
        try:
            return socket.socket()
        finally:
            enter(HOME)
    finally:
        os.close(there)


class Page(http.client.HTTPConnection):
    """A browser's connection at a node's own screen, for one thread."""

    def __init__(self, node, seconds=ANSWER_SECONDS):
        super().__init__("127.0.0.1", 8080, timeout=seconds)
        self.node = node

    def connect(self):
        self.sock = socket_in(self.node.space.pid)
        self.sock.settimeout(self.timeout)
        self.sock.connect((self.host, self.port))

    def ask(self, method, path, body=None, key=None):
        """(status, answer); (0, None) when nothing came."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            self.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, None


class Book:
    """What was answered: the orders, and which event each answer named."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sales = {}  # order's id: what its guest was told
        self.events = {}  # log: seqs that answers named
        self.twice = []  # events that two answers named
        self.again = 0  # asks that had to be repeated
        self.handed = 0

    def place(self, guest, node, answer):
        with self.lock:
            self.sales[answer["id"]] = {"guest": guest, "at": node.name, **{
                field: answer[field] for field in ("number", "total", "day")}}

    def note(self, answer):
        """The events of different wishes differ: a journal gives no number twice."""
        if answer.get("events", 1) == 0:
            return  # it was so already: the answer names somebody else's
        with self.lock:
            seqs = self.events.setdefault(int(answer["log"], 16), set())
            if answer["seq"] in seqs:
                self.twice.append(f"{answer['log']} {answer['seq']}")
            seqs.add(answer["seq"])


class Worker(threading.Thread):
    """Somebody at one node until told to go home; what troubles them is raised then."""

    pause_s = 0.1

    def __init__(self, node, book):
        super().__init__(daemon=True)
        self.node, self.book, self.page = node, book, Page(node)
        self.closing, self.given_up, self.trouble = threading.Event(), threading.Event(), None

    def run(self):
        try:
            while not self.closing.is_set():
                self.work()
                self.closing.wait(self.pause_s)
        except Trouble as trouble:
            self.trouble = trouble

    def get(self, path):
        status, answer = self.page.ask("GET", path)
        return answer if status == 200 else None

    def insist(self, path, body, taken):
        """The answer, whatever happens to the node meanwhile."""
        key = new_key()
        while True:
            status, answer = self.page.ask("POST", path, body, key)
            if status in taken:
                if status in (200, 201):
                    self.book.note(answer)
                return answer
            if status not in COME_BACK:
                raise Trouble(f"{self.node.name}: {path} was answered with {status}: {answer}")
            if self.given_up.wait(AGAIN_SECONDS):
                raise Trouble(f"{self.node.name}: {path} was not answered, last by {status}")
            self.book.again += 1

    def close(self):
        """Home, once what was begun is answered."""
        self.closing.set()
        self.join(LAST_ANSWER_SECONDS)
        self.given_up.set()
        self.join()
        if self.trouble is not None:
            raise self.trouble


class Customers(Worker):
    """One after the other; every other one pays when he has got his number."""

    def __init__(self, node, book, orders_per_s):
        super().__init__(node, book)
        self.pause_s = 1 / orders_per_s
        self.count, self.repeats = 0, 0

    def work(self):
        self.count += 1
        guest = f"guest {self.count} of {self.node.name}"
        pays_at_once = self.count % 2 == 0
        answer = self.order(guest, pays_at_once)
        self.book.place(guest, self.node, answer)
        if not pays_at_once:
            self.insist(f"/api/orders/{answer['id']}/pay",
                        {"method": "card-external", "amount": answer["total"]}, (200,))

    def order(self, guest, pays_at_once):
        body = {"channel": "counter", "mode": ("eat-in", "take-away")[self.count // 2 % 2],
                "lines": [{"item": 1 + self.count % 3, "quantity": 1 + self.count % 4,
                           "note": guest}]}
        if pays_at_once:
            body["payment"] = {"method": "cash"}
        answer = self.insist("/api/orders", body, (201,))
        while self.repeats > 0:  # a faulty page: as somebody else's wish
            self.repeats -= 1
            self.insist("/api/orders", body, (201,))
        return answer


class Cook(Worker):
    def work(self):
        board = self.get("/api/kitchen/board") or {"orders": []}
        for order in board["orders"]:
            if order["phase"] in ("placed", "accepted", "cooking"):
                self.insist(f"/api/orders/{order['id']}/accept", {}, (200, 404, 409))
                self.insist(f"/api/orders/{order['id']}/done", {}, (200, 404, 409))


class Hander(Worker):
    def work(self):
        listed = self.get("/api/orders") or {"orders": []}
        for order in listed["orders"]:
            if order["phase"] == "ready":
                self.insist(f"/api/orders/{order['id']}/hand-over", {}, (200, 404, 409))
                self.book.handed += 1
