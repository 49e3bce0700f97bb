#!/usr/bin/env python3
"""What the Debian packages hold: files, units, scripts, documents, list of parts; each thing that
must hold, once.

    judge.py [--self-test] SOURCE FOLDER     the packages in FOLDER, built of SOURCE

--self-test: copies in which one thing is wrong each; every one must be noticed. What this machine
has no tool to judge by prints NOT TESTED. Exit status 1: something does not hold. """
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import deb  # noqa: E402
import faults  # noqa: E402
import parts  # noqa: E402

EXPOSURE_MOST = 2.0  # of systemd-analyze security; 0 is nothing, 10 everything

# Each package has these, with % for its name; and of all others only what OWN names.
COMMON = ("usr/bin/%", "usr/lib/systemd/system/%.service", "usr/share/man/man1/%.1.gz",
          "usr/share/bash-completion/completions/%", "usr/share/zsh/vendor-completions/_%",
          "usr/share/fish/vendor_completions.d/%.fish", "usr/share/doc/%/copyright",
          "usr/share/doc/%/changelog.gz", "usr/share/%/sbom.cdx.json",
          "usr/share/lintian/overrides/%")
PAGES_TO_READ = ("operating", "install", "selling", "manual")
OWN = {
    "trestle": ("etc/trestle/trestle.conf", "usr/lib/sysusers.d/trestle.conf",
                "usr/lib/tmpfiles.d/trestle.conf", "usr/lib/systemd/user/trestle-kiosk@.service",
                "usr/share/trestle/trestle.avahi.service", "usr/share/trestle/examples/menu.csv",
                "usr/share/man/man5/trestle.conf.5.gz", "usr/share/man/man7/trestle-events.7.gz",
                *(f"usr/share/doc/trestle/{page}.md" for page in PAGES_TO_READ),
                "usr/share/doc/trestle/changelog.md.gz"),
    "trestle-gateway": ("usr/share/doc/trestle-gateway/gateway.md",
                        "usr/share/doc/trestle-gateway/payments.md"),
}
SCREENS = "usr/share/trestle/web/"
PAGES = {"counter", "kitchen", "pickup", "office", "order"}
SCRIPTS = {"postinst", "prerm", "postrm"}


class Unjudged(Exception):
    """This machine lacks what it takes."""


def words_of(path):
    return path.read_text(encoding="utf-8")


def tool(name):
    if shutil.which(name) is None:
        raise Unjudged(f"{name} is not here")
    return name


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def files(package):
    """It has what it must have, and nothing that nobody named."""
    wanted = {each.replace("%", package.name) for each in COMMON} | set(OWN[package.name])
    there = {path for path in package.paths() if not path.startswith(SCREENS)}
    yield from (f"{path} is missing" for path in sorted(wanted - there))
    yield from (f"{path} is not expected" for path in sorted(there - wanted))


def owners(package):
    """All is root's, nobody else may write it, and it is as old as its sources."""
    times = set()
    for line in package.listing:
        mode, owner, _, day, clock, path = line.split(None, 5)
        expected = "drwxr-xr-x" if path.endswith("/") else \
            "-rwxr-xr-x" if path.startswith("./usr/bin/") else "-rw-r--r--"
        if (mode, owner) != (expected, "root/root"):
            yield f"{path}: {mode} {owner}"
        times.add((day, clock))
    if len(times) != 1:
        yield f"files of {len(times)} different times"


def head(package):
    """It says what it is and needs."""
    for name in ("Version", "Architecture", "Maintainer", "Installed-Size", "Description"):
        if not package.head.get(name):
            yield f"no {name}"
    depends = package.head.get("Depends", "")
    for needed in ("libc6", "liblmdb0", "libzmq5", "libwebsockets17"):
        if f"{needed} (>=" not in depends:
            yield f"does not depend on {needed}"
    own = f"trestle (= {package.head.get('Version')})" if package.name != "trestle" else "systemd |"
    if own not in depends:
        yield f"does not depend on {own}"


def settings(package):
    """The settings file is the administrator's: an upgrade asks. As shipped it sets nothing."""
    if package.name != "trestle":
        return
    listed = package.control / "conffiles"
    if not listed.exists() or words_of(listed).split() != ["/etc/trestle/trestle.conf"]:
        yield "conffiles does not name /etc/trestle/trestle.conf alone"
    for line in words_of(package.root / "etc/trestle/trestle.conf").splitlines():
        if line and not line.startswith("#"):
            yield f"trestle.conf sets {line}"


