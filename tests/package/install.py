#!/usr/bin/env python3
"""The packages in a clean Debian that boots: installed, upgraded while it sells, cut off, removed,
purged.

    install.py FOLDER ROOTS     the packages in FOLDER; ROOTS keeps the clean root for other runs

Needs root and, for the clean root and what the packages depend on, the network; the machine itself
has none. What this machine cannot do prints NOT TESTED. Exit status 1: something does not hold.
"""
import contextlib
import json
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import root as roots  # noqa: E402
from root import Machine, Trouble, Unable, until  # noqa: E402

STATE = "/var/lib/trestle"
SETTINGS = "/etc/trestle/trestle.conf"
SCREEN = "127.0.0.1:8080"
OLDER = "0.0.1"
ORDERS = 30  # before and after each thing that happens while it sells

STEPS = (
    "installed in a clean Debian: user, folder, settings; nothing runs before there is a pop-up",
    "init, and the service runs the screens, shut in as its unit says",
    "upgraded while it sells: settings kept, the node is new, no order lost",
    "the plug is pulled: it sells again by itself, no order lost",
    "the gateway's package: off until it is turned on, then it has the device; an upgrade keeps it",
    "removed: it is stopped, its data stays, and installed again it sells",
    "purged: says what it removes, and removes it",
)


ASK = """import sys, urllib.request
for path in sys.argv[2:]:
    print(path, urllib.request.urlopen(sys.argv[1] + path, timeout=30).read().decode())"""


def older(package, folder):
    """@package as an earlier version: with other settings as shipped."""
    tree = folder / "older"
    roots.call("rm", "-rf", str(tree))
    roots.call("dpkg-deb", "-R", str(package), str(tree))
    control = tree / "DEBIAN/control"
    text = re.sub(r"(?m)^Version: .*$", f"Version: {OLDER}", control.read_text(encoding="utf-8"))
    control.write_text(re.sub(r"trestle \(= [^)]*\)", f"trestle (= {OLDER})", text),
                       encoding="utf-8")
    settings = tree / SETTINGS[1:]
    if settings.exists():
        settings.write_text("# Settings as they once were.\n", encoding="utf-8")
    path = folder / f"older-{package.name.split('_')[0]}.deb"
    roots.call("dpkg-deb", "--root-owner-group", "-b", str(tree), str(path))
    return path


def say(condition, sentence):
    if not condition:
        raise Trouble(sentence)


class Stall:
    """The machine with what is sold on it."""

    def __init__(self, machine, packages):
        self.machine, self.packages = machine, packages
        self.promised = []

    def install(self, *paths):
        return self.machine.run("apt-get", "-q", "install", "-y", "--no-install-recommends",
                                "-o", "Dpkg::Options::=--force-confdef", "-o",
                                "Dpkg::Options::=--force-confold",
                                "--allow-downgrades",
                                *(f"/packages/{path.name}" for path in paths)).stdout

    def is_active(self, unit="trestle"):
        return self.machine.run("systemctl", "is-active", unit,
                                check=False).stdout.strip() == "active"

    def pid(self, unit="trestle"):
        return self.machine.says("systemctl", "show", "-P", "MainPID", unit)

    def trestle(self, *words, program="trestle"):
        return self.machine.says("setpriv", "--reuid=trestle", "--regid=trestle", "--init-groups",
                                 program, *words,
                                 "--state", STATE)

    def get(self, *paths):
        """From the machine's own network; what all of them say, or None where one is not there."""
        done = subprocess.run(self.machine.words(sys.executable, "-c", ASK, f"http://{SCREEN}",
                                                 *paths,
                                                 namespaces="-n"), capture_output=True, text=True,
                                                 check=False)
        return done.stdout if done.returncode == 0 else None

    @contextlib.contextmanager
    def selling(self):
        """Somebody sells meanwhile; gives how many orders were promised so far."""
        log = self.machine.root.with_suffix(".sold")
        with open(log, "w", encoding="utf-8") as out:
            seller = subprocess.Popen(self.machine.words(sys.executable, "-B",
                                                         str(HERE / "seller.py"), SCREEN,
                                                         namespaces="-n"), stdin=subprocess.PIPE,
                                                         stdout=out)

            def sold():
                lines = log.read_text(encoding="utf-8").splitlines()
                return [json.loads(line) for line in lines if line.endswith("}")]
            try:
                yield sold
            finally:
                seller.stdin.close()
                status = seller.wait(120)
                self.promised += sold()
                log.unlink()
        say(status == 0, f"the seller ended with status {status}")

    def judge(self):
        """Every order that was promised is here, once; journals and state are sound."""
        until("the screens", lambda: self.get("/api/menu"))
        there = self.get(*(f"/api/orders/{order['id']}" for order in self.promised))
        say(there is not None, "an order that was promised is not there")
        numbers = [order["number"] for order in self.promised]
        say(len(set(numbers)) == len(numbers), "one number was called for two orders")
        self.trestle("verify")


