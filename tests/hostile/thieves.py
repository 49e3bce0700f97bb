"""A tablet of the stall in the hands of somebody who writes software of his own for it."""

from node import Trouble, until
from under_attack import flat

# What no attack may change, by who answers it.
SHOWN = ("phase", "numbers", "day", "channel", "mode", "name", "table", "flags", "lines",
         "payments", "total", "paid", "refunded", "due", "receipts", "cancelled", "reason",
         "claimed_by")
STANDING = ("/api/menu", "/api/devices", "/api/staff/roles", "/api/session")


def standing(node):
    """What is said there, without what tells how and when it was heard."""
    node.client.close()  # the node may have hung up on it
    answers = {path: node.get(path) for path in STANDING}
    for answer in answers.values():
        answer.pop("cursor", None)
    for device in answers["/api/devices"]["devices"]:
        for volatile in set(device) - {"name", "role", "lane", "revoked", "retired"}:
            device.pop(volatile)
    return answers


def differences(was, now):
    return [f"{path} {key}: {was[path].get(key)} became {now[path].get(key)}"
            for path in STANDING for key in now[path] if was[path].get(key) != now[path].get(key)]


def orders_of(node, ids):
    """What boards show of them, without how far they got on their way."""
    node.client.close()
    return {order: {key: value for key, value in node.get(f"/api/orders/{order}").items()
                    if key in SHOWN} for order in ids}


def has_all(node, other):
    """Whether @other has all that @node has, as that knows."""
    return any(peer["device"] == other.ready["device"] and peer["linked"] and peer["behind"] == 0
               for peer in node.get("/api/status")["peers"])


def malformed(site):
    """Frames that are none end the link and nothing else; messages of the future do not."""
    stolen = site.steal(site.kitchen)
    with flat(site.counter):
        site.attack(stolen, "malformed")
        site.attack(stolen, "truncated")
        site.attack(stolen, "huge")
    site.sells()


def strange_keys(site):
    """Keys that nobody knows are refused, one after the other."""
    stolen = site.steal(site.kitchen)
    with flat(site.counter):
        site.attack(stolen, "stranger", 50)
    site.sells()


def floods(site):
    """Requests, lies about what there is, questions, and answers to none, without end: the stall
    goes on."""
    stolen = site.steal(site.kitchen)
    with flat(site.counter):
        for name in ("wants", "claims", "questions", "unasked", "replay"):
            site.attack(stolen, name, 100000 if site.is_long else 2000, seconds=600)
            site.sells()


def forgeries(site):
    """A kitchen and a gateway sign what is not theirs to say, a gateway also on the counter's
    orders what it may on customers', and what makes no sense: it stands in their journals and is
    void at every other device."""
    gateway = site.join_gateway()
    known = [promise[0] for promise in site.queue.customer.promised]
    until("the gateway to hold what was ordered", lambda: has_all(site.counter, gateway))
    before = [standing(node) for node in site.honest]
    site.settled()
    ordered = [orders_of(node, known) for node in site.honest]
    for stolen in (site.kitchen, gateway):
        site.steal(stolen)
        with flat(site.counter):
            site.attack(stolen, "forbidden,absurd" + (",orders" if stolen is gateway else ""))
        site.settled()
    for node, was in zip(site.honest, before):
        changed = differences(was, standing(node))
        if changed:
            raise Trouble(f"{node.name}: changed by a thief: {changed}")
    for node, was in zip(site.honest, ordered):
        now = orders_of(node, known)
        changed = {order: (was[order], now[order]) for order in known if was[order] != now[order]}
        if changed:
            raise Trouble(f"{node.name}: orders changed by a thief: {changed}")
    site.sells()


# Of an order that the stall itself takes in a trial.
NUMBER_MAX = 10000
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def plausible(site):
    """A kitchen and a gateway sign what theirs may sign, and nobody would mean: orders in
    the counter's lane, amounts without sense, what they never saw. It stands in the journals and
    counts as it may; the stall goes on, and its numbers do."""
    gateway = site.join_gateway()
    site.expected = "have the number"  # of orders that were made up, each under the same
    for stolen in (site.kitchen, gateway):
        site.steal(stolen)
        with flat(site.counter):
            site.attack(stolen, "plausible")
        site.settled()
        site.sells()
    newest = site.queue.customer.promised[-1][0]
    number = site.counter.get(f"/api/orders/{newest}")["number"]
    if int(number.lstrip(LETTERS)) > NUMBER_MAX:
        raise Trouble(f"the counter calls out {number}")


def gigabyte(site):
    """Of a journal that grows without end so much is taken as its device's allowance is, whatever
    day it says has come, and people are told."""
    stolen = site.steal(site.kitchen)
    mebibytes = 1024 if site.is_long else 40
    with flat(site.counter):
        held = int(site.attack(stolen, "gigabyte", mebibytes, seconds=600))
    if not 30 * 2**20 < held < 34 * 2**20:
        raise Trouble(f"of {mebibytes} MiB {held / 2**20:.1f} MiB were taken")
    site.sells()
