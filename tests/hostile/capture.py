"""Whoever is on the same Wi-Fi and listens: what passes between two nodes, byte for byte."""

import json
import os
import selectors
import socket
import threading

from node import Node, PLACE, Trouble, ending, new_key, until
from stall import linked_with
from strangers import Stranger, address, all_hung_up
from under_attack import flat

# Nobody says these by chance. Each is carried by an order, the menu or a certificate.
CANARIES = {"pop-up": "Quetzalmarkt", "counter": "Kanarienkasse", "kitchen": "Papageienherd",
            "item": "Zeisigstrudel", "guest": "Xanthippe Vogt", "note": "ohne Wacholder",
            "staff": "Yolanda Specht"}


class Relay:
    """Passes on what comes to its port, both ways, and keeps all of it."""

    def __init__(self, to):
        self.to, self.taken = to, bytearray()
        self.conversations = []  # each: what the caller sent, as it came
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(self.listener, selectors.EVENT_READ, None)
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.closing.is_set():
            for key, _ in self.waiting.select(0.1):
                if key.data is None:
                    self.accept()
                else:
                    self.pass_on(key.fileobj, *key.data)

    def accept(self):
        caller, _ = self.listener.accept()
        try:
            callee = socket.create_connection(self.to)
        except OSError:
            caller.close()
            return
        said = bytearray()
        self.conversations.append(said)
        self.waiting.register(caller, selectors.EVENT_READ, (callee, said))
        self.waiting.register(callee, selectors.EVENT_READ, (caller, bytearray()))

    def pass_on(self, source, sink, said):
        try:
            data = source.recv(65536)
            self.taken += data
            said += data
            sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (source, sink):
                try:
                    self.waiting.unregister(end)
                except (KeyError, ValueError):
                    pass
                end.close()

    def close(self):
        self.closing.set()
        self.thread.join()
        self.listener.close()


def words_in(data):
    """Which canaries sing in @data, in any spelling that software of ours or a listener's knows."""
    plain = bytes(data).lower()
    return {what for what, word in CANARIES.items()
            for spelling in ("utf-8", "utf-16-le", "utf-16-be")
            if word.lower().encode(spelling) in plain}


def post(node, path, body, wanted=(200, 201)):
    status, answer = node.ask("POST", path, body, new_key())
    if status not in wanted:
        raise Trouble(f"{path} was answered with {status}: {answer}")
    return answer


def stall_of_words(site, relay_of):
    """A counter and a kitchen that reach each other through a relay alone; an order that says every
    word is in the kitchen."""
    program = site.counter.program
    counter, kitchen = (Node(program, os.path.join(site.folder, "words"), name)
                        for name in ("counter", "kitchen"))
    os.mkdir(os.path.join(site.folder, "words"))
    counter.command("init", "--name", CANARIES["pop-up"], "--device", CANARIES["counter"], *PLACE)
    counter.run()
    counter.keep_address()
    counter.stop()
    relay = relay_of(address(counter.listen))
    counter.run({"TRESTLE_ADVERTISE": relay.endpoint})
    menu = os.path.join(site.folder, "words.csv")
    with open(os.path.join(os.path.dirname(__file__), "../../docs/examples/menu.csv")) as example:
        lines = example.read().replace("Spring rolls", CANARIES["item"])
    with open(menu, "w") as out:
        out.write(lines)
    counter.command("menu", "import", menu)
    counter.command("record", "add", "staff", f"name={CANARIES['staff']}")
    invited = counter.command("invite", "--role", "kitchen", "--name", CANARIES["kitchen"])
    kitchen.listen = "none"
    kitchen.command("join", "--listen", "none", "--http", "127.0.0.1:0", invited.stdout.strip())
    kitchen.run()
    until("the kitchen to be linked",
          lambda: counter.ready["device"] in linked_with(kitchen))
    item = next(item["number"] for item in counter.get("/api/menu")["items"]
                if item["name"] == CANARIES["item"])
    order = post(counter, "/api/orders",
                 {"channel": "counter", "mode": "take-away", "name": CANARIES["guest"],
                  "lines": [{"item": item, "quantity": 1, "note": CANARIES["note"]}],
                  "payment": {"method": "cash"}})
    until("the kitchen to have the order, and its name, which lies in a file of its own",
          lambda: name_of(kitchen, order["id"]) == CANARIES["guest"])
    return counter, kitchen, relay


def name_of(node, order):
    status, answer = node.ask("GET", f"/api/orders/{order}")[:2]
    return answer.get("name") if status == 200 else None


def stored_bytes(node):
    """The store, and the files of what can be erased."""
    files = [os.path.join(node.state, "store/data.mdb")]
    for folder, _, names in os.walk(os.path.join(node.state, "blobs")):
        files += [os.path.join(folder, name) for name in names]
    stored = b""
    for path in files:
        with open(path, "rb") as file:
            stored += file.read()
    return stored


def listener(site):
    """What two nodes say to each other tells nobody what was ordered, by whom, nor who they are."""
    counter, kitchen, relay = stall_of_words(site, Relay)
    with ending(counter, kitchen):
        until("the link to carry something", lambda: len(relay.taken) > 4096)
        # The words did cross: the kitchen keeps them.
        stored = stored_bytes(kitchen)
        if words_in(stored) != set(CANARIES):
            raise Trouble(f"did not reach the kitchen: {set(CANARIES) - words_in(stored)}")
        heard = words_in(relay.taken)
        if heard:
            raise Trouble(f"a listener reads: {heard}")
        replay(counter, relay)
        for node in (kitchen, counter):
            node.stop()
            node.verify()
    relay.close()
    plain_is_heard(stored)


def plain_is_heard(stored):
    """The same listener hears every word of a link that is not encrypted."""
    receiver = socket.create_server(("127.0.0.1", 0))
    relay = Relay(receiver.getsockname())
    with socket.create_connection(address(relay.endpoint)) as sender:
        sender.sendall(stored)
        until("the relay to have all", lambda: len(relay.taken) >= len(stored))
    relay.close()
    receiver.close()
    if words_in(relay.taken) != set(CANARIES):
        raise Trouble("this test hears nothing at all")


def replay(counter, relay):
    """What was heard, said again by a stranger, opens no link and changes nothing."""
    before = json.dumps(counter.get("/api/orders"), sort_keys=True)
    recorded = [bytes(said) for said in relay.conversations if said]
    with flat(counter):
        for said in recorded:
            all_hung_up("a replayed conversation",
                        [Stranger(relay.to, said) for _ in range(10)], 5)
    if json.dumps(counter.get("/api/orders"), sort_keys=True) != before:
        raise Trouble("a replayed conversation changed something")
