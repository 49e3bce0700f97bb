#!/usr/bin/env python3
"""Shows that verify.py finds what it should, and nothing in what is sound.

The exports are made here by hand, from docs/protocol.md and with keys of our own; each test damages
one in one way.
"""
import base64
import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest

import nacl.signing

VERIFY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "verify.py")


def blake(size, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size).digest()


def be(size, number):
    return number.to_bytes(size, "big")


def sized(count, size, tags, short=None):
    """The header of a str, bin or array: its shortest form."""
    if short is not None and count < size:
        return bytes([short + count])
    for width, tag in tags:
        if count < 1 << 8 * width:
            return bytes([tag]) + be(width, count)
    raise ValueError(count)


def pack(value):
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, bytes):
        return sized(len(value), 0, ((1, 0xC4), (2, 0xC5), (4, 0xC6))) + value
    if isinstance(value, str):
        text = value.encode()
        return sized(len(text), 32, ((1, 0xD9), (2, 0xDA), (4, 0xDB)), 0xA0) + text
    return sized(len(value), 16, ((2, 0xDC), (4, 0xDD)), 0x90) + b"".join(map(pack, value))


def pack_int(value):
    if -32 <= value < 0x80:
        return (value & 0xFF).to_bytes(1, "big")
    for width, tag in ((1, 0xCC), (2, 0xCD), (4, 0xCE), (8, 0xCF)):
        if 0 <= value < 1 << 8 * width:
            return bytes([tag]) + be(width, value)
    for width, tag in ((1, 0xD0), (2, 0xD1), (4, 0xD2), (8, 0xD3)):
        if value >= -(1 << (8 * width - 1)):
            return bytes([tag]) + value.to_bytes(width, "big", signed=True)
    raise ValueError(value)


def key_of(word):
    return nacl.signing.SigningKey(blake(32, word.encode()))


def public(key):
    return bytes(key.verify_key)


def sign(key, *parts):
    return key.sign(b"".join(parts)).signature


class Popup:
    """A pop-up's root, and the devices it let in."""

    def __init__(self, root="root"):
        self.root = key_of(root)
        self.id = blake(16, public(self.root))

    def link(self, device, issuer, capabilities=0xFFFF):
        body = pack([1, self.id, public(device), bytes(32), 1, capabilities, "A", "device", 0])
        return [body, sign(issuer, b"trestle/cert/1", body)]

    def head(self):
        return {"trestle": 1, "popup": self.id.hex(), "root": public(self.root).hex(), "epoch": 0}


class Log:
    """One device's log as its owner writes it: a list of the rows of an export."""

    def __init__(self, popup, name, chain=None):
        self.popup, self.key, self.device = popup, key_of(name + "/log"), key_of(name)
        self.id = blake(8, public(self.key))
        self.hash = blake(32, b"trestle/log/1", popup.id, public(self.key))
        self.rows = []
        proof = sign(self.device, b"trestle/open/1", popup.id, public(self.key), be(4, 1))
        chain = chain or [popup.link(self.device, popup.root)]
        self.event(2, [public(self.key), 1, chain, proof])
        self.seal()

    def event(self, kind, body, parents=(), was=None, raw=None):
        fields = [kind, 1000 + len(self.rows), bytes(12), list(parents), 0, body]
        data = raw or pack(fields + ([was] if was else []))
        self.hash = blake(32, self.hash, blake(32, be(4, len(data)), data))
        self.rows.append({"log": self.id.hex(), "seq": len(self.rows) + 1,
                          "event": base64.b64encode(data).decode(), "sig": None})
        return [self.id, len(self.rows), self.hash[:16]]

    def seal(self):
        seq = len(self.rows)
        signature = sign(self.key, b"trestle/head/1", self.popup.id, self.id, be(8, seq), self.hash)
        self.rows[-1]["sig"] = base64.b64encode(signature).decode()

    def order(self, number, parents=()):
        """Two events under one signature."""
        self.event(32, [1, "A", number, "counter", "eat-in", "", False, True], parents)
        last = self.event(34, [1, 7, "Bratwurst", 2, 450, [], 700, "grill", ""])
        self.seal()
        return last