def scripts(package):
    """The maintainer scripts are there, executable, and sh can read them."""
    for name in sorted(SCRIPTS):
        script = package.control / name
        if not script.exists() or not os.access(script, os.X_OK):
            yield f"{name} is missing or cannot be executed"
            continue
        done = run("sh", "-n", str(script))
        if done.returncode:
            yield f"{name}: {done.stderr.strip()}"
        if "set -e" not in script.read_text(encoding="utf-8"):
            yield f"{name} goes on after what failed"


def exposure(package):
    """The unit shuts out what the program does not need."""
    done = run(tool("systemd-analyze"), "security", "--offline=true", "--no-pager",
               str(package.unit))
    measured = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    if not measured:
        yield f"systemd-analyze: {done.stderr.strip()}"
    elif float(measured[1]) > EXPOSURE_MOST:
        yield f"exposure {measured[1]}, more than {EXPOSURE_MOST}"
    else:
        print(f"        {package.name}.service: exposure {measured[1]} of 10")


def unit(package):
    """The unit runs the packaged program, as the packaged user; a gateway's has a pop-up first."""
    text = package.unit.read_text(encoding="utf-8")
    first = ["ConditionPathExists=%S/trestle/keys"] if package.name == "trestle-gateway" else []
    for line in (f"ExecStart=/usr/bin/{package.name} run --state ${{STATE_DIRECTORY}}",
                 "User=trestle",
                 "StateDirectory=trestle", *first):
        if line not in text.splitlines():
            yield f"the unit lacks {line}"
    for page in re.findall(r"file://(\S+)", text):
        if not page.startswith("/usr/share/doc/trestle"):
            yield f"the unit names {page}"


def kiosk(package):
    """The kiosk's unit is one that systemd takes."""
    if package.name != "trestle":
        return
    path = package.root / "usr/lib/systemd/user/trestle-kiosk@.service"
    tool("systemd-analyze")
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "trestle-kiosk@kitchen.service"
        # What it starts need not be here.
        copy.write_text(path.read_text(encoding="utf-8").replace("/usr/bin/chromium", "/bin/true"),
                        encoding="utf-8")
        done = run("systemd-analyze", "verify", "--user", "--man=no", str(copy),
                   env={**os.environ, "XDG_RUNTIME_DIR": folder})
    yield from (line for line in done.stderr.splitlines() if "trestle-kiosk" in line)


def avahi(package):
    """What avahi would tell is well formed, and names the ports of the settings."""
    if package.name != "trestle":
        return
    path = package.root / "usr/share/trestle/trestle.avahi.service"
    group = xml.etree.ElementTree.parse(path).getroot()
    services = {(each.findtext("type"), each.findtext("port")) for each in group.findall("service")}
    said = (package.root / "etc/trestle/trestle.conf").read_text(encoding="utf-8")
    ports = {name: re.search(rf"#{name} = \S*:(\d+)", said)[1] for name in ("listen", "guests")}
    if services != {("_trestle._tcp", ports["listen"]), ("_http._tcp", ports["guests"])}:
        yield f"avahi would tell {sorted(services)}"


def completions(package):
    """The shells' completions are of this program."""
    share = package.root / "usr/share"
    bash = share / "bash-completion/completions" / package.name
    done = run("bash", "-c", f'. "$1" && complete -p {package.name}', "bash", str(bash))
    if done.returncode:
        yield f"bash: {done.stderr.strip()}"
    zsh = (share / "zsh/vendor-completions" / f"_{package.name}").read_text(encoding="utf-8")
    if not zsh.startswith(f"#compdef {package.name}\n"):
        yield "zsh does not know whom it completes"
    fish = words_of(share / "fish/vendor_completions.d" / f"{package.name}.fish")
    if f"complete -c {package.name} " not in fish:
        yield "fish does not know whom it completes"


def manual(package):
    """Manual pages can be unpacked and drawn without a warning."""
    for page in sorted((package.root / "usr/share/man").rglob("*.gz")):
        done = run(tool("man"), "--warnings", "-E", "UTF-8", "-l", str(page),
                   env={**os.environ, "MANWIDTH": "80"})
        if done.returncode or done.stderr.strip():
            yield f"{page.name}: {done.stderr.strip()}"


def screens(package):
    """The screens are whole: what a page names is there."""
    if package.name != "trestle":
        return
    web = package.root / SCREENS
    pages = sorted(web.glob("*.html"))
    if not PAGES <= {page.stem for page in pages}:
        yield "a screen is missing"
    for page in pages:
        for name in re.findall(r'(?:src|href)="/(assets/[^"]+)"', page.read_text(encoding="utf-8")):
            if not (web / name).exists():
                yield f"{page.name} names {name}, which is not there"


