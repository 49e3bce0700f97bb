#!/usr/bin/env python3
"""Verifies exported journals without any of Trestle's code.

    verify.py EXPORT [EXPORT ...]      JSON lines of `trestle export`, one file per device, or
                                       files of `trestle archive`

For each file: every log is dense from 1, hash-chained, signed to its end, opened by a key whose
certificate leads to the pop-up's root; every event is well formed, and whatever it names in a
known log is there. For several files: they are of one pop-up, no event differs between them (a
fork), none is missing in one, and nothing names an event that nobody has.
Prints findings, then a summary; exit status 0 = sound, 1 = findings, 2 = usage.

Written from docs/protocol.md alone. Needs Python 3.9 and PyNaCl.
"""
import base64
import hashlib
import json
import sys

try:
    import nacl.exceptions
    import nacl.signing
except ImportError:
    sys.exit("verify.py needs PyNaCl for this Python: apt install python3-nacl, then "
             "/usr/bin/python3 verify.py FILE")

MAGIC = b"trestle/archive\n"
RECORD_HEAD, RECORD_EVENTS, RECORD_HASHES, RECORD_SIGNATURE, RECORD_BLOB, RECORD_END = range(1, 7)
LOG_OPEN = 2
EVENT_MAX = 16 * 1024
SALVAGE, SALVAGE_MAX = 18, 60 * 1024
CAP_ROSTER = 1 << 1


class Bad(Exception):
    """What is wrong, in words."""


def blake(size, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size).digest()


def be(size, number):
    return number.to_bytes(size, "big")


def ed25519_check(key, signature, message, what):
    try:
        nacl.signing.VerifyKey(key).verify(message, signature)
    except (nacl.exceptions.BadSignatureError, ValueError) as err:
        raise Bad(f"{what}: signature is wrong") from err


