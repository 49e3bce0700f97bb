"""At the end: what the devices say of each order and of the money, against what was answered. Each
finding is a kind and a sentence."""

import json
import subprocess

from lab import CLEAN, until

PAGE_ORDERS = 500  # that a list has at most
READ_SECONDS = 120
VERIFY_SECONDS = 3600
MONEY = ("owed", "paid", "orders")
REPORTING = ("counter", "gateway")  # who may add up a day; the others' sums are of their orders


def pages(node, day, settled):
    """All orders of a list, page by page."""
    path, listed = "/api/orders", []
    while True:
        _, answer = node.ask("GET", f"{path}?day={day}&settled={settled}")
        listed += answer["orders"]
        if len(answer["orders"]) < PAGE_ORDERS:
            return listed
        path = f"/api/orders/{answer['orders'][-1]['id']}/older"


def orders_of(node, days):
    """Those that are done with, by day, and those that are not."""
    done = [order for day in days for order in pages(node, day, 1)]
    return done + pages(node, max(days), 0)


def guests_of(order):
    return sorted({line["note"] for line in order["lines"]})


def repeated(values):
    seen, twice = set(), set()
    for value in values:
        (twice if value in seen else seen).add(value)
    return twice


def judge_orders(name, orders, sales):
    """Each answered order once, as its guest was told, paid and handed over; and no other."""
    held = {order["id"]: order for order in orders}
    for order in repeated(order["id"] for order in orders):
        yield "twice", f"{name} lists the order {held[order]['number']} twice"
    for number in repeated((order["day"], order["number"]) for order in orders):
        yield "twice", f"{name} calls two orders {number[1]} on day {number[0]}"
    for guest in repeated(guest for order in orders for guest in guests_of(order)):
        yield "twice", f"{name} has two orders of {guest}"
    for order in held.keys() - sales.keys():
        yield "twice", f"{name} has an order that no guest was told of: {held[order]['number']}"
    for order, sale in sales.items():
        if order not in held:
            yield "lost", f"{name} lacks {sale['number']} of {sale['guest']}"
            continue
        yield from judge_order(name, held[order], sale)


def judge_order(name, order, sale):
    told = {field: sale[field] for field in ("number", "total", "day")}
    has = {field: order[field] for field in told}
    if has != told or guests_of(order) != [sale["guest"]]:
        yield "changed", f"{sale['guest']} was told {told}; {name} has {has}"
    if order["paid"] != sale["total"] or order["due"] != 0:
        yield "money", f"{sale['number']} of {sale['total']} is paid by {order['paid']} at {name}"
    if order["phase"] != "completed":
        yield "lost", f"{sale['number']} was handed over and paid; at {name} it is {order['phase']}"


def judge_money(name, node, sales, day):
    """What the day's report comes to is what the guests were told."""
    totals = [sale["total"] for sale in sales.values() if sale["day"] == day]
    told = {"owed": sum(totals), "paid": sum(totals), "orders": len(totals)}
    _, report = node.ask("GET", f"/api/reports/day?day={day}")
    has = {field: report.get(field) for field in MONEY}
    if has != told:
        yield "money", f"on day {day} guests were told {told}; {name} reports {has}"


def judge_answers(book):
    for event in book.twice:
        yield "twice", f"two answers named the event {event}"


def judge_nodes(nodes, book):
    """While they run."""
    days = sorted({sale["day"] for sale in book.sales.values()})
    for node in nodes:
        yield from judge_orders(node.name, orders_of(node, days), book.sales)
        for day in days if node.name in REPORTING else ():
            yield from judge_money(node.name, node, book.sales, day)


def verify(node):
    done = subprocess.run([node.program, "verify", "--json", "--state", node.state], env=CLEAN,
                          capture_output=True, text=True, timeout=VERIFY_SECONDS)
    return done.returncode, json.loads(done.stdout or "{}"), done.stderr.strip()


def judge_stores(nodes, book):
    """After they stopped: journals, signatures and states, and that no answered event is beyond
    what a store holds."""
    digests = {}
    for node in nodes:
        status, report, said = verify(node)
        texts = [finding["text"] for finding in report.get("findings", [])]
        if status != 0:
            yield "store", f"verify of {node.name} ends with {status}: {'; '.join(texts) or said}"
            continue
        store = report["stores"][0]
        digests[node.name] = store["digest"]
        heads = {int(log["log"], 16): log["seq"] for log in store["logs"]}
        for log, seqs in book.events.items():
            if max(seqs) > heads.get(log, 0):
                yield "lost", f"{node.name} has journal {log:x} up to {heads.get(log, 0)} only; " \
                              f"{max(seqs)} was answered"
    if len(set(digests.values())) > 1:
        yield "store", f"states differ: {digests}"


def converged(here, seconds):
    """All linked, nobody lacks anything of anybody. Returns the seconds."""
    def is_quiet():
        statuses = [node.status() for node in here.all]
        peers = [peer for status in statuses for peer in status.get("peers", [])]
        return (len(peers) == len(here.all) * (len(here.all) - 1)
                and all(peer["linked"] and peer["behind"] == peer["ahead"] == 0 for peer in peers)
                and len({status["events"] for status in statuses}) == 1)

    return until("all to be linked and to hold the same events", is_quiet, seconds)


def read_through(nodes):
    return until("reports that are not being remade",
                 lambda: not any(node.ask("GET", "/api/status")[1].get("remaking")
                                 for node in nodes), READ_SECONDS)
