#!/usr/bin/env python3
"""Verifies exported journals without any of Trestle's code.

    verify.py EXPORT [EXPORT ...]      JSON lines of `trestle export`, one file per device

For each file: every log is dense from 1, hash-chained, signed to its end, opened by a key whose
certificate leads to the pop-up's root; every event is well formed and its parents in known logs
exist. For several files: no event differs between them (a fork), and none is missing in one.
Prints findings, then a summary; exit status 0 = sound, 1 = findings, 2 = usage.

Written from docs/protocol.md alone. Needs Python 3.9 and PyNaCl.
"""
import base64
import hashlib
import json
import sys

import nacl.exceptions
import nacl.signing

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
            0xD9: lambda: self.text(self.sized(1, 31)), 0xDA: lambda: self.text(self.sized(2, 0xFF)),
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


def is_operation(value):
    return (isinstance(value, list) and len(value) == 3 and isinstance(value[0], bytes) and len(value[0]) == 8
            and isinstance(value[1], int) and value[1] >= 1 and isinstance(value[2], bytes) and len(value[2]) == 16)


def event_unpack(data):
    event = unpack(data)
    need(isinstance(event, list) and len(event) in (6, 7), "an event is an array of 6 or 7")
    kind, t, entity, parents, by, body = event[:6]
    need(all(isinstance(n, int) and n >= 0 for n in (kind, t, by)), "type, t and by are numbers")
    need(isinstance(entity, bytes) and len(entity) == 12, "an entity id has 12 bytes")
    need(isinstance(parents, list) and len(parents) <= 8 and all(map(is_operation, parents)),
         "parents are at most 8 operations")
    need(isinstance(body, list), "a body is an array")
    need(len(event) == 6 or is_operation(event[6]), "`was` is an operation")
    need(len(data) <= (SALVAGE_MAX if kind == SALVAGE else EVENT_MAX), "event is larger than the limit")
    return kind, parents, body


def certificate_check(chain, popup, root):
    """The device key that a chain of one or two certificates binds to the root."""
    need(isinstance(chain, list) and 1 <= len(chain) <= 2, "a certificate chain has one or two links")
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
    ed25519_check(device_key, signature, b"trestle/open/1" + popup + key + be(4, incarnation), "log.open")
    return key


class Journal:
    """One device's export."""

    def __init__(self, path):
        self.path = path
        self.findings = []
        self.logs = {}      # log -> {seq: h(seq)}
        self.references = []  # (where, log, seq, hash16)
        self.signatures = 0

    def finding(self, what):
        self.findings.append(f"{self.path}: {what}")

    def read(self):
        rows = {}
        with open(self.path, encoding="utf-8") as file:
            head = json.loads(file.readline())
            self.popup, self.root = bytes.fromhex(head["popup"]), bytes.fromhex(head["root"])
            for line in file:
                row = json.loads(line)
                rows.setdefault(bytes.fromhex(row["log"]), []).append(row)
        if blake(16, self.root) != self.popup:
            self.finding("the pop-up's id is not the hash of its root key")
        for log, events in sorted(rows.items()):
            try:
                self.log_check(log, events)
            except Bad as bad:
                self.finding(f"log {log.hex()}: {bad}")
            except (KeyError, IndexError, TypeError, ValueError) as err:
                self.finding(f"log {log.hex()}: malformed ({type(err).__name__}: {err})")
        self.references_check()

    def log_check(self, log, events):
        hashes = self.logs.setdefault(log, {})
        key, chain, signed = None, None, 0
        for place, row in enumerate(events, start=1):
            seq = row["seq"]
            need(seq == place, f"event {place} is missing or out of place (found {seq})")
            data = base64.b64decode(row["event"], validate=True)
            try:
                kind, parents, body = event_unpack(data)
            except Bad as bad:
                raise Bad(f"event {seq}: {bad}") from bad
            if seq == 1:
                need(kind == LOG_OPEN, "event 1 is no log.open")
                key = log_open_check(log, body, self.popup, self.root)
                chain = blake(32, b"trestle/log/1", self.popup, key)
            chain = blake(32, chain, blake(32, be(4, len(data)), data))
            hashes[seq] = chain
            self.references += [(f"log {log.hex()} event {seq}", *parent) for parent in parents]
            if row["sig"] is not None:
                ed25519_check(key, base64.b64decode(row["sig"], validate=True),
                              b"trestle/head/1" + self.popup + log + be(8, seq) + chain, f"event {seq}")
                signed = seq
                self.signatures += 1
        need(signed == len(events), f"events {signed + 1} to {len(events)} are not signed")

    def references_check(self):
        for where, log, seq, digest in self.references:
            if seq in self.logs.get(log, {}) and self.logs[log][seq][:16] != digest:
                self.finding(f"{where} names event {seq} of log {log.hex()} by a hash that it does not have")

    def events(self):
        return sum(len(hashes) for hashes in self.logs.values())


def compare(journals):
    """What one device has and another has not, or has differently."""
    findings = []
    for log in sorted({log for journal in journals for log in journal.logs}):
        lengths = {journal.path: len(journal.logs.get(log, {})) for journal in journals}
        longest = max(lengths.values())
        for path, length in lengths.items():
            if length < longest:
                findings.append(f"{path}: log {log.hex()} lacks events {length + 1} to {longest}")
        for seq in range(1, longest + 1):
            if len({journal.logs[log][seq] for journal in journals if seq in journal.logs.get(log, {})}) > 1:
                findings.append(f"log {log.hex()} is forked: event {seq} is not the same on all devices")
                break
    return findings


def main(paths):
    if not paths or paths[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if paths and paths[0] in ("-h", "--help") else 2
    journals = [Journal(path) for path in paths]
    for journal in journals:
        journal.read()
    findings = [finding for journal in journals for finding in journal.findings] + compare(journals)
    for finding in findings:
        print(finding)
    print(json.dumps({"devices": len(journals), "logs": max(len(journal.logs) for journal in journals),
                      "events": [journal.events() for journal in journals],
                      "signatures": [journal.signatures for journal in journals], "findings": len(findings)}))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