def stall():
    """Two devices, the second introduced by the first; orders, and a parent across logs."""
    popup = Popup()
    counter = Log(popup, "counter")
    kitchen_key = key_of("kitchen")
    chain = [popup.link(kitchen_key, counter.device, 0xFF),
             popup.link(counter.device, popup.root)]
    kitchen = Log(popup, "kitchen", chain)
    for number in range(1, 4):
        placed = counter.order(number)
    kitchen.event(40, ["grill", [[1, 1]], 900], [placed])
    kitchen.seal()
    return popup, counter, kitchen


class Archive:
    """The records of an archive of some logs, which stop @short events before their heads."""

    def __init__(self, popup, logs, short=0):
        self.records, frontier = [], []
        for log in sorted(logs, key=lambda log: log.id):
            events = [base64.b64decode(row["event"]) for row in log.rows]
            seq = len(events) - short
            frontier.append([log.id, seq, Verify.hash_at(log, seq)])
            self.records += [[2, log.id, 1, events[:1]], [2, log.id, 2, events[1:seq]]]
            if short:
                self.records.append([3, log.id, seq + 1, [blake(32, be(4, len(event)), event)
                                                          for event in events[seq:]]])
            self.records.append([4, log.id, len(events), base64.b64decode(log.rows[-1]["sig"])])
        self.records.insert(0, [1, 1, popup.id, public(popup.root), 0, 0, frontier])
        self.records.append([5, bytes(32), 10, "image/png", False, False])

    def place(self, kind, nth=0):
        return [at for at, record in enumerate(self.records) if record[0] == kind][nth]

    def bytes(self):
        """With a digest that fits, whatever was done to the records."""
        data, digest = b"trestle/archive\n", bytes(32)
        for record in map(pack, self.records):
            data += be(4, len(record)) + record
            digest = blake(32, digest, record)
        last = pack([6, len(self.records), digest])
        return data + be(4, len(last)) + last


def flipped(text, at=4):
    """With one bit changed; byte 4 of an event is in its time."""
    data = bytearray(base64.b64decode(text))
    data[at] ^= 1
    return base64.b64encode(data).decode()


