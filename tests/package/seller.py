#!/usr/bin/env python3
"""Customers at a counter, one after the other: each order is asked for, by its own key, until it
is answered.

    seller.py ADDRESS      prints each order that was promised as JSON, until its input ends
"""
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "power"))
from node import Client, Customer, Trouble, until  # noqa: E402
from stall import Queue  # noqa: E402


class Counter:
    """The node as its screen sees it: an address, whoever answers there."""

    def __init__(self, address):
        self.name, self.ready = "counter", {"http": f"http://{address}/"}
        self.client = Client(self)

    def get(self, path):
        return until(path, lambda: (answer := self.client.ask("GET", path))[0] == 200 and answer)[1]


class Telling(Customer):
    def remember(self, answer):
        super().remember(answer)
        print(json.dumps({"at": time.monotonic(), "id": answer["id"], "number": answer["number"]}),
              flush=True)


class Seller(Queue):
    def __init__(self, node):
        self.customer = Telling(node)
        super(Queue, self).__init__(node)

    def work(self):
        super().work()
        self.closing.wait(0.05)  # the next one steps up


def main(address):
    seller = Seller(Counter(address))
    sys.stdin.read()
    try:
        seller.close()
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main(*sys.argv[1:])
