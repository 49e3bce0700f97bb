"""A device that is there twice: somebody copied its folder and runs both."""

import os
import shutil
import subprocess

from node import Customer, Node, Trouble, until


def clone_of(site, node):
    """A copy of the folder that passes for the original, as that of a disk's image would."""
    clone = Node(node.program, site.folder, "clone")
    site.others.append(clone)
    shutil.copytree(node.state, clone.state, ignore=shutil.ignore_patterns("lock.mdb", "control*"))
    subprocess.run([os.path.join(site.build, "tests/hostile/thief"), clone.state, "-", "cloak"],
                   check=True)
    return clone


def sell(node, count):
    customer = Customer(node)
    while len(customer.promised) < count:
        if customer.place() is None:
            raise Trouble(f"{node.name} took no order: {customer.status}")
    customer.client.close()
    return [order for order, _, _ in customer.promised]


def has_all(node, orders):
    return all(node.ask("GET", f"/api/orders/{order}")[0] == 200 for order in orders)


def two_of_one(site):
    """The counter and its copy both take orders under one journal, while nobody can hear them; when
    all meet, every device has the orders of both, and people are told."""
    counter, others = site.counter, (site.kitchen, site.pickup)
    site.expected = "have the number"  # both called the same ones out
    for node in (counter, *others):
        node.stop()
    clone = clone_of(site, counter)
    clone.peers = counter.peers
    counter.run()
    clone.run()
    orders = sell(counter, 6) + sell(clone, 6)
    for node in others:
        node.run()
    for node in (counter, clone, *others):
        until(f"{node.name} to have the orders of both",
              lambda node=node: has_all(node, orders))
    for node in (counter, clone, *others):
        until(f"people at {node.name} to be told", lambda node=node: is_told(node))
    later = sell(counter, 2) + sell(clone, 2)
    until("pickup to have what both sold later", lambda: has_all(site.pickup, later))
    clone.stop()
    site.sells()


def is_told(node):
    with open(node.log) as log:
        return "it was cloned or restored" in log.read()
