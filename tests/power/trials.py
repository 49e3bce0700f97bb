#!/usr/bin/python3
"""What else happens to a device on a Saturday night, on a stall of three real nodes.

    trials.py BUILD [NAME...]

Each trial takes orders, does its worst, and ends as every other: all orders that were
acknowledged are at every node, states are equal, journals verify."""

import errno
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from node import CLEAN, PLACE, arguments, Node, Trouble, ending, new_key, until
from stall import Cook, Queue, Stall, linked_with

YEAR = 365 * 86400
WRITES_UNTIL_READ_ONLY = 300  # more than a start makes
STARTS_IN_VAIN = 4  # more than a store gets that is at fault itself
SLOW_FLUSH_MS = 1000
READERS_MAX = 64  # of a store, at once
PIPE_BYTES = 64 * 1024  # what nobody reads stops its writer there


class Trial:
    def __init__(self, build, program, folder):
        self.build, self.folder = build, folder
        self.stall = Stall(program, folder)

    def begin(self, environments=None):
        self.stall.run(environments)
        self.queue, self.cook = Queue(self.stall.counter), Cook(self.stall.kitchen)
        self.more(10)

    def more(self, count):
        """Until @count further orders are taken: the stall sells."""
        promised = self.queue.customer.promised
        enough = len(promised) + count
        until(f"{count} more orders",
              lambda: len(promised) >= enough or self.queue.trouble or self.cook.trouble)

    def end(self):
        self.queue.close()
        self.cook.close()
        self.stall.judge([self.queue.customer])

    def clock(self, node, offset=0, drift=0, passed=0):
        """The environment of @node with its clock so wrong, and so many seconds passed; called
        again, it jumps."""
        path = os.path.join(self.folder, node.name + ".clock")
        with open(path + ".new", "w") as out:
            out.write(f"{offset} {drift} {passed}".ljust(60))
        if os.path.exists(path):  # the process has it open: overwrite in place
            with open(path + ".new") as new, open(path, "r+") as out:
                out.write(new.read())
        else:
            os.rename(path + ".new", path)
        return {"LD_PRELOAD": os.path.join(self.build, "tests/power/libclock.so"),
                "CLOCK_FILE": path}


def says(node, words):
    with open(node.log, encoding="utf-8") as log:
        return words in log.read()


def copy_state(state, to):
    shutil.copytree(state, to, ignore=shutil.ignore_patterns("*.sock"))


def clocks(trial):
    """A kitchen a year ahead, a pickup in 1970 whose crystal drifts by 1 %, a counter that jumps by
    hours and a year while it sells: nothing is refused, no status is wrong for it."""
    stall = trial.stall
    trial.begin({"counter": trial.clock(stall.counter), "kitchen": trial.clock(stall.kitchen,
                                                                               offset=YEAR),
                 "pickup": trial.clock(stall.pickup, offset=-int(time.time()) + 86400,
                                       drift=10000)})
    for jump in (3600, -7200, YEAR, -YEAR, 0):
        trial.clock(stall.counter, offset=jump)
        trial.more(5)
    cooked = stall.kitchen.get("/api/orders")["orders"]
    if not any(order["phase"] == "ready" for order in cooked):
        raise Trouble("the kitchen finished nothing")


def freeze(trial):
    """The kitchen stops like a laptop whose lid is shut, long enough for the others to give it
    up, and wakes."""
    trial.begin()
    kitchen = trial.stall.kitchen
    kitchen.child.send_signal(signal.SIGSTOP)
    until("the counter to miss the kitchen",
          lambda: kitchen.ready["device"] not in linked_with(trial.stall.counter))
    trial.more(20)
    kitchen.child.send_signal(signal.SIGCONT)
    trial.stall.linked()


def two_instances(trial):
    """A second process on the same folder ends at once and says why; the first goes on."""
    trial.begin()
    second = Node(trial.stall.counter.program, trial.folder, "counter")
    second.log = os.path.join(trial.folder, "second.log")
    second.start()
    with ending(second):
        if second.wait_ready() is not None:
            raise Trouble("two nodes run on one folder")
        status = second.wait()
    if status not in (69, 75, 78):
        raise Trouble(f"the second instance ended with status {status}")
    trial.more(5)


