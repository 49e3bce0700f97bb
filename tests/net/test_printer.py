#!/usr/bin/env python3
"""A real device with a printer at a serial port, which is the other end of a pseudo terminal.

    test_printer.py PROGRAM      exit status 1 when a sentence does not hold

The device has a /dev of its own, in which the terminal is /dev/ttyUSB0.
"""

import os
import re
import subprocess
import threading

import lab
from lab import expect, say

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../golden/escpos/ticket.hex")
PATH = "/dev/ttyUSB0"
CUT = b"\x1dVB"
MENU = """number,name,price,station,options
1,Döner „Spezial“ mit allem und viel Soße,7.00,grill,Dazu 0-2: scharf | Käse +1.00
2,Fries,3.50,grill,
"""
ORDER = {"channel": "counter", "mode": "eat-in", "name": "Ada", "lines": [
    {"item": 1, "quantity": 2, "note": "ohne Zwiebeln, bitte gut durch",
     "options": [{"group": 0, "choice": 0}, {"group": 0, "choice": 1}]},
    {"item": 2, "quantity": 1}]}

# In a mount namespace: a /dev with the terminal $0 in it. What is mounted stays here: at the root,
# or where that is no mount (under chroot), at /dev, below which all of it happens.
DEV = """set -e
mount --make-rprivate / 2>/dev/null || mount --make-rprivate /dev
new=/dev/shm
mount -t tmpfs none "$new"
for at in null zero full random urandom tty; do
    : >"$new/$at"
    mount --bind "/dev/$at" "$new/$at"
done
mkdir "$new/pts" "$new/shm"
mount --bind /dev/pts "$new/pts"
: >"$new/ttyUSB0"
mount --bind "$0" "$new/ttyUSB0"
mount --rbind "$new" /dev
exec "$@"
"""


class Printer(threading.Thread):
    """Answers DLE EOT n as a real one and keeps all else that it gets."""

    def __init__(self):
        super().__init__(daemon=True)
        self.head, self.cable = os.openpty()  # the cable stays in, whoever has it open
        self.path = os.ttyname(self.cable)
        self.paper, self.is_out_of_paper = bytearray(), False
        self.question = b""
        self.start()

    def run(self):
        while True:
            for byte in os.read(self.head, 4096):
                self.hear(bytes([byte]))

    def hear(self, byte):
        if len(self.question) == 2:
            os.write(self.head, self.answer(byte[0]))
            self.question = b""
        elif byte == b"\x10\x04"[len(self.question):][:1]:
            self.question += byte
        else:
            self.question = b""
            self.paper += byte

    def answer(self, question):
        out = {1: 0x08, 4: 0x60} if self.is_out_of_paper else {}
        return bytes([0x12 | out.get(question, 0)])

    def slips(self):
        return self.paper.count(CUT)


def golden_ticket():
    """As the unit's order A42 comes out; here it is the first."""
    with open(GOLDEN, encoding="ascii") as lines:
        return bytes.fromhex(lines.read()).replace(b"A42 ", b"A1  ")


def without_time(ticket):
    return re.sub(rb"\d\d:\d\d", b"--:--", bytes(ticket))


def status_by_command(node):
    """What `trestle printer status` says of the printer."""
    return subprocess.run([*node.within, node.lab.program, "printer", "status", PATH],
                          capture_output=True, text=True, env=lab.CLEAN, timeout=60)


def state_of(node):
    return [(at["state"], at["waiting"]) for at in node.status()["printers"]]


def place(node):
    status, answer = node.ask("POST", "/api/orders", ORDER)
    expect(f"the order is taken: {answer}", status == 201)


def a_ticket_comes_out_as_it_is(node, printer):
    place(node)
    seconds = lab.until("a ticket", lambda: printer.slips() == 1, 60)
    lab.until("the device to know that", lambda: state_of(node) == [("ready", 0)], 60)
    wanted, got = without_time(golden_ticket()), without_time(printer.paper)
    expect(f"the bytes at the port are those of the golden ticket:\n{got}\n{wanted}", got == wanted)
    say("a ticket comes out of a serial port byte for byte", seconds)


def without_paper_it_waits(node, printer):
    del printer.paper[:]
    printer.is_out_of_paper = True
    expect("the command reads it back", "it is out of paper" in status_by_command(node).stderr)
    place(node)
    seconds = lab.until("the device to tell it",
                        lambda: state_of(node) == [("it is out of paper", 1)], 60)
    expect(f"nothing came out: {bytes(printer.paper)}", not printer.paper)
    printer.is_out_of_paper = False
    lab.until("the ticket, once there is paper", lambda: printer.slips() > 0, 60)
    lab.until("the device to know that", lambda: state_of(node) == [("ready", 0)], 60)
    expect("it came out once, and is no copy",
           printer.slips() == 1 and printer.paper.count(b"Fries") == 1
           and b"COPY" not in printer.paper)
    say("without paper it is told and the ticket waits", seconds)


def main():
    with lab.opened(__doc__, ["counter"], 0) as here:
        node, printer = here["counter"], Printer()
        menu = os.path.join(here.folder, "doner.csv")
        node.within = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", DEV,
                       printer.path]
        node.start()
        with open(menu, "w", encoding="utf-8") as table:
            table.write(MENU)
        node.command("menu", "import", menu)
        node.command("record", "add", "printer", "name=Pass", "driver=escpos", f"address={PATH}",
                     "width=32", "codepage=pc858")
        a_ticket_comes_out_as_it_is(node, printer)
        without_paper_it_waits(node, printer)
        here.stop()


if __name__ == "__main__":
    main()
