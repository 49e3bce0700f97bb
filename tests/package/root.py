"""A clean Debian of this machine's own release, by debootstrap; machines that boot in copies."""
import os
import pathlib
import shlex
import shutil
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "LANG": "C.UTF-8",
               "HOME": "/root", "TERM": "dumb", "DEBIAN_FRONTEND": "noninteractive"}
BOOT_SECONDS = 300


class Trouble(Exception):
    """What does not hold; its text is a sentence for a person."""


class Unable(Exception):
    """What this machine cannot do."""


def until(what, condition, seconds=BOOT_SECONDS):
    """The first true answer of @condition; it is asked again until a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Trouble(f"waited {seconds} s for {what}")
        threading.Event().wait(0.05)  # between two looks


def call(*command, check=True, **more):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          text=True, check=False, **more)
    if check and done.returncode:
        said = f"ended with status {done.returncode}:\n{done.stdout[-3000:]}"
        raise Trouble(f"{shlex.join(command[-3:])} {said}")
    return done


def release():
    """(codename, mirror) of this machine."""
    said = dict(line.split("=", 1)
                for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)
    if said.get("ID") != "debian":
        raise Unable("this machine is no Debian")
    mirror = "http://deb.debian.org/debian"
    for path in pathlib.Path("/etc/apt/sources.list.d").glob("debian.sources"):
        mirror = next((line.split()[1] for line in path.read_text().splitlines()
                       if line.startswith("URIs:")), mirror)
    return said["VERSION_CODENAME"], mirror


def take_over(root):
    """What this machine says of how packages are reached: sources, proxies, authorities."""
    if os.path.exists("/etc/apt/sources.list.d/debian.sources"):
        (root / "etc/apt/sources.list").unlink(missing_ok=True)  # debootstrap's own
    for name in ("etc/apt/sources.list.d/debian.sources", "etc/apt/sources.list",
                 "etc/resolv.conf", "etc/hosts"):
        if os.path.exists(f"/{name}"):
            (root / name).unlink(missing_ok=True)
            shutil.copy(f"/{name}", root / name)
    shutil.copytree("/etc/apt/apt.conf.d", root / "etc/apt/apt.conf.d", dirs_exist_ok=True)


def base(folder):
    """The root that others are copies of; made when it is not there: it takes the network."""
    if os.geteuid() != 0:
        raise Unable("it takes root")
    for tool in ("debootstrap", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            raise Unable(f"{tool} is not here")
    codename, mirror = release()
    made, root = folder / f"{codename}.made", folder / codename
    if not made.exists():
        print(f"        making a clean {codename} in {root}", flush=True)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        call("debootstrap", "--variant=minbase",
             "--include=systemd,systemd-sysv,dbus,ca-certificates", codename,
             str(root), mirror)
        take_over(root)
        # A root that is thrown away needs no flushing of each file.
        (root / "etc/dpkg/dpkg.cfg.d/fast").write_text("force-unsafe-io\n", encoding="ascii")
        for unit in ("console-getty.service", "getty@.service"):
            (root / "etc/systemd/system" / unit).symlink_to("/dev/null")
        within(root, "apt-get", "-q", "update")
        made.touch()
    return root


def within(root, *command):
    """Runs @command in the folder @root, which does not run: with this machine's network."""
    return call("unshare", "--mount", "--pid", "--fork", "--kill-child",
                f"--mount-proc={root}/proc", "chroot",
                str(root), *command, env=ENVIRONMENT)


def name_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


class Machine:
    """A copy of the clean root."""

    def __init__(self, folder, name="machine"):
        self.root = folder / f"{name}.{os.getpid()}"
        self.group = f"trestle-{os.getpid()}-{name}"
        call("cp", "-a", "--reflink=auto", str(base(folder)), str(self.root))
        self.child = self.pid = None

    def boot(self):
        log = open(self.root.with_suffix(".log"), "ab")
        self.child = subprocess.Popen(["unshare", "--mount", str(HERE / "boot"), str(self.root),
                                       self.group],
                                      stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        children = f"/proc/{self.child.pid}/task/{self.child.pid}/children"

        def first():  # what the script starts before comes and goes
            if self.child.poll() is not None:
                said = self.root.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
                raise Unable(f"systemd does not boot here: {said.strip()[-300:]}")
            for pid in pathlib.Path(children).read_text(encoding="ascii").split():
                if name_of(pid) == "systemd":
                    return pid
            return None

        self.pid = until("a first process", first)
        until("systemd to have started", self.has_started)

    def has_started(self):
        if self.child.poll() is not None:
            raise Unable("systemd does not boot here: it ended")
        done = self.run("systemctl", "is-system-running", check=False)
        return done.stdout.strip() in ("running", "degraded")

    def words(self, *command, namespaces="-a"):
        return ["nsenter", "-t", self.pid, namespaces, *command]

    def run(self, *command, check=True):
        """Runs @command in it, as root; its words and status."""
        return call(*self.words(*command), check=check, env=ENVIRONMENT)

    def says(self, *command):
        return self.run(*command).stdout.strip()

    def cut(self):
        """Its plug is pulled."""
        if self.child is not None:
            subprocess.run(["kill", "-9", self.pid], check=False)
            self.child.wait(60)
            self.child = None
            self.forget_group()

    def forget_group(self):
        script = ('mount -t cgroup2 cgroup2 /mnt && for try in 1 2 3 4 5; do '
                  'find "/mnt/$1" -depth -type d -exec rmdir {} + 2>/dev/null && break; done')
        subprocess.run(["unshare", "--mount", "bash", "-c", script, "bash", self.group],
                       check=False,
                       capture_output=True)

    def remove(self):
        self.cut()
        subprocess.run(["rm", "-rf", "--one-file-system", str(self.root)], check=False)
        self.root.with_suffix(".log").unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.remove()