def hardening(package):
    """The program is position independent, its tables are read only, its stack is guarded."""
    readelf = tool("readelf")
    text = run(readelf, "-hldsW", str(package.program)).stdout
    for what, pattern in (("position independent", r"Type:\s+DYN"),
                          ("read-only relocations", r"GNU_RELRO"),
                          ("bound at start", r"BIND_NOW|\bNOW\b"),
                          ("a guarded stack", r"__stack_chk_fail"),
                          ("checked copies", r"__\w+_chk\b")):
        if not re.search(pattern, text):
            yield f"not {what}" if what[0] in "pb" else f"no {what}"
    if re.search(r"GNU_STACK.*RWE", text):
        yield "its stack can be executed"
    if str(package.source).encode() in package.program.read_bytes():
        yield "it tells where it was built"


def sbom(package):
    """The list of parts is well formed and complete."""
    told = json.loads(words_of(package.root / "usr/share" / package.name / "sbom.cdx.json"))
    lock = package.source / "web/package-lock.json" if package.name == "trestle" else None
    yield from parts.wrong(told, package.program, lock)


def rights(package):
    """It says under which terms it and what is in it may be had."""
    text = (package.root / "usr/share/doc" / package.name / "copyright").read_text(encoding="utf-8")
    for license in ("Apache-2.0", "Expat"):
        if f"License: {license}\n" not in text:
            yield f"copyright does not say {license}"


CHECKS = (files, owners, head, settings, scripts, exposure, unit, kiosk, avahi, completions,
          manual, screens,
          hardening, sbom, rights)


def findings(package, check):
    try:
        return list(check(package))
    except (OSError, ValueError, KeyError, TypeError, xml.etree.ElementTree.ParseError) as error:
        return [f"{type(error).__name__}: {error}"]


def judge(packages):
    """Prints a line for each check; how many do not hold."""
    bad = 0
    for check in CHECKS:
        try:
            found = [f"{package.name}: {each}" for package in packages
                     for each in findings(package, check)]
        except Unjudged as lacks:
            print(f"  NOT TESTED  {check.__doc__} ({lacks})")
            continue
        print(f"  {'FAIL' if found else 'ok'}    {check.__doc__}")
        for each in found:
            print(f"        {each}")
        bad += bool(found)
    return bad


def lint(paths):
    if shutil.which("lintian") is None:
        print("  NOT TESTED  lintian finds nothing (it is not here)")
        return 0
    done = run("lintian", "--allow-root", "--fail-on", "error,warning,info", "--display-info",
               *map(str, paths))
    print(f"  {'FAIL' if done.returncode else 'ok'}    lintian finds nothing that is not explained")
    print("".join(f"        {line}\n" for line in done.stdout.splitlines()), end="")
    return int(done.returncode != 0)


def copy_of(package, folder):
    shutil.copytree(package.root, folder / "root", symlinks=True)
    shutil.copytree(package.control, folder / "control")
    return deb.Deb(folder / "root", folder / "control", list(package.listing), package.source)


def self_test(packages):
    """Plants one fault after the other; how many were not noticed."""
    missed = 0
    by_name = {package.name: package for package in packages}
    for name, what, notices, plant in faults.ALL:
        with tempfile.TemporaryDirectory() as folder:
            spoilt = copy_of(by_name[name], pathlib.Path(folder))
            plant(spoilt)
            try:
                noticed = bool(findings(spoilt,
                                        next(each for each in CHECKS if each.__name__ == notices)))
            except Unjudged as lacks:
                print(f"  NOT TESTED  {what} ({lacks})")
                continue
        print(f"  {'ok' if noticed else 'FAIL'}    {what} is noticed")
        missed += not noticed
    return missed


def main(*args):
    tests_itself = args[0] == "--self-test"
    source, folder = map(pathlib.Path, args[-2:])
    paths = sorted(folder.glob("*.deb"))
    with tempfile.TemporaryDirectory() as scratch:
        packages = [deb.unpack(path, os.path.join(scratch, path.stem), source.resolve())
                    for path in paths]
        if {package.name for package in packages} != set(OWN):
            sys.exit(f"{folder} holds {[path.name for path in paths]}")
        bad = self_test(packages) if tests_itself else judge(packages) + lint(paths)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