def enough(sold, count):
    until(f"{count} orders", lambda: len(sold()) >= count)


def longest_gap(orders):
    times = [order["at"] for order in orders]
    return max((after - before for before, after in zip(times, times[1:])), default=0)


def installed(stall):
    stall.install(stall.packages["older-trestle"])
    run = stall.machine.says
    say(run("stat", "-c", "%U %G %a", STATE) == "trestle trestle 700",
        f"{STATE} is not the service's alone")
    say(run("stat", "-c", "%U %a", SETTINGS) == "root 644", f"{SETTINGS} is not root's")
    say(run("systemctl", "is-enabled", "trestle") == "enabled", "the service is not enabled")
    until("the page of a device without a pop-up",
          lambda: '"waits"' in (stall.get("/api/joining") or ""))
    say("<title>" in (stall.get("/join") or ""), "its page is not served")
    say(run("systemctl", "show", "-P", "NRestarts", "trestle") == "0",
        "it is started again and again")


def begun(stall):
    machine = stall.machine
    stall.trestle("init", "--name", "Noodle bar", "--currency", "EUR", "--role", "counter",
                  "--lane", "A")
    stall.trestle("menu", "import", "/usr/share/trestle/examples/menu.csv")
    machine.run("systemctl", "start", "trestle")
    say(stall.is_active(), "the service does not run")
    # The service that waited has seen the keys within a second, and goes on as the node.
    until("the node", lambda: stall.get("/api/menu"))
    say("<title>" in (stall.get("/counter") or ""), "the counter's screen is not served")
    status = machine.says("cat", f"/proc/{stall.pid()}/status")
    user = machine.says("id", "-u", "trestle")
    for line in (f"Uid:\t{user}\t{user}\t{user}\t{user}", "NoNewPrivs:\t1", "Seccomp:\t2",
                 "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000"):
        say(line in status, f"the process has not {line!r}")
    say(machine.says("systemctl", "show", "-P", "StatusText", "trestle"),
        "it does not tell its state")


def upgraded(stall):
    machine, before = stall.machine, stall.pid()
    machine.run("sh", "-c", f"echo '# mine' >> {SETTINGS}")
    with stall.selling() as sold:
        enough(sold, ORDERS)
        stall.install(stall.packages["trestle"])
        enough(sold, len(sold()) + ORDERS)
    say(stall.is_active() and stall.pid() != before, "the node was not started anew")
    say("# mine" in machine.says("cat", SETTINGS), "the administrator's settings are gone")
    version = machine.says("dpkg-query", "-W", "-f=${Version}", "trestle")
    say(version != OLDER, "it is still the older version")
    print(f"        {len(stall.promised)} orders; the longest that a customer waited for one: "
          f"{longest_gap(stall.promised):.1f} s")
    stall.judge()


def unplugged(stall):
    with stall.selling() as sold:
        enough(sold, ORDERS)
        stall.machine.cut()
    stall.machine.boot()
    until("the service to run by itself", stall.is_active)
    stall.judge()


