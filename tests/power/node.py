"""A trestle node as a child of a test: made, run with or without something between it and its disk
or its clock, asked, killed."""

import argparse
import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import threading
import time

READY_SECONDS = 120
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("TRESTLE_", "POWER_"))
}


PLACE = ("--listen", "tcp://127.0.0.1:*", "--http", "127.0.0.1:0")


def arguments(doc):
    """A parser whose help is @doc as it stands."""
    return argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )


class Trouble(Exception):
    """What a test found; its text is a sentence for a person."""


def until(what, condition, seconds=120):
    """The first true answer of @condition; it is asked again until a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Trouble(f"waited {seconds} s for {what}")
        threading.Event().wait(0.01)  # between two looks


class Client:
    """One connection to a node, for one thread."""

    def __init__(self, node):
        self.node = node
        self.http = None
        self.token = None  # of who is signed in

    def ask(self, method, path, body=None, key=None):
        """(status, answer); (0, None) when the node is gone."""
        was_open = self.http is not None
        status, answer = self.ask_once(method, path, body, key)
        if status == 0 and was_open and method == "GET":  # it closes what was idle for long
            return self.ask_once(method, path, body, key)
        return status, answer

    def ask_once(self, method, path, body, key):
        ready = self.node.ready
        if self.http is None and ready is not None:
            self.http = http.client.HTTPConnection(ready["http"].split("//")[1].rstrip("/"),
                                                   timeout=30)
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            if self.http is None:
                raise ConnectionError("not there")
            self.http.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.http.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, None

    def close(self):
        if self.http is not None:
            self.http.close()
            self.http = None


class Node:
    def __init__(self, program, folder, name="counter"):
        self.program, self.name = program, name
        self.state = os.path.join(folder, name)
        self.log = os.path.join(folder, name + ".log")
        self.child = None
        self.client = Client(self)
        self.ready = None
        self.peers = []
        self.listen, self.face = "tcp://127.0.0.1:*", "127.0.0.1:0"

    def command(self, *words, environment=None, check=True, typed=None):
        done = subprocess.run(
            [self.program, *words, "--state", self.state],
            env={**CLEAN, **(environment or {})},
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if check and done.returncode != 0:
            said = f"ended with status {done.returncode}: {done.stderr.strip()}"
            raise Trouble(f"trestle {' '.join(words)} {said}")
        return done

    def init(self, *words):
        self.command("init", "--name", "Power", *PLACE, *words)

    def start(self, environment=None, inside=()):
        """Begin to run, by the words @inside; says later, by wait_ready(), whether it came up."""
        words = [*inside, self.program, "run", "--json", "--state", self.state,
                 "--listen", self.listen, "--http", self.face]
        for peer in self.peers:
            words += ["--peer", peer]
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(words, env={**CLEAN, **(environment or {})},
                                          stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=log)
        self.ready = None

    def wait_ready(self):
        """The node's ready line, or None when it ended before."""
        os.set_blocking(self.child.stdout.fileno(), False)
        line = b""

        def look():
            nonlocal line
            line += self.child.stdout.read() or b""
            return b"\n" in line or self.child.poll() is not None

        until(f"{self.name} to be ready", look, READY_SECONDS)
        self.ready = json.loads(line) if b"\n" in line else None
        return self.ready

    def run(self, environment=None):
        """While it did not run the system may have lent its port to somebody's connection: then it
        starts when that is over."""
        def begin():
            self.start(environment)
            if self.wait_ready() is None and not self.is_port_taken():
                status = self.child.returncode
                raise Trouble(f"{self.name} does not start (status {status}); see {self.log}")
            return self.ready

        until(f"{self.name} to start; see {self.log}", begin, READY_SECONDS)
        return self

    def is_port_taken(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read().endswith("is taken; choose another\n")

    def keep_address(self):
        """Later starts listen where this one does."""
        self.listen, self.face = self.ready["mesh"], self.ready["http"].split("//")[1].rstrip("/")

    @property
    def endpoint(self):
        return f"{self.ready['device']}@{self.ready['mesh']}"

    def ask(self, method, path, body=None, key=None):
        return self.client.ask(method, path, body, key)

    def get(self, path):
        status, answer = self.ask("GET", path)
        if status != 200:
            raise Trouble(f"{self.name}: GET {path} answers {status}: {answer}")
        return answer

    def kill(self, number=signal.SIGKILL):
        self.child.send_signal(number)
        return self.wait()

    def stop(self):
        status = self.kill(signal.SIGTERM)
        if status != 0:
            said = f"ended with status {status} when told to stop"
            raise Trouble(f"{self.name} {said}; see {self.log}")

    def wait(self):
        status = self.child.wait(30)
        self.child.stdout.close()
        self.client.close()
        return status

    def is_running(self):
        return self.child is not None and self.child.poll() is None

    def verify(self):
        """Journals, signatures and folded state of the store at rest; raises on a finding."""
        done = self.command("verify", "--json", check=False)
        if done.returncode != 0:
            said = f"{done.returncode}: {done.stdout} {done.stderr}"
            raise Trouble(f"{self.name}: verify ended with status {said}")
        return json.loads(done.stdout)


def new_key(epoch_seconds=1000):
    return f"{epoch_seconds:08x}" + secrets.token_hex(16)


class Customer:
    """Places orders at a node and remembers what was promised."""

    def __init__(self, node):
        self.node, self.client = node, Client(node)
        self.promised = []  # (id, log, seq)
        self.numbers = []  # as called
        self.items = [
            item["number"]
            for item in node.get("/api/menu")["items"]
            if not any(group["min"] for group in item["groups"])
        ]
        self.count = 0
        self.status = None

    def wish(self):
        """The body of the next order."""
        self.count += 1
        item = self.items[self.count % len(self.items)]
        return {
            "channel": "counter",
            "mode": "take-away",
            "lines": [{"item": item, "quantity": 1 + self.count % 3}],
            "payment": {"method": "cash"},
        }

    def remember(self, answer):
        self.promised.append((answer["id"], int(answer["log"], 16), answer["seq"]))
        self.numbers.append(answer["number"])

    def place(self):
        """Place one order; its answer, or None with the status in .status when it was not taken."""
        self.status, answer = self.client.ask("POST", "/api/orders", self.wish(), new_key())
        if self.status != 201:
            return None
        self.remember(answer)
        return answer


def heads(report):
    """{journal: seq} of what verify() said."""
    return {int(log["log"], 16): log["seq"] for log in report["stores"][0]["logs"]}


@contextlib.contextmanager
def ending(*nodes):
    """Whatever happens, none of @nodes outlives this."""
    try:
        yield
    finally:
        for node in nodes:
            if node.is_running():
                node.kill()
