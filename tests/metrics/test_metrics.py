#!/usr/bin/python3
"""A counter with a printer and a gateway with a card provider's keys, both linked, take orders
while screens look on; what GET /metrics says of each is read by Prometheus' own parser (Debian:
python3-prometheus-client). Each name is in the manual and each of the manual's is there; what the
dashboard asks for, names and labels, exists.

    test_metrics.py TRESTLE TRESTLE-GATEWAY"""

import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import sys
import tempfile
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "../..")
sys.path.insert(0, os.path.join(HERE, "../power"))

from failing import watch  # noqa: E402
from node import PLACE, Customer, Node, Trouble, arguments, until  # noqa: E402

ORDERS = 20
MENU = os.path.join(ROOT, "docs/examples/menu.csv")


def expect(what, is_so):
    if not is_so:
        raise Trouble(f"expected: {what}")


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


class Control(http.client.HTTPConnection):
    """At the control socket: a gateway tells its figures nowhere else."""

    def __init__(self, node):
        super().__init__("localhost", timeout=30)
        self.path = os.path.join(node.state, "ctl.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def metrics_of(node):
    at_screen = node.ready["http"].split("//")[1].rstrip("/")
    is_gateway = node.name == "gateway"
    link = Control(node) if is_gateway else http.client.HTTPConnection(at_screen, timeout=30)
    with contextlib.closing(link):
        link.request("GET", "/metrics")
        answer = link.getresponse()
        expect(f"{node.name} answers 200, not {answer.status}", answer.status == 200)
        return answer.headers["Content-Type"], answer.read().decode()


class Scrape:
    """What a node said of itself, parsed."""

    def __init__(self, node):
        kind, text = metrics_of(node)
        expect(f"the text format, not {kind}", kind == "text/plain; version=0.0.4")
        self.samples, self.types, self.labels = {}, {}, {}
        for family in text_string_to_metric_families(text):
            expect(f"{family.name} has a help", family.documentation != "")
            for sample in family.samples:
                key = (sample.name, tuple(sorted(sample.labels.items())))
                expect(f"{key} once", key not in self.samples)
                self.samples[key] = sample.value
                self.types[sample.name] = family.type
                self.labels.setdefault(sample.name, set()).update(sample.labels)

    def value(self, name, **labels):
        return self.samples.get((name, tuple(sorted(labels.items()))))


def joined(counter, program, folder):
    gateway = Node(program, folder, "gateway")
    invitation = counter.command("invite", "--role", "gateway", "--lane", "G").stdout.strip()
    gateway.command("join", *PLACE, invitation)
    return gateway


def keys_in(folder):
    """Practice keys, and nobody where the provider should be."""
    keys = os.path.join(folder, "keys")
    os.mkdir(keys, 0o700)
    for name, text in (("secret-key", "sk_test_1"), ("publishable-key", "pk_test_1")):
        path = os.path.join(keys, f"stripe-{name}")
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
    return {"TRESTLE_STRIPE_KEYS": keys, "TRESTLE_STRIPE_URL": "http://127.0.0.1:9"}


def send_forged_event(node):
    """An event that is not signed by the provider."""
    request = urllib.request.Request(node.ready["http"] + "/webhooks/stripe", b"{}",
                                     {"Stripe-Signature": "t=1,v1=00"})
    try:
        urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as refused:
        expect(f"a forged event is refused, not {refused.code}", refused.code == 400)


def what_a_node_tells(counter):
    customer = Customer(counter)
    for _ in range(ORDERS):
        status, _ = counter.ask("POST", "/api/orders", customer.wish(), os.urandom(20).hex())
        expect(f"an order is taken, not {status}", status == 201)
    screens = [watch(counter, view) for view in ("counter", "kitchen", "kitchen")]
    scrape = until("two kitchens' screens to be counted", lambda: told_two(counter))
    expect("one counter's screen", scrape.value("trestle_ws_clients", role="counter") == 1)
    expect("all orders are placed", scrape.value("trestle_orders", phase="placed") == ORDERS)
    opened = scrape.value("trestle_events_total", type="order.open")
    expect(f"{ORDERS} orders were opened, not {opened}", opened == ORDERS)
    expect("one printer", scrape.value("trestle_printer_ready", number="1") is not None)
    for screen in screens:
        screen.close()
    return scrape


def told_two(counter):
    scrape = Scrape(counter)
    return scrape if scrape.value("trestle_ws_clients", role="kitchen") == 2 else None


def even(node):
    """A scrape of @node when it and the other one have the same events."""
    scrape = Scrape(node)
    lags = [value for (name, _), value in scrape.samples.items()
            if name in ("trestle_replication_lag_seconds", "trestle_replication_lag_events")]
    linked = scrape.value("trestle_peers", state="linked") == 1
    return scrape if linked and len(lags) == 4 and not any(lags) else None


def lag_grows_while_the_other_is_away(counter, gateway):
    gateway.stop()
    status, _ = counter.ask("POST", "/api/orders", Customer(counter).wish(), os.urandom(20).hex())
    expect(f"an order is taken alone, not {status}", status == 201)

    def lags():
        scrape = Scrape(counter)
        return any(value >= 2 for (name, labels), value in scrape.samples.items()
                   if name == "trestle_replication_lag_seconds" and ("lacks", "peer") in labels)

    until("the lag to grow while the other is away", lags)


def counters_only_rise(before, after):
    for key, value in before.samples.items():
        if before.types[key[0]] == "counter":
            expect(f"{key} does not fall", after.samples.get(key, -1) >= value)


def manual_names_all(scrapes):
    told = set(re.findall(r"`(trestle_[a-z_]+)`", read("docs/manual.md")))
    there = {name for scrape in scrapes for name in scrape.types}
    expect(f"the manual tells of {sorted(there - told)}", there <= told)
    expect(f"{sorted(told - there)} of the manual are there", told <= there)


def queries_of(panel):
    return [target["expr"] for target in panel.get("targets", [])]


def dashboard_asks_for_what_there_is(scrapes, dashboard):
    labels = {}
    for scrape in scrapes:
        for name, names in scrape.labels.items():
            labels.setdefault(name, {"instance", "job"}).update(names)
    queries = [query for panel in dashboard["panels"] for query in queries_of(panel)]
    for panel in dashboard["panels"]:
        expect(f"{panel['title']} asks for something", queries_of(panel))
    for query in queries:
        names = re.findall(r"\b(trestle_\w+)(?:\{([^}]*)\})?", query)
        expect(f"'{query}' names a metric", names)
        for name, matchers in names:
            expect(f"'{query}': there is a {name}", name in labels)
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers or ""):
                expect(f"'{query}': {name} has a label {label}", label in labels[name])
        known = set().union(*(labels[name] for name, _ in names))
        for group in re.findall(r"\bby\s*\(([^)]*)\)", query):
            for label in re.findall(r"\w+", group):
                expect(f"'{query}': a label {label} to sum by", label in known)


