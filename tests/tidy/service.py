#!/usr/bin/env python3
"""The systemd units: what they must say, and, where systemd-analyze is there, that it takes them.

    service.py ROOT [UNIT PROGRAM]...      units as they were configured, and the built programs
"""
import configparser
import os
import re
import shutil
import subprocess
import sys
import tempfile

WANTED = {  # what docs/install.md promises
    "Type": "notify",
    "NotifyAccess": "main",
    "Restart": "always",
    "RestartPreventExitStatus": "2 77 78",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "StateDirectoryMode": "0700",
    "ExecReload": "kill -HUP $MAINPID",
    "DevicePolicy": "closed",
    "SupplementaryGroups": "lp dialout",  # who may write to printers' devices
}

# With these a printer's device is not there, or belongs to nobody whom the service is.
UNWANTED = {"PrivateDevices", "PrivateUsers", "DynamicUser"}

# By /proc/devices: /dev/usb/lp0, /dev/lp0, /dev/ttyUSB0, /dev/ttyACM0, /dev/ttyS0.
DEVICES = {f"char-{name} rw" for name in ("usb", "lp", "ttyUSB", "ttyACM", "ttyS")}

# Without the third ZeroMQ ends the program: its threads say which scheduling they have.
CALLS = {"@system-service", "~@privileged @resources", "sched_setscheduler"}

KEYS = {"stripe-secret-key", "stripe-publishable-key", "stripe-webhook-secret",
        "stripe-webhook-secret-next",  # of the gateway, by gateway/config/credentials.h
        "vapid-private-key", "sms-key"}


class Unit(configparser.RawConfigParser):
    optionxform = staticmethod(str)  # names are written in more than one case


def look_period(root):
    """Seconds between two words to the watchdog."""
    with open(os.path.join(root, "node/core/core_care.c"), encoding="utf-8") as file:
        return int(re.search(r"LOOK_MS = (\d+)", file.read()).group(1)) / 1000


def stated(path, name):
    """What is said of @name, which may be said more than once."""
    with open(path, encoding="utf-8") as file:
        return set(re.findall(rf"(?m)^{name}=(.+)$", file.read()))


def findings(path, program, root):
    unit = Unit(strict=False)
    unit.read(path, encoding="utf-8")
    service = unit["Service"]
    for name, value in WANTED.items():
        if service.get(name) != value:
            yield f"{name} is {service.get(name)!r}, not {value!r}"
    name = os.path.basename(program)
    if not service["ExecStart"].endswith(f"/{name} run --state ${{STATE_DIRECTORY}}"):
        yield f"ExecStart is {service['ExecStart']}"
    keys = stated(path, "LoadCredential")
    if keys != (KEYS if name == "trestle-gateway" else set()):
        yield f"LoadCredential is {sorted(keys)}"
    if stated(path, "DeviceAllow") != DEVICES:
        yield f"DeviceAllow is {sorted(stated(path, 'DeviceAllow'))}"
    if stated(path, "SystemCallFilter") != CALLS:
        yield f"SystemCallFilter is {sorted(stated(path, 'SystemCallFilter'))}"
    for unwanted in sorted(UNWANTED & {key for key, value in service.items() if value != "no"}):
        yield f"{unwanted} hides printers"
    if int(service["WatchdogSec"]) < 3 * look_period(root):
        yield "WatchdogSec leaves less than three looks"
    with open(path, encoding="utf-8") as file:
        if re.search(r"@\w+@", file.read()):
            yield "something was not configured"


def refused(path, program):
    """What systemd says of it, with the program where it was built."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", file.read())
    text = re.sub(r"(?m)^(User|Group)=.*\n", "", text)  # made when it is installed
    text = re.sub(r"(?m)^Documentation=.*\n", "", text)  # so is that file
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, os.path.basename(path))
        with open(copy, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(copy, 0o644)  # as it is installed, whatever our umask
        done = subprocess.run([analyze, "verify", "--man=no", copy], capture_output=True,
                              text=True, check=False)
    for line in done.stderr.splitlines():
        if "trestle" in line:
            yield f"systemd-analyze: {line}"


def main(root, *units):
    found = []
    for path, program in zip(units[::2], units[1::2], strict=True):
        found += list(findings(path, program, root)) + list(refused(path, program))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
