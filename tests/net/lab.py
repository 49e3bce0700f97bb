"""Real nodes in network namespaces of their own, joined by a switch that misbehaves as told.

    lab.enter()                      # once, first of all: this process gets namespaces to rule over
    with lab.Lab(program, ["counter", "kitchen", "pickup"], seed=1) as here:
        here.start()
        here.linked("counter", "kitchen")
        here.cut("counter", "kitchen")

An ordinary user can do it where the kernel lets users make namespaces; where not, enter() says so
and ends with status 1. Each node is alone in its namespace, at 10.77.0.1, .2, ... on eth0.
"""

import base64
import contextlib
import http.client
import json
import os
import re
import secrets
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from switch import Faults, Switch

INSIDE = "TRESTLE_NET_LAB"
POPUP_NAME = "Quetzalmarkt"
SUBNET = "10.77.0"
MESH_PORT = 7450
READY_SECONDS = 120
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("TRESTLE_")}
LINKS = re.compile(r"mesh: link (\d+) (up|down|closed): (.*)")


class Trouble(Exception):
    """What a test found; its text is a sentence for a person."""


# How to become the root of a network of one's own: as anybody; as root; by sudo, where user
# namespaces are forbidden (in a chroot, by sysctl).
WAYS = (
    ["unshare", "--user", "--map-root-user", "--net"],
    ["unshare", "--net"],
    ["sudo", "-n", "env", f"{INSIDE}=1", "unshare", "--net"],
)
MORTAL = ["setpriv", "--pdeathsig", "KILL"]  # ends when this process does, however that comes
PROBE = ["ip", "link", "add", "name", "probe0", "type", "veth", "peer", "name", "probe1"]


def enter():
    """Run again as the root of namespaces of our own."""
    if os.environ.get(INSIDE):
        return
    os.environ[INSIDE] = "1"
    said = []
    for way in WAYS:
        try:
            probe = subprocess.run(way + PROBE, capture_output=True, text=True)
        except FileNotFoundError as missing:
            said.append(str(missing))
            continue
        if probe.returncode == 0:
            os.execvp(way[0], [*way, sys.executable, *sys.argv])
        said.append(probe.stderr.strip())
    sys.exit(f"net: no network namespace can be made here ({'; '.join(said)}); try: sysctl "
             "kernel.unprivileged_userns_clone=1, user.max_user_namespaces=1000, or run as root; "
             "package iproute2 is needed")


def expect(sentence, holds):
    if not holds:
        raise Trouble(f"it does not hold that {sentence}")


def say(sentence, seconds):
    print(f"ok    {sentence} ({seconds:.1f} s)", flush=True)