def main():
    parser = arguments(__doc__)
    parser.add_argument("trestle")
    parser.add_argument("gateway")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="trestle-metrics-")
    counter = Node(options.trestle, folder)
    gateway = None
    try:
        counter.init()
        counter.command("menu", "import", MENU)
        counter.command("record", "add", "printer", "number=1", "name=Kitchen", "driver=escpos",
                        "address=127.0.0.1:9")
        counter.run()
        gateway = joined(counter, options.gateway, folder)
        gateway.run(keys_in(folder))
        first = what_a_node_tells(counter)
        send_forged_event(gateway)
        scrapes = [until("both to be even", lambda node=node: even(node))
                   for node in (counter, gateway)]
        counters_only_rise(first, scrapes[0])
        refused = scrapes[1].value("trestle_stripe_webhook_total", result="refused")
        expect(f"one event was refused, not {refused}", refused == 1)
        asks = scrapes[1].value("trestle_outbox_depth", kind="capture")
        expect(f"nothing is to be asked, not {asks}", asks == 0)
        manual_names_all(scrapes)
        dashboard_asks_for_what_there_is(scrapes, json.loads(read("docs/grafana.json")))
        lag_grows_while_the_other_is_away(counter, gateway)
        counter.stop()
    except Trouble as trouble:
        print(f"{trouble}; the logs are in {folder}")
        return 1
    finally:
        for node in (counter, gateway):
            if node is not None and node.is_running():
                node.kill()
    shutil.rmtree(folder)
    counted = [len(scrape.samples) for scrape in scrapes]
    print(f"{counted[0]} rows of the counter, {counted[1]} of the gateway")
    return 0


if __name__ == "__main__":
    sys.exit(main())