class Reader:
    """msgpack in its one strict spelling: nil, bool, int, str, bin, array; at most 8 deep."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Bad("event ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def sized(self, size, above):
        value = self.number(size)
        if value <= above:
            raise Bad("a length or number is not in its shortest form")
        return value

    def array(self, count, depth):
        if depth >= 8 or count > len(self.data) - self.at:
            raise Bad("event nests too deep or claims more than it holds")
        return [self.value(depth + 1) for _ in range(count)]

    def text(self, count):
        try:
            return self.take(count).decode("utf-8")
        except UnicodeDecodeError as err:
            raise Bad("text is not UTF-8") from err

    def negative(self, size, not_above):
        value = int.from_bytes(self.take(size), "big", signed=True)
        if value >= not_above:
            raise Bad("a number is not in its shortest form")
        return value

    def value(self, depth=0):
        tag = self.take(1)[0]
        if tag < 0x80:
            return tag
        if tag >= 0xE0:
            return tag - 256
        if 0x90 <= tag < 0xA0:
            return self.array(tag - 0x90, depth)
        if 0xA0 <= tag < 0xC0:
            return self.text(tag - 0xA0)
        forms = {
            0xC0: lambda: None, 0xC2: lambda: False, 0xC3: lambda: True,
            0xC4: lambda: self.take(self.number(1)),
            0xC5: lambda: self.take(self.sized(2, 0xFF)),
            0xC6: lambda: self.take(self.sized(4, 0xFFFF)),
            0xCC: lambda: self.sized(1, 0x7F), 0xCD: lambda: self.sized(2, 0xFF),
            0xCE: lambda: self.sized(4, 0xFFFF), 0xCF: lambda: self.sized(8, 0xFFFFFFFF),
            0xD0: lambda: self.negative(1, -32), 0xD1: lambda: self.negative(2, -128),
            0xD2: lambda: self.negative(4, -32768), 0xD3: lambda: self.negative(8, -(1 << 31)),
            0xD9: lambda: self.text(self.sized(1, 31)),
            0xDA: lambda: self.text(self.sized(2, 0xFF)),
            0xDB: lambda: self.text(self.sized(4, 0xFFFF)),
            0xDC: lambda: self.array(self.sized(2, 15), depth),
            0xDD: lambda: self.array(self.sized(4, 0xFFFF), depth),
        }
        if tag not in forms:
            raise Bad(f"byte {tag:#x} begins nothing that an event may hold")
        return forms[tag]()


def unpack(data):
    reader = Reader(data)
    value = reader.value()
    if reader.at != len(data):
        raise Bad("bytes are left over behind an event")
    return value


def need(condition, what):
    if not condition:
        raise Bad(what)


def is_number(value):
    return type(value) is int and value >= 0  # True is an int to isinstance()


def is_bytes(value, size):
    return isinstance(value, bytes) and len(value) == size


def is_operation(value):
    return (isinstance(value, list) and len(value) == 3 and is_bytes(value[0], 8)
            and is_number(value[1]) and value[1] >= 1 and is_bytes(value[2], 16))


def event_unpack(data):
    event = unpack(data)
    need(isinstance(event, list) and len(event) in (6, 7), "an event is an array of 6 or 7")
    kind, t, entity, parents, by, body = event[:6]
    need(all(map(is_number, (kind, t, by))), "type, t and by are numbers")
    need(is_bytes(entity, 12), "an entity id has 12 bytes")
    need(isinstance(parents, list) and len(parents) <= 8 and all(map(is_operation, parents)),
         "parents are at most 8 operations")
    need(isinstance(body, list), "a body is an array")
    was = event[6:]
    need(all(map(is_operation, was)), "`was` is an operation")
    limit = SALVAGE_MAX if kind == SALVAGE else EVENT_MAX
    need(len(data) <= limit, "event is larger than the limit")
    return kind, parents + was, body


def certificate_check(chain, popup, root):
    """The device key that a chain of one or two certificates binds to the root."""
    need(isinstance(chain, list) and 1 <= len(chain) <= 2,
         "a certificate chain has one or two links")
    bodies = [unpack(link[0]) for link in chain]
    issuers = [bodies[1][2] if len(chain) == 2 else root, root]
    for (raw, signature), body, issuer in zip(chain, bodies, issuers):
        need(body[0] == 1 and body[1] == popup, "a certificate is of another pop-up")
        ed25519_check(issuer, signature, b"trestle/cert/1" + raw, "certificate")
    if len(chain) == 2:
        need(bodies[1][5] & CAP_ROSTER, "the issuer of a certificate may not issue")
        need(bodies[0][5] & ~bodies[1][5] == 0, "a certificate grants what its issuer lacks")
    return bodies[0][2]


def log_open_check(log, body, popup, root):
    key, incarnation, chain, signature = body[:4]
    need(blake(8, key) == log, "the log's key is not the one that names it")
    device_key = certificate_check(chain, popup, root)
    ed25519_check(device_key, signature,
                  b"trestle/open/1" + popup + key + be(4, incarnation), "log.open")
    return key, device_key


class Journal:
    """What one file holds: an export or an archive of a device, of its own log and others'."""

    def __init__(self, path):
        self.path = path
        self.findings = []
        self.popup, self.root = b"", b""
        self.logs = {}        # log -> {seq: h(seq)}
        self.signed = {}      # log -> the last event under a good signature
        self.references = []  # (where, log, seq, first 16 bytes of h(seq))
        self.signatures = 0
        self.devices = set()  # the keys of those whose logs these are

    def log_open(self, log, body):
        """The key of the log; whose it is is noted."""
        key, device_key = log_open_check(log, body, self.popup, self.root)
        self.devices.add(device_key)
        return key

    def finding(self, what):
        self.findings.append(f"{self.path}: {what}")

    def read(self):
        try:
            with open(self.path, "rb") as file:
                start = file.read(len(MAGIC))
            if start == MAGIC:
                self.archive_read()
                return
            with open(self.path, encoding="utf-8") as file:
                rows = self.rows_read(file)
        except Bad as bad:
            self.finding(f"archive: {bad}")
            return
        except (KeyError, TypeError, ValueError) as err:
            self.finding(f"not an export ({type(err).__name__}: {err})")
            return
        if blake(16, self.root) != self.popup:
            self.finding("the pop-up's id is not the hash of its root key")
        for log, events in sorted(rows.items()):
            self.log_read(log, events)
        self.references_check()

    def rows_read(self, file):
        head = json.loads(file.readline())
        if head["trestle"] != 1:
            raise ValueError("another version")
        self.popup, self.root = bytes.fromhex(head["popup"]), bytes.fromhex(head["root"])
        rows = {}
        for line in file:
            row = json.loads(line)
            rows.setdefault(bytes.fromhex(row["log"]), []).append(row)
        return rows

    def records_read(self):
        """The records of an archive, whose digest is right."""
        with open(self.path, "rb") as file:
            data = file.read()[len(MAGIC):]
        records, digest = [], bytes(32)
        while data:
            size = int.from_bytes(data[:4], "big")
            raw, data = data[4:4 + size], data[4 + size:]
            need(len(raw) == size, "it ends early")
            records.append(unpack(raw))
            if records[-1][0] == RECORD_END:
                need(not data and records[-1][1:] == [len(records) - 1, digest],
                     "its end does not fit the records before")
            digest = blake(32, digest, raw)
        need(records and records[0][0] == RECORD_HEAD and records[-1][0] == RECORD_END,
             "it has no head or no end")
        return records

    def archive_read(self):
        records = self.records_read()
        _, version, self.popup, self.root, _, _, frontier = records[0]
        need(version == 1, "another version")
        need(blake(16, self.root) == self.popup,
             "the pop-up's id is not the hash of its root key")
        wanted = {log: (seq, chain) for log, seq, chain in frontier}
        events, tails, ends = {}, {}, {}
        for record in records[1:-1]:
            if record[0] in (RECORD_EVENTS, RECORD_HASHES):
                into = events if record[0] == RECORD_EVENTS else tails
                have = len(events.get(record[1], []))
                have += len(tails.get(record[1], [])) if record[0] == RECORD_HASHES else 0
                need(record[2] == have + 1, "events are missing or out of place")
                into.setdefault(record[1], []).extend(record[3])
            elif record[0] == RECORD_SIGNATURE:
                ends[record[1]] = record[2:]
        need(set(events) == set(wanted) == set(ends), "journals and frontier differ")
        for log in sorted(wanted):
            self.archive_log(log, events[log], tails.get(log, []), wanted[log], ends[log])
        self.references_check()

    def archive_log(self, log, events, tail, wanted, end):
        """One journal: its chain to the frontier, and on to where its signature stands."""
        hashes = self.logs.setdefault(log, {})
        for seq, data in enumerate(events, start=1):
            kind, names, body = event_unpack(data)
            if seq == 1:
                need(kind == LOG_OPEN, "event 1 is no log.open")
                key = self.log_open(log, body)
                chain = blake(32, b"trestle/log/1", self.popup, key)
            chain = blake(32, chain, blake(32, be(4, len(data)), data))
            hashes[seq] = chain
            where = f"{self.path}: log {log.hex()} event {seq}"
            self.references += [(where, *name) for name in names]
        need(wanted == (len(events), chain), f"log {log.hex()} is not what the frontier says")
        for digest in tail:
            chain = blake(32, chain, digest)
        seq, signature = end
        need(seq == len(events) + len(tail), f"log {log.hex()}: the signature is of another event")
        ed25519_check(key, signature, b"trestle/head/1" + self.popup + log + be(8, seq) + chain,
                      f"log {log.hex()}")
        self.signed[log] = len(events)
        self.signatures += 1

    def log_read(self, log, rows):
        try:
            self.log_check(log, rows)
        except Bad as bad:
            self.finding(f"log {log.hex()}: {bad}")
        except (KeyError, IndexError, TypeError, ValueError) as err:
            self.finding(f"log {log.hex()}: malformed ({type(err).__name__}: {err})")
        # What no signature covers says nothing about a fork.
        self.logs[log] = {seq: chain for seq, chain in self.logs[log].items()
                          if seq <= self.signed[log]}

    def log_check(self, log, rows):
        hashes = self.logs.setdefault(log, {})
        key, chain = None, None
        self.signed[log] = 0
        for seq, row in enumerate(rows, start=1):
            need(row["seq"] == seq,
                 f"event {seq} is missing or out of place (found {row['seq']})")
            data = base64.b64decode(row["event"], validate=True)
            try:
                kind, names, body = event_unpack(data)
            except Bad as bad:
                raise Bad(f"event {seq}: {bad}") from bad
            if seq == 1:
                need(kind == LOG_OPEN, "event 1 is no log.open")
                key = self.log_open(log, body)
                chain = blake(32, b"trestle/log/1", self.popup, key)
            chain = blake(32, chain, blake(32, be(4, len(data)), data))
            hashes[seq] = chain
            where = f"{self.path}: log {log.hex()} event {seq}"
            self.references += [(where, *name) for name in names]
            if row["sig"] is not None:
                ed25519_check(key, base64.b64decode(row["sig"], validate=True),
                              b"trestle/head/1" + self.popup + log + be(8, seq) + chain,
                              f"event {seq}")
                self.signed[log] = seq
                self.signatures += 1
        signed = self.signed[log]
        need(signed == len(rows), f"events {signed + 1} to {len(rows)} are not signed")

    def references_check(self):
        for where, log, seq, digest in self.references:
            known = self.logs.get(log, {}).get(seq)
            if known is not None and known[:16] != digest:
                self.findings.append(
                    f"{where} names event {seq} of log {log.hex()} by a hash that it has not")

    def events(self):
        return sum(len(hashes) for hashes in self.logs.values())