def store_deleted(trial):
    """The kitchen's store is gone at its start: it fetches everything from its peers and
    goes on under a new journal."""
    trial.begin()
    kitchen = trial.stall.kitchen
    kitchen.kill()
    shutil.rmtree(os.path.join(kitchen.state, "store"))
    trial.more(5)
    kitchen.run()
    trial.stall.linked()
    trial.more(5)


def backup_restored(trial):
    """The counter's folder is put back to what it was some orders ago: it continues no journal that
    its peers know more of, and gets its own orders back from them."""
    trial.begin()
    counter = trial.stall.counter
    old = os.path.join(trial.folder, "old")
    counter.kill()
    copy_state(counter.state, old)
    counter.run()
    trial.stall.linked()
    trial.more(10)
    newest = trial.queue.customer.promised[-1][0]
    kitchen = trial.stall.kitchen
    until(
        "the kitchen to have the newest order",
        lambda: kitchen.ask("GET", f"/api/orders/{newest}")[0] == 200,
    )
    counter.kill()
    shutil.rmtree(counter.state)
    copy_state(old, counter.state)
    counter.run()
    trial.stall.linked()
    trial.more(10)


def flip(path, offset, bit):
    with open(path, "r+b") as store:
        store.seek(offset)
        byte = store.read(1)[0]
        store.seek(offset)
        store.write(bytes([byte ^ 1 << bit]))


def places(path, text):
    """Where @text stands in the file."""
    with open(path, "rb") as store:
        data = store.read()
    found, at = [], data.find(text)
    while at >= 0:
        found.append(at)
        at = data.find(text, at + 1)
    return found


def flipped_bits(trial):
    """Bits flip in the kitchen's store while it is off, in what events say of orders that its peers
    have, too. They heal it: its journals verify again, and states are equal."""
    trial.begin()
    kitchen = trial.stall.kitchen
    trial.queue.close()
    trial.cook.close()
    trial.stall.converged()
    kitchen.kill()
    path = os.path.join(kitchen.state, "store", "data.mdb")
    spoilt = 0
    for order, _, _ in trial.queue.customer.promised[:6]:
        # As an event names what it is about.
        for place in places(path, b"\xc4\x0c" + bytes.fromhex(order)):
            flip(path, place + 14 + spoilt % 3, spoilt % 8)
            spoilt += 1
    if spoilt < 6:
        raise Trouble(f"only {spoilt} places of orders were found in the store")
    if kitchen.command("verify", check=False).returncode == 0:
        raise Trouble("nothing of the journal was spoilt")
    kitchen.run()
    trial.stall.linked()
    until("the kitchen to be healed",
          lambda: kitchen.command("verify", check=False).returncode == 0)


