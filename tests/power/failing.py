#!/usr/bin/python3
"""Every call to a library and the operating system fails once, on each way that the program has to
it (failing.c): memory is gone, files cannot be opened, sockets not bound, LMDB and ZeroMQ refuse.

    failing.py BUILD [--only WORD]

Whatever fails, no command crashes or hangs, each that does not do its work ends with a status of
its own and says why, and a node that goes on is still stopped by SIGTERM. Afterwards the same
command, undisturbed, works on the same folder."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from node import CLEAN, PLACE, Customer, Node, Trouble, arguments, ending, new_key, until
from stall import linked_with

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/examples")
STATUSES = (0, 1, 2, 69, 73, 74, 77, 78)
MEMORY = (["malloc"], ["calloc"], ["realloc"], ["strdup"])
ROUNDS_MAX = 400
SECONDS = 60


class Printer(threading.Thread):
    """A receipt printer that is well, at a port of this machine."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            self.serve(self.listener.accept()[0])

    @staticmethod
    def serve(link):
        with link, contextlib.suppress(OSError):
            while heard := link.recv(65536):
                link.sendall(b"\x12" * heard.count(b"\x10\x04"))


class Trial:
    """A folder to work in, the calls that failed so far, and the place of a pop-up with orders."""

    def __init__(self, build, folder):
        self.folder = folder
        self.program = os.path.join(build, "trestle")
        self.image = os.path.join(folder, "image")
        self.seen = os.path.join(folder, "seen")
        self.under = {"LD_PRELOAD": os.path.join(build, "tests/power/libfailing.so"),
                      "FAILING_SEEN": self.seen,
                      "FAILING_NAMES": os.path.join(folder, "names")}
        self.rounds, self.troubles = 0, []
        self.printer = Printer()
        self.prepare()

    def prepare(self):
        node = Node(self.program, self.folder, "image")
        node.init()
        with ending(node.run()):
            node.command("menu", "import", os.path.join(EXAMPLES, "menu.csv"))
            node.command("record", "add", "printer", "number=1", "name=Bar", "driver=escpos",
                         "address=" + self.printer.address)
            node.command("record", "add", "staff", "number=7", "name=Ann")
            customer = Customer(node)
            for _ in range(3):
                customer.place()
            self.order = customer.promised[0][0]
            node.stop()
        os.makedirs(os.path.join(self.folder, "screens/assets"))
        for name in ("index.html", "assets/app.js", "assets/app.js.gz"):
            with open(os.path.join(self.folder, "screens", name), "w") as file:
                file.write(name)
        for what in ("backup", "archive", "export"):
            node.command(what, os.path.join(self.folder, f"kept.{what}"))

    def failures(self):
        return os.path.getsize(self.seen) if os.path.exists(self.seen) else 0

    def fresh(self):
        state = os.path.join(self.folder, "state")
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(self.image, state)
        return state

    def failed(self):
        """What failed in the last run, by name."""
        with open(self.under["FAILING_NAMES"]) as names:
            return " ".join(names.read().split())

    def judge(self, status, said):
        """Out of memory in the middle of an answer, a failed check() ends the process."""
        if status == -signal.SIGABRT and self.failed().split()[-1:] in MEMORY:
            return
        if any("\udc80" <= letter <= "\udcff" for letter in said):
            raise Trouble(f"no text where {self.failed()} failed: {said!a}")
        if status not in STATUSES:
            raise Trouble(f"status {status} where {self.failed()} failed\n{said[-1500:]}")
        if status != 0 and not said.strip():
            raise Trouble(f"status {status} where {self.failed()} failed, and no word")

    def command(self, words, state, under):
        done = subprocess.run([self.program, *words, "--state", state], env={**CLEAN, **under},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors="surrogateescape", timeout=SECONDS)
        self.judge(done.returncode, done.stderr + done.stdout)
        return done.returncode

    def until_nothing_fails(self, run):
        """@run again and again, until a run met no failure that it had not met."""
        for _ in range(ROUNDS_MAX):
            before = self.failures()
            try:
                run()
            except Trouble as trouble:
                self.troubles.append(str(trouble))
            self.rounds += 1
            if self.failures() == before:
                return
        raise Trouble(f"after {ROUNDS_MAX} runs there are still new failures")