class Verify(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.popup, self.counter, self.kitchen = stall()
        self.rows = copy.deepcopy(sorted(self.counter.rows + self.kitchen.rows,
                                         key=lambda row: (row["log"], row["seq"])))

    def at(self, seq, log=None):
        """The place in the export of an event of the counter's log."""
        name = (log or self.counter).id.hex()
        return next(place for place, row in enumerate(self.rows)
                    if row["log"] == name and row["seq"] == seq)

    def write(self, name, rows, head=None):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            for line in [head or self.popup.head()] + rows:
                file.write(json.dumps(line) + "\n")
        return path

    def verify(self, *paths):
        done = subprocess.run([sys.executable, "-B", VERIFY, *paths], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def sound(self, *paths):
        status, text = self.verify(*paths)
        self.assertEqual(status, 0, text)
        return json.loads(text)

    def found(self, words, *paths):
        status, text = self.verify(*paths)
        self.assertEqual(status, 1, text)
        self.assertIn(words, text)

    def damaged(self, words):
        """Found in the damaged export alone, and beside a sound one."""
        path = self.write("damaged", self.rows)
        self.found(words, path)
        _, self.counter, self.kitchen = stall()
        sound = sorted(self.counter.rows + self.kitchen.rows,
                       key=lambda row: (row["log"], row["seq"]))
        self.found(words, self.write("sound", sound), path)

    def replace_log(self, log):
        self.rows = [row for row in self.rows if row["log"] != log.id.hex()] + log.rows
        self.rows.sort(key=lambda row: (row["log"], row["seq"]))

    # --- sound -------------------------------------------------------------------------------

    def test_a_sound_export(self):
        summary = self.sound(self.write("a", self.rows))
        self.assertEqual(summary, {"files": 1, "devices": 2, "logs": 2, "events": [9],
                                   "signatures": [6], "findings": 0})

    def test_sound_exports_that_are_equal(self):
        summary = self.sound(self.write("a", self.rows), self.write("b", self.rows))
        self.assertEqual(summary["events"], [9, 9])
        self.assertEqual((summary["files"], summary["devices"]), (2, 2))

    def test_every_spelling_of_a_value(self):
        values = [None, True, False, 0, 127, 128, 255, 256, 65535, 65536, 1 << 32, (1 << 64) - 1,
                  -1, -32, -33, -128, -129, -32768, -32769, -(1 << 31) - 1, "", "ä" * 20,
                  "x" * 300, b"", bytes(300), list(range(20)), [[[[[]]]]]]
        self.counter.event(34, values)
        self.counter.seal()
        self.replace_log(self.counter)
        self.sound(self.write("a", self.rows))

    def test_newer_fields_and_types(self):
        self.counter.event(255, ["of a newer version"], was=self.counter.order(4))
        self.counter.seal()
        self.replace_log(self.counter)
        self.sound(self.write("a", self.rows))

    # --- damage ------------------------------------------------------------------------------

    def test_edit(self):
        place = self.at(3)
        self.rows[place]["event"] = flipped(self.rows[place]["event"])
        self.damaged("signature is wrong")

    def test_edit_of_a_price(self):
        place = self.at(3)
        data = base64.b64decode(self.rows[place]["event"])
        cheaper = data.replace(pack(450), pack(350))
        self.assertNotEqual(cheaper, data)
        self.rows[place]["event"] = base64.b64encode(cheaper).decode()
        self.damaged("signature is wrong")

    def test_edit_of_a_signature(self):
        place = self.at(3)
        self.rows[place]["sig"] = flipped(self.rows[place]["sig"])
        self.damaged("event 3: signature is wrong")

    def test_drop(self):
        del self.rows[self.at(4)]
        self.damaged("event 4 is missing or out of place (found 5)")

    def test_drop_of_the_first(self):
        del self.rows[self.at(1)]
        self.damaged("event 1 is missing")

    def test_drop_renumbered(self):
        del self.rows[self.at(4)]
        for row in self.rows:
            if row["log"] == self.counter.id.hex() and row["seq"] > 4:
                row["seq"] -= 1
        self.damaged("signature is wrong")

    def test_swap(self):
        a, b = self.at(4), self.at(5)
        self.rows[a], self.rows[b] = self.rows[b], self.rows[a]
        self.damaged("out of place")

    def test_swap_renumbered(self):
        a, b = self.rows[self.at(4)], self.rows[self.at(5)]
        a["event"], b["event"] = b["event"], a["event"]
        self.damaged("signature is wrong")

    def test_repeat(self):
        place = self.at(3)
        self.rows.insert(place, self.rows[place])
        self.damaged("out of place (found 3)")

    def test_unsigned_tail(self):
        self.rows[self.at(7)]["sig"] = None
        self.damaged("events 6 to 7 are not signed")

    def test_truncation_within_a_run(self):
        del self.rows[self.at(7)]
        self.damaged("events 6 to 6 are not signed")

    def test_truncation_at_a_run_is_found_beside_another_device(self):
        whole = self.write("whole", self.rows)
        del self.rows[self.at(6):self.at(7) + 1]
        short = self.write("short", self.rows)
        self.found("lacks events 6 to 7", whole, short)
        self.found("lacks events 6 to 7", short, whole)

    def test_a_log_that_one_device_lacks(self):
        whole = self.write("whole", self.rows)
        rows = [row for row in self.rows if row["log"] == self.counter.id.hex()]
        self.found(f"log {self.kitchen.id.hex()} lacks events 1 to 2", whole,
                   self.write("short", rows))

    def test_fork(self):
        ours = self.write("ours", self.rows)
        _, clone, _ = stall()  # the same keys, another order from event 6 on
        clone.rows = clone.rows[:5]
        clone.hash = self.hash_at(clone, 5)
        clone.order(99)
        self.replace_log(clone)
        theirs = self.write("theirs", self.rows)
        self.sound_alone_but_for_names(theirs)
        self.found("is forked: event 6 is not the same on all devices", ours, theirs)

    @staticmethod
    def hash_at(log, seq):
        chain = blake(32, b"trestle/log/1", log.popup.id, public(log.key))
        for row in log.rows[:seq]:
            data = base64.b64decode(row["event"])
            chain = blake(32, chain, blake(32, be(4, len(data)), data))
        return chain

    def sound_alone_but_for_names(self, path):
        """A fork is well signed: alone it shows only in what the kitchen's log names."""
        status, text = self.verify(path)
        self.assertEqual(status, 1)
        self.assertEqual(json.loads(text.splitlines()[-1])["findings"], 1)
        self.assertIn("by a hash that it has not", text)

    def test_a_name_of_what_nobody_has(self):
        self.kitchen.event(44, [[1]], [[self.counter.id, 50, bytes(16)]])
        self.kitchen.seal()
        self.replace_log(self.kitchen)
        path = self.write("a", self.rows)
        self.sound(path)  # alone it may be on its way
        self.found("which nobody has", path, self.write("b", self.rows))

    # --- keys --------------------------------------------------------------------------------

    def test_wrong_root(self):
        head = dict(self.popup.head(), root=public(key_of("thief")).hex())
        self.found("not the hash of its root key", self.write("a", self.rows, head))

    def test_wrong_popup(self):
        thief = Popup("thief")
        self.found("certificate is of another pop-up", self.write("a", self.rows, thief.head()))

    def test_a_log_of_somebody_else(self):
        thief = Popup("thief")
        log = Log(self.popup, "thief", [self.popup.link(key_of("thief"), thief.root)])
        self.rows += log.rows
        self.found("certificate: signature is wrong", self.write("a", self.rows))

    def test_an_issuer_who_may_not(self):
        popup, cook, guest = self.popup, key_of("cook"), key_of("guest")
        chain = [popup.link(guest, cook, 1 << 2), popup.link(cook, popup.root, 1 << 2)]
        self.rows += Log(popup, "guest", chain).rows
        self.found("may not issue", self.write("a", self.rows))

    def test_a_grant_of_what_the_issuer_lacks(self):
        popup, chef, guest = self.popup, key_of("chef"), key_of("guest")
        chain = [popup.link(guest, chef, 1 << 9), popup.link(chef, popup.root, 1 << 1)]
        self.rows += Log(popup, "guest", chain).rows
        self.found("what its issuer lacks", self.write("a", self.rows))

    def test_a_log_under_another_key(self):
        name = self.kitchen.id.hex()
        for row in self.rows:
            if row["log"] == name:
                row["log"] = "00" * 8
        self.found("key is not the one that names it", self.write("a", self.rows))

    def test_different_popups(self):
        other = Popup("other")
        path = self.write("other", Log(other, "counter").rows, other.head())
        self.found("of different pop-ups", self.write("a", self.rows), path)

    # --- bytes -------------------------------------------------------------------------------

    def malformed(self, words, raw):
        self.counter.event(0, None, raw=raw)
        self.counter.seal()
        self.replace_log(self.counter)
        self.found(words, self.write("a", self.rows))

    def test_malformed_events(self):
        event = pack([34, 1, bytes(12), [], 0, [1]])
        nested = [1]
        for _ in range(8):
            nested = [nested]
        cases = {
            "bytes are left over": event + b"\x00",
            "event ends early": event[:-1] + b"\xa3a",
            "not in its shortest form": event[:-1] + b"\xcc\x01",
            "begins nothing": event[:-1] + b"\x80",
            "text is not UTF-8": event[:-1] + b"\xa1\xff",
            "nests too deep": pack([34, 1, bytes(12), [], 0, nested]),
            "array of 6 or 7": pack([34, 1, bytes(12), [], 0]),
            "12 bytes": pack([34, 1, bytes(11), [], 0, []]),
            "are numbers": pack([34, True, bytes(12), [], 0, []]),
            "at most 8 operations": pack([34, 1, bytes(12), [[bytes(8), 0, bytes(16)]], 0, []]),
            "a body is an array": pack([34, 1, bytes(12), [], 0, 5]),
            "larger than the limit": pack([34, 1, bytes(12), [], 0, [bytes(16 * 1024)]]),
        }
        for words, raw in cases.items():
            with self.subTest(words):
                self.popup, self.counter, self.kitchen = stall()
                self.malformed(words, raw)

    def test_files_that_are_no_exports(self):
        for text in ("", "{}\n", "nonsense\n", '{"trestle":2}\n', "[1]\n",
                     json.dumps(self.popup.head()) + "\n{}\n"):
            path = os.path.join(self.folder.name, "file")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            with self.subTest(text[:20]):
                self.found("not an export", path)

    # --- archives ----------------------------------------------------------------------------

    def archive(self, short=0):
        return Archive(self.popup, [self.counter, self.kitchen], short)

    def archived(self, data):
        path = os.path.join(self.folder.name, "archive")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def test_a_sound_archive(self):
        for short in (0, 1):
            summary = self.sound(self.archived(self.archive(short).bytes()))
            self.assertEqual(summary["events"], [9 - 2 * short])
            self.assertEqual(summary["signatures"], [2])

    def test_an_archive_with_a_flipped_bit(self):
        data = bytearray(self.archive().bytes())
        data[-100] ^= 1
        self.found("archive: ", self.archived(data))

    def test_an_archive_with_a_flipped_bit_and_a_digest_that_fits(self):
        archive = self.archive()
        events = archive.records[archive.place(2, 1)][3]
        events[-1] = bytes([events[-1][0], events[-1][1], events[-1][2] ^ 1]) + events[-1][3:]
        self.found("archive: ", self.archived(archive.bytes()))

    def test_an_archive_with_a_wrong_signature(self):
        archive = self.archive()
        archive.records[archive.place(4)][3] = bytes(64)
        self.found("signature is wrong", self.archived(archive.bytes()))

    def test_an_archive_without_an_event(self):
        archive = self.archive()
        del archive.records[archive.place(2, 1)][3][0]
        self.found("is not what the frontier says", self.archived(archive.bytes()))

    def test_an_archive_without_its_first_events(self):
        archive = self.archive()
        del archive.records[archive.place(2)]
        self.found("missing or out of place", self.archived(archive.bytes()))

    def test_an_archive_with_events_swapped(self):
        archive = self.archive()
        counter = next(record for record in archive.records
                       if record[0] == 2 and len(record[3]) > 1)
        counter[3][0], counter[3][1] = counter[3][1], counter[3][0]
        self.found("is not what the frontier says", self.archived(archive.bytes()))

    def test_an_archive_without_a_journal(self):
        archive = self.archive()
        name = archive.records[1][1]
        archive.records = [record for record in archive.records
                           if record[0] == 1 or record[1] != name]
        self.found("journals and frontier differ", self.archived(archive.bytes()))

    def test_a_truncated_archive(self):
        data = self.archive().bytes()
        for cut in (20, len(data) // 2, len(data) - 1):
            with self.subTest(cut):
                self.found("archive: ", self.archived(data[:cut]))

    def test_a_file_that_is_not_there_is_said_in_a_sentence(self):
        path = os.path.join(self.folder.name, "nothing")
        done = subprocess.run([sys.executable, "-B", VERIFY, path], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr),
                         (2, f"{path}: No such file or directory\n"))

    def test_usage(self):
        done = subprocess.run([sys.executable, VERIFY], capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    unittest.main()