def store_torn(trial):
    """Pages of the kitchen's store are zeros: it is kept aside, and its peers fill a new one."""
    trial.begin()
    kitchen = trial.stall.kitchen
    kitchen.kill()
    path = os.path.join(kitchen.state, "store", "data.mdb")
    with open(path, "r+b") as store:
        store.write(bytes(os.path.getsize(path) // 2))
    for _ in range(5):  # a start may die of it; three in a row are enough
        kitchen.start()
        if kitchen.wait_ready() is not None:
            break
        kitchen.wait()
    else:
        raise Trouble("the kitchen does not come back")
    if not any(name.startswith("store.damaged-") for name in os.listdir(kitchen.state)):
        raise Trouble("the damaged store was not kept")
    trial.stall.linked()
    trial.more(10)


def disk_full(trial):
    """The counter's disk fills up while it sells: its ballast goes, it sells on, and what others
    write waits with them. With room again it catches up and has ballast again."""
    counter = trial.stall.counter
    flag, ballast = (os.path.join(trial.folder, "full"), os.path.join(counter.state, "ballast"))
    library = os.path.join(trial.build, "tests/power/libfull.so")
    trial.begin({"counter": {"LD_PRELOAD": library, "FULL_FLAG": flag, "FULL_BALLAST": ballast}})
    if not os.path.exists(ballast):
        raise Trouble("the counter has no ballast")
    with open(flag, "w"):
        pass
    until("the ballast to be thrown", lambda: not os.path.exists(ballast))
    trial.more(20)
    os.unlink(flag)
    until("the ballast to be made again", lambda: os.path.exists(ballast))
    trial.more(5)


def slow_flush(trial):
    """The counter's card is worn: each flush takes a second. Every order that it answers is on it,
    the others hear of each, and no link is given up for it."""
    counter, kitchen = trial.stall.counter, trial.stall.kitchen
    slow = {"LD_PRELOAD": os.path.join(trial.build, "tests/power/libdisk.so"),
            "POWER_FOLDER": counter.state, "POWER_SLOW_MS": str(SLOW_FLUSH_MS)}
    trial.begin({"counter": slow})
    begun = time.monotonic()
    trial.more(5)
    if time.monotonic() - begun < 5 * SLOW_FLUSH_MS / 1000:
        raise Trouble("orders are answered before they are flushed")
    newest = trial.queue.customer.promised[-1][0]
    until("the kitchen to hear of what the counter took",
          lambda: kitchen.ask("GET", f"/api/orders/{newest}")[0] == 200)
    for node in trial.stall.nodes:
        if says(node, "silent for too long"):
            raise Trouble(f"{node.name} gave a link up because a disk is slow")
    trial.queue.close()
    counter.stop()
    counter.run()


def export_killed(trial):
    """Who exports is killed in the middle, more often than a store has readers: it keeps no page
    from being used again, and the next export is whole."""
    trial.begin()
    counter = trial.stall.counter
    words = [counter.program, "export", "--state", counter.state]
    until("an export that no pipe takes whole",
          lambda: len(subprocess.run(words, capture_output=True).stdout) > PIPE_BYTES)
    for _ in range(READERS_MAX + 10):
        with subprocess.Popen(words, stdout=subprocess.PIPE) as export:
            export.stdout.read(1)  # it has begun, and the pipe is soon full
            export.kill()
    until("the counter to notice who died", lambda: says(counter, "readers of the store died"))
    trial.more(10)
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0 or not done.stdout.endswith("}\n"):
        raise Trouble(f"the export after those ends with {done.returncode}: {done.stderr}")


def only_readable(state):
    """Words that run a command where the disk of @state has become read-only, in a namespace of its
    own. To the flags that a mount has already an ordinary user may only add."""
    script = ('mount --make-rprivate / 2>/dev/null || mount --make-rprivate /tmp 2>/dev/null; '
              'mount --bind "$0" "$0" && mount -o remount,bind,ro,nosuid,nodev,noexec "$0" && '
              'exec "$@"')
    alone = ["unshare", "--mount", "--propagation", "unchanged"]
    as_root = ["unshare", "--user", "--map-root-user"]
    if os.geteuid() == 0:
        as_root = []
    elif subprocess.run([*as_root, "true"], capture_output=True).returncode != 0:
        as_root = ["sudo", "-n"]  # no namespace of an ordinary user's under chroot
    return [*as_root, *alone, "sh", "-c", script, state]


def disk_read_only(trial):
    """The counter's disk takes nothing any more while it sells, as when a worn card gives up: it
    promises nothing that is not there, says what it is and ends. Nor does it start then, but what
    is there can be read; once the disk can be written again, it is back with everything."""
    trial.begin()
    counter = trial.stall.counter
    counter.stop()
    counter.run({"LD_PRELOAD": os.path.join(trial.build, "tests/power/libdisk.so"),
                 "POWER_FOLDER": counter.state, "POWER_ERRNO": str(errno.EROFS),
                 "POWER_FAIL_AT": str(WRITES_UNTIL_READ_ONLY)})
    ended_with(counter, 74, "The disk failed")
    before = counter.verify()
    inside = only_readable(counter.state)
    for _ in range(STARTS_IN_VAIN):
        counter.start(inside=inside)
        ended_with(counter, 74, "can only be read")
    done = subprocess.run([*inside, counter.program, "verify", "--json", "--state", counter.state],
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0 or json.loads(done.stdout)["stores"] != before["stores"]:
        raise Trouble(f"what is on a disk that can only be read is not to be read: {done.stderr}")
    counter.run()
    if any(name.startswith("store.damaged-") for name in os.listdir(counter.state)):
        raise Trouble("a store was put aside, but only its disk was at fault")
    trial.stall.linked()
    trial.more(10)


def ended_with(node, status, words):
    """Until @node has ended, with @status and @words."""
    until(f"{node.name} to end", lambda: not node.is_running())
    ended = node.wait()
    with open(node.log) as log:
        last = log.read().splitlines()[-3:]
    if ended != status or not any(words in line for line in last):
        raise Trouble(f"{node.name} ended with {ended}, saying {last}")


INVITATION_SECONDS = 300


class Newcomer:
    """A device that wants to join; it knocks at once, several at the same time."""

    def __init__(self, trial, name, word, environment=None):
        self.name, state = name, os.path.join(trial.folder, name)
        self.child = subprocess.Popen(
            [trial.stall.counter.program, "join", *PLACE, "--json", word, "--state", state],
            env={**CLEAN, **(environment or {})}, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self, says=""):
        out, err = self.child.communicate(says, timeout=120)
        return self.child.returncode, out, err

    def refused(self, sentence, says=""):
        status, _, err = self.end(says)
        if status == 0 or sentence not in err:
            raise Trouble(f"{self.name} got status {status} and was told {err!r}")


def members(counter):
    return len(json.loads(counter.command("device", "list", "--json").stdout)["devices"])


def pass_time(trial, seconds):
    """At the counter, whose door is open, until it has noticed."""
    with open(trial.stall.counter.log) as log:
        log.seek(0, os.SEEK_END)
        trial.clock(trial.stall.counter, passed=seconds)
        text = ""

        def look():
            nonlocal text
            text += log.read()
            return "the invitation is closed: its time is over" in text
        until("the invitation to be over", look)


def invitations(trial):
    """An invitation that nobody used within five minutes opens nothing, by its link or by six
    digits, and says so; nor does one that was used, or one from before a restart."""
    counter = trial.stall.counter
    environment = trial.clock(counter)
    trial.begin({"counter": environment})
    before = members(counter)
    invited = ("--role", "kitchen", "--lane", "Q")

    link = counter.command("invite", *invited).stdout.strip()
    pass_time(trial, INVITATION_SECONDS + 1)
    late = [Newcomer(trial, "late", link, environment), Newcomer(trial, "slow-clock", link)]

    inviter = subprocess.Popen(
        [counter.program, "pair", *invited, "--json", "--state", counter.state], env=CLEAN,
        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    endpoint = json.loads(inviter.stdout.readline())["endpoint"]
    comparing = Newcomer(trial, "comparing", endpoint)
    digits = json.loads(inviter.stdout.readline())["digits"]
    if json.loads(comparing.child.stdout.readline())["digits"] != digits:
        raise Trouble("two screens show different digits")
    pass_time(trial, 2 * INVITATION_SECONDS + 2)
    _, said = inviter.communicate("yes\n", timeout=120)
    if inviter.returncode != 1 or "the pairing is over: nobody joined" not in said:
        raise Trouble(f"pairing ended with {inviter.returncode} and said {said!r}")
    comparing.refused("nobody answered", "yes\n")
    late.append(Newcomer(trial, "after", endpoint))
    late[0].refused("the invitation's five minutes are over; ask for a new one")
    late[1].refused("An invitation is for one device; ask for a new one")
    late[2].refused("does it still wait for this device?")

    unused = counter.command("invite", *invited).stdout.strip()
    counter.stop()
    counter.run(environment)
    late = [Newcomer(trial, "again", trial.stall.used), Newcomer(trial, "unused", unused)]
    for newcomer in late:
        newcomer.refused("An invitation is for one device; ask for a new one")
    if members(counter) != before:
        raise Trouble(f"there are {members(counter)} devices, {before} before")
    trial.stall.linked()


class OwnersConnection(http.client.HTTPConnection):
    """To a node's control socket: whoever has the machine."""

    def __init__(self, node):
        super().__init__("localhost", timeout=30)
        self.path = os.path.join(node.state, "ctl.sock")

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


def as_owner(node, path, body):
    connection = OwnersConnection(node)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json",
                                                        "Idempotency-Key": new_key()})
    answer = connection.getresponse()
    if answer.status not in (200, 201):
        raise Trouble(f"POST {path} is answered with {answer.status}: {answer.read()}")
    connection.close()


LOCK_SECONDS, MIRA = 30, 12  # after five wrong guesses


def guess(node, pin, wanted):
    """Sign in as Mira, on a new connection: the last was idle for long, by a clock that jumped."""
    node.client.close()
    status, answer = node.ask("POST", "/api/session", {"staff": MIRA, "pin": pin})
    if status != wanted:
        raise Trouble(f"PIN {pin} is answered with {status} instead of {wanted}: {answer}")


def locks(trial):
    """Five wrong PINs lock a number for half a minute of real time: setting the clock, a restart
    and a reboot neither end that nor make it last."""
    counter = trial.stall.counter
    trial.begin({"counter": trial.clock(counter)})
    as_owner(counter, "/api/staff", {"number": MIRA, "name": "Mira"})
    as_owner(counter, f"/api/staff/{MIRA}/pin", {"pin": "4711"})
    as_owner(counter, f"/api/staff/{MIRA}/role", {"role": "counter"})
    guess(counter, "4711", 201)
    for _ in range(5):
        guess(counter, "0000", 401)
    for jump in (0, YEAR, -YEAR):
        trial.clock(counter, offset=jump)
        guess(counter, "4711", 429)
    trial.clock(counter, offset=-YEAR, passed=LOCK_SECONDS + 1)
    guess(counter, "4711", 201)

    for _ in range(5):
        guess(counter, "0000", 401)
    counter.kill()
    reboot = 60 - int(time.monotonic())  # the machine has run for a minute
    counter.run(trial.clock(counter, offset=YEAR, passed=reboot))
    guess(counter, "4711", 429)
    trial.clock(counter, offset=YEAR, passed=reboot + LOCK_SECONDS + 1)
    guess(counter, "4711", 201)
    counter.stop()
    counter.run(trial.clock(counter))
    trial.stall.linked()


TRIALS = {trial.__name__: trial for trial in (clocks, invitations, locks, freeze, two_instances,
                                              store_deleted, backup_restored, flipped_bits,
                                              store_torn, disk_full, disk_read_only, slow_flush,
                                              export_killed)}


def run_trial(name, build, program):
    with tempfile.TemporaryDirectory(prefix="trestle-trial-") as folder:
        trial = Trial(build, program, folder)
        try:
            TRIALS[name](trial)
            trial.end()
            print(f"{name}: {len(trial.queue.customer.promised)} acknowledged orders, none lost",
                  flush=True)
            return 0
        except Trouble as trouble:
            print(f"{name}: {trouble}")
            for node in trial.stall.nodes:
                with open(node.log) as log:
                    print(f"  {node.name}:\n    " + log.read()[-1200:].replace("\n", "\n    "))
            return 1
        finally:
            trial.stall.end()


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("--program", help="another build of it, as one with the address sanitizer")
    parser.add_argument("names", nargs="*", default=list(TRIALS), metavar="NAME",
                        help=", ".join(TRIALS))
    options = parser.parse_intermixed_args()
    unknown = set(options.names) - set(TRIALS)
    if unknown:
        parser.error(f"no trial is called {', '.join(unknown)}")
    build = os.path.abspath(options.build)
    program = os.path.abspath(options.program or os.path.join(build, "trestle"))
    sys.exit(max(run_trial(name, build, program) for name in options.names))


if __name__ == "__main__":
    main()