def offline(trial, words):
    """A command on a folder of its own, which no node uses. {} in @words is the folder."""

    def once(under):
        state = trial.fresh()
        if words[0] == "init":
            shutil.rmtree(state)
        spelt = [word.replace("{}", trial.folder).replace("PRINTER", trial.printer.address)
                 for word in words]
        out = os.path.join(trial.folder, "out")
        if os.path.exists(out):
            os.remove(out)
        return trial.command(spelt, state, under)

    trial.until_nothing_fails(lambda: once(trial.under))
    if once({}) != 0 and words[0] != "doctor":
        raise Trouble(f"{' '.join(words)} fails where nothing does")


def online(trial, words):
    """A command that talks to a node, which nothing disturbs."""
    node = Node(trial.program, trial.folder, "state")

    def once(under):
        spelt = [word.replace("{}", trial.folder).replace("ORDER", trial.order) for word in words]
        trial.command(spelt, node.state, under)

    trial.fresh()
    with ending(node.run()):
        trial.until_nothing_fails(lambda: once(trial.under))
        node.stop()


def joining(trial):
    """A device joins by invitation, a fresh one each time, at a counter that nothing disturbs."""
    counter = Node(trial.program, trial.folder, "state")
    joiner = Node(trial.program, trial.folder, "kitchen")

    def once(under):
        shutil.rmtree(joiner.state, ignore_errors=True)
        words = ("invite", "--role", "kitchen")
        invitation = counter.command(*words).stdout.strip()
        return trial.command(("join", *PLACE, invitation), joiner.state, under)

    trial.fresh()
    with ending(counter.run()):
        trial.until_nothing_fails(lambda: once(trial.under))
        if once({}) != 0:
            raise Trouble("it cannot join where nothing fails")
        counter.stop()


def pairing(trial):
    """A device joins by six digits, which two people find alike; nothing disturbs the counter."""
    counter = Node(trial.program, trial.folder, "state")
    joiner = Node(trial.program, trial.folder, "kitchen")

    def people_at(node, words, under):
        return subprocess.Popen([trial.program, *words, "--state", node.state],
                                env={**CLEAN, **under}, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                errors="surrogateescape")

    def once(under):
        shutil.rmtree(joiner.state, ignore_errors=True)
        waiting = people_at(counter, ("pair", "--role", "kitchen"), {})
        where = waiting.stdout.readline().strip().split("//")[-1]
        coming = people_at(joiner, ("join", *PLACE, where), under)
        try:
            waiting.stdin.write("yes\n")
            waiting.stdin.flush()
            said = "".join(coming.communicate("yes\n", timeout=SECONDS))
            trial.judge(coming.returncode, said)
        finally:
            coming.kill()
            waiting.kill()
            waiting.communicate()
        return coming.returncode

    trial.fresh()
    with ending(counter.run()):
        trial.until_nothing_fails(lambda: once(trial.under))
        counter.stop()
    trial.fresh()  # the pop-up may be full of those who joined
    with ending(counter.run()):
        if once({}) != 0:
            raise Trouble("it cannot be paired where nothing fails")
        counter.stop()


def inviting(trial):
    """A counter takes in a kitchen by invitation, which nothing disturbs, and is linked with it."""
    counter = Node(trial.program, trial.folder, "state")
    kitchen = Node(trial.program, trial.folder, "kitchen")

    def bring_in():
        invited = counter.command("invite", "--role", "kitchen", "--name", "Stove", check=False)
        if invited.returncode == 0:
            kitchen.command("join", *PLACE, invited.stdout.strip(), check=False)
        if os.path.exists(os.path.join(kitchen.state, "keys")):
            kitchen.peers = [counter.endpoint]
            kitchen.run()
            with contextlib.suppress(Trouble, TypeError, KeyError):
                Customer(counter).place()
                until("the link", lambda: linked_with(kitchen), 2)
            send_picture(kitchen)
            kitchen.stop()

    def once(under):
        trial.fresh()
        shutil.rmtree(kitchen.state, ignore_errors=True)
        counter.start(under)
        with ending(counter, kitchen):
            if came_up(trial, counter):
                bring_in()
            counter.child.terminate()
            until("the counter's end", lambda: not counter.is_running(), SECONDS)
            with open(counter.log, errors="surrogateescape") as log:
                said = log.read()
            trial.judge(counter.wait(), said)

    trial.until_nothing_fails(lambda: once({**trial.under, "FAILING_PAUSE": "40"}))