def gateway(stall):
    machine = stall.machine
    # Its versions go together, as the gateway's dependency says.
    stall.install(stall.packages["older-trestle"], stall.packages["older-trestle-gateway"])
    say(machine.run("systemctl", "is-enabled", "trestle-gateway",
                    check=False).stdout.strip() == "disabled",
        "the gateway turned itself on")
    say(stall.is_active() and not stall.is_active("trestle-gateway"), "the gateway took the device")
    machine.run("systemctl", "disable", "--now", "trestle")
    # Files of root, which the service alone is shown; one key without the other ends the start.
    machine.run("sh", "-c", "umask 077; mkdir -p /etc/credstore; cd /etc/credstore; "
                            "echo sk_test_practice >stripe-secret-key; "
                            "echo pk_test_practice >stripe-publishable-key")
    machine.run("systemctl", "enable", "--now", "trestle-gateway")
    say(stall.is_active("trestle-gateway") and not stall.is_active(),
        "the gateway does not run in its place")
    before = stall.pid("trestle-gateway")
    stall.install(stall.packages["trestle"], stall.packages["trestle-gateway"])
    say(stall.is_active("trestle-gateway") and stall.pid("trestle-gateway") != before,
        "the gateway was not started anew")
    say(not stall.is_active(), "the upgrade turned the node on that was turned off")
    stall.judge()


def removed(stall):
    machine = stall.machine
    machine.run("apt-get", "-q", "purge", "-y", "trestle-gateway")
    say(not stall.is_active("trestle-gateway"), "the gateway still runs")
    machine.run("systemctl", "enable", "--now", "trestle")
    stall.judge()
    words = machine.run("apt-get", "-q", "remove", "-y", "trestle").stdout
    say(f"{STATE} stays" in words, "removal does not say that the data stays")
    say(not stall.is_active(), "the node still runs")
    say("keys" in machine.says("ls", STATE), "the data is gone")
    stall.install(stall.packages["trestle"])
    until("the service to run again", stall.is_active)
    stall.judge()


def purged(stall):
    machine = stall.machine
    words = machine.run("apt-get", "-q", "purge", "-y", "trestle").stdout
    for word in (f"purging {STATE}", "  keys", "  store"):
        say(word in words, f"purging does not say {word!r}")
    for path in (STATE, "/etc/trestle", "/usr/share/trestle", "/usr/bin/trestle"):
        say(machine.run("test", "-e", path, check=False).returncode, f"{path} is still there")
    left = machine.run("sh", "-c",
                       "find /etc/systemd /var/lib/systemd -name '*trestle*'").stdout.strip()
    say(not left, f"left behind: {left}")


def prepare(machine, folder):
    """What is installed lies in the machine before it boots: it has no network."""
    (machine.root / "packages").mkdir()
    packages = {path.name.split("_")[0]: path for path in sorted(folder.glob("*.deb"))}
    found = {}
    for name, path in packages.items():
        for each in (path, older(path, machine.root / "packages")):
            if each is path:
                roots.call("cp", str(each), str(machine.root / "packages"))
            found["older-" + name if each is not path else name] = each
    roots.call("rm", "-rf", str(machine.root / "packages/older"))
    roots.within(machine.root, "sh", "-c",
                 "apt-get -q install -y --download-only --no-install-recommends "
                 "/packages/trestle_*.deb /packages/trestle-gateway_*.deb")
    return found


def play(machine, folder):
    """Step after step; how many do not hold. The first that does not ends it."""
    stall = Stall(machine, prepare(machine, folder))
    machine.boot()
    for sentence, step in zip(STEPS, (installed, begun, upgraded, unplugged, gateway, removed,
                                      purged), strict=True):
        started = time.monotonic()
        try:
            step(stall)
        except Trouble as trouble:
            print(f"  FAIL  {sentence}\n        {trouble}")
            log = machine.run("journalctl", "--no-pager", "-n", "30", "-u", "trestle*",
                              check=False).stdout
            print("".join(f"        | {line}\n" for line in log.splitlines()))
            return 1
        print(f"  ok    {sentence} ({time.monotonic() - started:.0f} s)", flush=True)
    return 0


def main(folder, keep):
    keep = pathlib.Path(keep).resolve()
    try:
        with Machine(keep) as machine:
            return play(machine, pathlib.Path(folder).resolve())
    except Unable as why:
        for sentence in STEPS:
            print(f"  NOT TESTED  {sentence} ({why})")
        return 0
    finally:
        print("  NOT TESTED  the kiosk's unit with a chromium; avahi's file with an avahi")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