def until(what, condition, seconds):
    """The first true answer of @condition; asked again until a deadline. Returns the seconds."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > seconds:
            raise Trouble(f"waited {seconds} s for {what}")
        select.select([], [], [], 0.05)  # between two looks; nothing depends on its length
    return time.monotonic() - begin


def popup_of(invitation):
    """[1, bin16 popup, ...] in base64url, as docs/protocol.md says."""
    text = invitation.split(":", 1)[1].strip()
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[4:20]


def new_key():
    return f"{1000:08x}{secrets.token_hex(16)}"  # of an order of the pop-up's first minutes


def ip(*words, space=None):
    inside = ["nsenter", f"--net=/proc/{space}/ns/net"] if space else []
    subprocess.run([*inside, "ip", *words], check=True, capture_output=True)


class Machine:
    """A namespace with one cable to the switch."""

    def __init__(self, at):
        self.at = at
        self.address = f"{SUBNET}.{at + 1}"
        self.space = subprocess.Popen([*MORTAL, "unshare", "--net", "sleep", "infinity"])
        until("a namespace", self._has_space, 60)
        self._cable()

    def _has_space(self):
        own = os.readlink("/proc/self/ns/net")
        try:
            return os.readlink(f"/proc/{self.space.pid}/ns/net") != own
        except OSError:
            return False

    @property
    def cable(self):
        return f"hub{self.at}"

    def _cable(self):
        space = str(self.space.pid)
        ip("link", "add", "name", self.cable, "type", "veth", "peer", "name", f"end{self.at}")
        ip("link", "set", "dev", f"end{self.at}", "netns", space)
        ip("link", "set", "dev", self.cable, "up")
        ip("link", "set", "dev", f"end{self.at}", "name", "eth0", space=space)
        ip("link", "set", "dev", "lo", "up", space=space)
        ip("link", "set", "dev", "eth0", "up", space=space)
        ip("address", "add", f"{self.address}/24", "broadcast", "+", "dev", "eth0", space=space)
        here = os.path.dirname(os.path.abspath(__file__))
        code = f"import sys; sys.path.insert(0, {here!r}); import switch; "
        subprocess.run(self._python(code + "switch.offloads_off('eth0')"), check=True)

    def _inside(self):
        return ["nsenter", f"--net=/proc/{self.space.pid}/ns/net"]

    def _python(self, code):
        return [*self._inside(), sys.executable, "-c", code]

    @contextlib.contextmanager
    def shouting(self, datagrams, pause_s=0.0):
        """Meanwhile it sends these to everybody, where beacons go, with a pause after each."""
        code = ("import select, socket, sys\n"
                "out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                "out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)\n"
                "for line in sys.stdin.read().splitlines():\n"
                f"    out.sendto(bytes.fromhex(line), ('{SUBNET}.255', {MESH_PORT}))\n"
                f"    select.select([], [], [], {pause_s})")
        with subprocess.Popen([*MORTAL, *self._python(code)], stdin=subprocess.PIPE) as child:
            child.stdin.write("\n".join(datagram.hex() for datagram in datagrams).encode())
            child.stdin.close()
            yield
            child.wait()
        if child.returncode != 0:
            raise Trouble("the stranger could not shout")

    def move(self, address):
        """The network gives it another address."""
        space = str(self.space.pid)
        ip("address", "flush", "dev", "eth0", "scope", "global", space=space)
        ip("address", "add", f"{address}/24", "broadcast", "+", "dev", "eth0", space=space)
        self.address = address

    def close(self):
        self.space.kill()
        self.space.wait()


class Node(Machine):
    def __init__(self, lab, at, name, role):
        super().__init__(at)
        self.lab, self.name, self.role = lab, name, role
        self.state = os.path.join(lab.folder, name)
        self.device = ""
        self.child = None
        self.peers = []
        self.within = []  # words before the node's own: what runs it
        self.environment = {}  # of the running node, beside what is inherited
        self.program = lab.programs.get(name, lab.program)

    def command(self, *words, check=True):
        done = subprocess.run([*self._inside(), self.program, *words, "--state", self.state],
                              env=CLEAN, capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise Trouble(f"{self.name}: trestle {' '.join(words)} ended with status "
                          f"{done.returncode}: {done.stdout}{done.stderr.strip()}")
        return done.stdout

    def start(self, *flags):
        words = [*MORTAL, *self._inside(), *self.within, self.program, "run", "--json",
                 "--state", self.state,
                 "--listen", f"tcp://0.0.0.0:{MESH_PORT}", "--http", "127.0.0.1:8080", *flags]
        for peer in self.peers:
            words += ["--peer", peer]
        with open(self.state + ".log", "ab") as log:
            self.child = subprocess.Popen(words, env={**CLEAN, **self.environment},
                                          stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.child.stdout.readline()
        if not line:
            raise Trouble(f"{self.name} did not start; its words are in {self.state}.log")
        self.device = json.loads(line)["device"]

    def stop(self):
        if self.child is None:
            return
        self.child.terminate()
        if self.child.wait(timeout=20) != 0:
            raise Trouble(f"{self.name} stopped badly")
        self.child.stdout.close()
        self.child = None

    def status(self):
        return json.loads(self.command("status", "--json", check=False) or "{}")

    def ask(self, method, path, body=None):
        """Its answer over the control socket, as (status, value)."""
        status, text = self._request(method, path, body)
        return status, json.loads(text)

    def metric(self, line):
        """The value that /metrics gives for it."""
        _, text = self._request("GET", "/metrics")
        return next(int(at.split()[-1]) for at in text.splitlines() if at.startswith(line + " "))

    def _request(self, method, path, body=None):
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(os.path.join(self.state, "ctl.sock"))
        headers = {"Content-Type": "application/json", "Idempotency-Key": new_key()}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()

    def orders(self):
        """The numbers of all that are not handed over, in order."""
        listed = json.loads(self.command("order", "list", "--json"))["orders"]
        return sorted(number for order in listed for number in order["numbers"])

    def links(self):
        """The devices that it is linked with."""
        return {peer["device"] for peer in self.status().get("peers", []) if peer["linked"]}

    def is_linked(self, other):
        return other.device in self.links()

    def told(self, words):
        """How often its log says that."""
        with open(self.state + ".log", encoding="utf-8") as log:
            return log.read().count(words)

    def broken(self, other):
        """How many links to that device have ended by themselves, as its log says: the network or
        the other let go of it, or it heard nothing for too long."""
        links, count = set(), 0
        with open(self.state + ".log", encoding="utf-8") as log:
            for link, what, why in LINKS.findall(log.read()):
                if what == "up":
                    (links.add if other.device in why else links.discard)(link)
                elif link in links:
                    links.discard(link)
                    count += what == "down" or why == "silent for too long"
        return count

    def close(self):
        if self.child is not None:
            self.child.kill()
            self.child.wait()
        super().close()


class Lab:
    """One pop-up of several devices, made on the quiet network and stopped again. @roles: of those
    that are no counters; @programs: of those that run another. Beside them is a machine that is
    none of them: the stranger."""

    def __init__(self, program, names, seed, roles=None, programs=None):
        self.program = os.path.abspath(program)
        self.programs = programs or {}
        self.folder = tempfile.mkdtemp(prefix="trestle-net-")
        self.nodes, self.stranger, self.switch = {}, None, None
        self.popup = b""  # its id
        self.taken = []  # the numbers of all orders that were answered
        try:
            for at, name in enumerate(names):
                self.nodes[name] = Node(self, at, name, (roles or {}).get(name, "counter"))
            self.stranger = Machine(len(names))
            self.switch = Switch([at.cable for at in (*self.all, self.stranger)], seed)
            self._found()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __getitem__(self, name):
        return self.nodes[name]

    @property
    def all(self):
        return list(self.nodes.values())

    def _found(self):
        first, *others = self.all
        place = ["--listen", f"tcp://0.0.0.0:{MESH_PORT}", "--http", "127.0.0.1:8080"]
        first.command("init", "--name", POPUP_NAME, "--lane", "A", "--role", first.role,
                      "--copies", "2", *place)
        first.start("--beacon", "none")
        menu = os.path.join(self.folder, "menu.csv")
        with open(menu, "w", encoding="utf-8") as table:
            table.write(self.menu())
        first.command("menu", "import", menu)
        for node in others:
            invitation = first.command("invite", "--role", node.role, "--lane",
                                       "ABCDEFGHIJ"[node.at], "--name", node.name)
            node.command("join", *place, invitation.strip())
            self.popup = popup_of(invitation)
            os.remove(os.path.join(node.state, "peers"))  # it knows of no address
        first.stop()
        peers = os.path.join(first.state, "peers")
        if os.path.exists(peers):
            os.remove(peers)

    @staticmethod
    def menu():
        return "number,name,price\n1,Toast,3.50\n"

    def start(self, *flags):
        for node in self.all:
            node.start(*flags)

    def stop(self):
        for node in self.all:
            node.stop()

    # ---- what goes wrong ----

    def fault(self, source, target, **faults):
        """In that one direction, from now on."""
        self.switch.set(self[source].at, self[target].at, Faults(**faults))

    def between(self, one, other, **faults):
        self.fault(one, other, **faults)
        self.fault(other, one, **faults)

    def everywhere(self, **faults):
        for one in self.nodes:
            for other in self.nodes:
                if one != other:
                    self.fault(one, other, **faults)

    def split(self, *parts):
        """Frames pass within each part alone."""
        for part in parts:
            for one in part:
                for other in self.nodes:
                    if other not in part:
                        self.fault(one, other, is_cut=True)

    def heal(self):
        self.everywhere()

    # ---- what must come ----

    def linked(self, one, other, seconds=60):
        return until(f"{one} and {other} to be linked",
                     lambda: self[one].is_linked(self[other]) and self[other].is_linked(self[one]),
                     seconds)

    def parted(self, one, other, seconds=60):
        return until(f"{one} and {other} to notice that they are apart",
                     lambda: not self[one].is_linked(self[other])
                     and not self[other].is_linked(self[one]), seconds)

    def broken(self, one, other):
        """How many links between the two have ended by themselves, as the two have told."""
        return self[one].broken(self[other]) + self[other].broken(self[one])

    def order(self, name, *words):
        """Taken there; the answer."""
        answer = json.loads(self[name].command("order", "add", "1", "--json", *words))
        self.taken.append(answer["number"])
        return answer

    def events(self):
        return [node.status().get("events") for node in self.all]

    def converged(self, seconds=60):
        def is_equal():
            events = self.events()
            return None not in events and len(set(events)) == 1

        return until("all to hold the same events", is_equal, seconds)

    def verified(self, *names):
        """After stop(): journals are whole and all states equal; of all, or of @names."""
        first, *others = [self.nodes[name] for name in names or self.nodes]
        states = [word for node in others for word in ("--state", node.state)]
        report = json.loads(first.command("verify", "--json", *states))
        expect("all states are equal", len({store["digest"] for store in report["stores"]}) == 1)

    def tell(self):
        """What the nodes said last, for a person who looks for the reason."""
        for node in self.all:
            try:
                with open(node.state + ".log", encoding="utf-8") as log:
                    last = log.readlines()[-15:]
            except OSError:
                last = []
            sys.stderr.writelines(f"{node.name}: {line}" for line in last)

    def close(self):
        for node in self.all:
            node.close()
        if self.stranger is not None:
            self.stranger.close()
        if self.switch is not None:
            self.switch.close()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def opened(usage, names, seed, roles=None):
    """A lab for a test program; what is found ends it with status 1 and the nodes' last words."""
    if len(sys.argv) != 2:
        sys.exit(usage)
    enter()
    with Lab(sys.argv[1], names, seed, roles) as here:
        try:
            yield here
        except Trouble as trouble:
            here.tell()
            sys.exit(f"FAILED  {trouble}")