def restoring(trial):
    """A backup is verified and restored to a folder that has no store."""
    backup = os.path.join(trial.folder, "kept.backup")

    def once(under):
        state = trial.fresh()
        shutil.rmtree(os.path.join(state, "store"))
        return trial.command(("restore", backup), state, under)

    trial.until_nothing_fails(lambda: once(trial.under))
    if once({}) != 0:
        raise Trouble("it cannot be restored where nothing fails")


def knock(node, method, path, body=None):
    with contextlib.suppress(ValueError):  # not all of it is JSON
        node.ask(method, path, body, None if body is None else new_key())


def watch(node, view):
    """A screen: a WebSocket, as good as it gets it."""
    address = node.ready["http"].split("//")[1].rstrip("/")
    host, port = address.rsplit(":", 1)
    screen = socket.create_connection((host, int(port)), 5)
    screen.sendall(f"GET /ws?view={view} HTTP/1.1\r\nHost: {address}\r\n"
                   f"Origin: http://{address}\r\n"
                   "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    return screen


def send_picture(node):
    """A blob is bytes, not JSON; the node gives it back by its hash."""
    link = http.client.HTTPConnection(node.ready["http"].split("//")[1].rstrip("/"), timeout=30)
    headers = {"Content-Type": "image/png", "Idempotency-Key": new_key()}
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError):
        link.request("POST", "/api/blobs", b"\x89PNG\r\n\x1a\n" + bytes(2000), headers)
        blob = json.loads(link.getresponse().read())
        link.request("GET", f"/api/blobs/{blob['hash']}")
        link.getresponse().read()
    link.close()


def came_up(trial, node):
    """Whether it said so; it may go on without a word where it could not write it."""
    try:
        return node.wait_ready() is not None
    except Trouble as trouble:
        if not set(trial.failed().split()) & {"fputs", "fwrite", "fflush", "write"}:
            raise Trouble(f"{trouble} where {trial.failed()} failed") from None
        return False


def life(trial):
    """A node from its start to SIGTERM: orders, screens, figures, a peer that is not there."""

    def once(under):
        trial.fresh()
        node = Node(trial.program, trial.folder, "state")
        with contextlib.suppress(FileNotFoundError):
            os.remove(node.log)
        os.remove(os.path.join(node.state, "ballast"))
        if under:  # not the first start that comes to nothing: the store is looked at first
            with open(os.path.join(node.state, "starts"), "w") as starts:
                starts.write("5\n")
        node.peers = ["0123456789abcdef@tcp://127.0.0.1:1"]
        node.start(under)
        with ending(node):
            is_ready = came_up(trial, node)
            if is_ready:
                screens = []
                with contextlib.suppress(OSError):
                    screens = [watch(node, view) for view in ("counter", "kitchen", "pickup")]
                for path in LOOKS:
                    knock(node, "GET", path.replace("ORDER", trial.order))
                for method, path, body in DEEDS:
                    knock(node, method, path.replace("ORDER", trial.order), body)
                send_picture(node)
                with contextlib.suppress(Trouble, TypeError, KeyError):  # it answers what it can
                    customer = Customer(node)
                    if customer.items:  # none where the store was moved aside
                        for _ in range(3):
                            customer.place()
                for screen in screens:
                    screen.close()
            node.child.terminate()
            until("the node's end", lambda: not node.is_running(), SECONDS)
            with open(node.log, errors="surrogateescape") as log:
                said = log.read()
            trial.judge(node.wait(), said)
        return is_ready

    screens = {"TRESTLE_WEB": os.path.join(trial.folder, "screens")}
    trial.until_nothing_fails(lambda: once({**trial.under, **screens, "FAILING_PAUSE": "300"}))
    if not once({}):
        raise Trouble("it does not start where nothing fails")