def log_compare(log, journals):
    """What one device has of a log and another has not, or has differently."""
    chains = {journal.path: journal.logs.get(log, {}) for journal in journals}
    longest = max(map(len, chains.values()))
    for path, chain in chains.items():
        if len(chain) < longest:
            yield f"{path}: log {log.hex()} lacks events {len(chain) + 1} to {longest}"
    for seq in range(1, longest + 1):
        if len({chain[seq] for chain in chains.values() if seq in chain}) > 1:
            yield f"log {log.hex()} is forked: event {seq} is not the same on all devices"
            return


def compare(journals):
    """What is wrong between devices that should have the same."""
    if len({journal.popup for journal in journals}) > 1:
        yield "the files are of different pop-ups"
    logs = sorted({log for journal in journals for log in journal.logs})
    for log in logs:
        yield from log_compare(log, journals)
    for where, log, seq, _ in journals[0].references:
        if not any(seq in journal.logs.get(log, {}) for journal in journals):
            yield f"{where} names event {seq} of log {log.hex()}, which nobody has"


def main(paths):
    if not paths or paths[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if paths and paths[0] in ("-h", "--help") else 2
    journals = [Journal(path) for path in paths]
    for journal in journals:
        try:
            journal.read()
        except OSError as err:
            print(f"{journal.path}: {err.strerror}", file=sys.stderr)
            return 2
    findings = [finding for journal in journals for finding in journal.findings]
    if len(journals) > 1:
        findings += compare(journals)
    for finding in findings:
        print(finding)
    print(json.dumps({"files": len(journals),
                      "devices": len(set().union(*(journal.devices for journal in journals))),
                      "logs": max(len(journal.logs) for journal in journals),
                      "events": [journal.events() for journal in journals],
                      "signatures": [journal.signatures for journal in journals],
                      "findings": len(findings)}))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