MENU = os.path.join(EXAMPLES, "menu.csv")
OFFLINE = (
    ("init", "--name", "Power", *PLACE),
    ("verify", "--json"),
    ("verify", "--state", "{}/image"),
    ("verify", "{}/kept.backup", "{}/kept.archive"),
    ("verify", "{}/kept.export", "--json"),
    ("export", "{}/out"),
    ("export", "--what", "orders", "--format", "csv", "{}/out"),
    ("backup", "{}/out"),
    ("archive", "{}/out"),
    ("log", "--last", "5"),
    ("doctor",),
    ("completion", "bash"),
    ("completion", "zsh"),
    ("printer", "test", "PRINTER"),
    ("printer", "status", "PRINTER"),
    ("openapi",),
    ("log", "--json", "--type", "order"),
    ("export", "--what", "stock", "{}/out"),
    ("export", "--what", "payments", "--format", "csv", "{}/out"),
)
LOOKS = ("/", "/nothing", "/assets/app.js", "/healthz", "/readyz", "/metrics",
         "/api/openapi.json", "/api/session", "/api/status", "/api/menu", "/api/orders",
         "/api/orders?settled=1", "/api/orders/ORDER", "/api/orders/ORDER/receipt",
         "/api/kitchen/board", "/api/pickup/board", "/api/voided", "/api/reports/day",
         "/api/day", "/api/stalls", "/api/staff", "/api/taxes", "/api/offers", "/api/printers",
         "/api/reviews", "/api/devices", "/api/staff/roles", "/api/drawers")
DEEDS = (("POST", "/api/orders/ORDER/accept", {}),
         ("POST", "/api/orders/ORDER/contact", {"name": "Ada", "phone": "1"}),
         ("POST", "/api/orders/ORDER/done", {}),
         ("POST", "/api/orders/ORDER/hand-over", {}),
         ("POST", "/api/orders/ORDER/receipt", {}),
         ("POST", "/api/orders/ORDER/print", {"what": "ticket"}),
         ("POST", "/api/orders/ORDER/review", {"rating": 5, "text": "good"}),
         ("POST", "/api/orders/ORDER/erase", {"reason": "asked for"}),
         ("POST", "/api/drawers", {"number": 1, "float": 1000}),
         ("POST", "/api/stalls", {"number": 1, "name": "North"}),
         ("PATCH", "/api/popup", {"name": "Power"}),
         ("POST", "/api/day/close", {}))
ONLINE = (
    ("status",),
    ("status", "--json"),
    ("order", "add", "1x2", "--name", "Ada", "--pay", "cash"),
    ("order", "list"),
    ("order", "show", "ORDER"),
    ("device", "list"),
    ("device", "rename", "image", "Till"),
    ("record", "add", "stalls", "name=North"),
    ("record", "list", "stalls"),
    ("staff", "roles"),
    ("menu", "import", MENU),
    ("menu", "export"),
    ("stock", "list"),
    ("stock", "add", "1", "5"),
    ("day",),
    ("report",),
    ("report", "--csv"),
    ("report", "--json"),
    ("record", "add", "printer", "number=2", "name=Kitchen", "driver=escpos", "address=/dev/null"),
    ("record", "set", "stalls", "1", "name=South"),
    ("stock", "policy", "1", "strict"),
    ("stock", "count", "1", "9"),
    ("staff", "role", "7", "counter"),
    ("erase", "ORDER", "--reason", "asked for", "--yes"),
    ("day", "close"),
    ("log", "--last", "3", "--order", "A1"),
    ("archive", "{}/out", "--yes"),
    ("invite", "--role", "kitchen", "--lane", "K"),
    ("backup", "{}/out", "--yes"),
    ("export", "{}/out"),
    ("top", "--once"),
    ("log", "--last", "5"),
    ("doctor",),
)


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    rounds, troubles = 0, []
    trials = [(f"{' '.join(words)}", offline, words) for words in OFFLINE]
    trials += [(f"{' '.join(words)} (a node runs)", online, words) for words in ONLINE]
    trials += [("join", joining, None), ("pair", pairing, None), ("invite", inviting, None)]
    trials += [("restore", restoring, None), ("run", life, None)]
    with tempfile.TemporaryDirectory(prefix="trestle-failing-", dir="/dev/shm") as folder:
        trial = Trial(os.path.abspath(options.build), folder)
        for name, work, words in trials:
            if options.only not in ("", name):
                continue
            before = trial.failures() // 8, trial.rounds
            trial.troubles = []
            try:
                work(trial, words) if words else work(trial)
            except (Trouble, subprocess.TimeoutExpired) as trouble:
                trial.troubles.append(str(trouble))
            troubles += [f"{name}: {trouble}" for trouble in trial.troubles]
            print(f"{name}: {trial.rounds - before[1]} runs, "
                  f"{trial.failures() // 8 - before[0]} calls failed first here", flush=True)
        rounds = trial.rounds
    print(f"{rounds} runs, {len(troubles)} troubles")
    for trouble in troubles:
        print(trouble)
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
