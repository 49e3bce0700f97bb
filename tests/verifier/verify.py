#!/usr/bin/env python3
"""Verifies journals, exported or as they stand in a store, without any of Trestle's code.

    verify.py [--day N [--report REPORT]] EXPORT [EXPORT ...]

EXPORT: JSON lines of `trestle export`, one file per device, or files of `trestle archive`; or a
        device's own folder, whose store is read as it stands, also while the device sells on
REPORT: what `trestle report --day N` said, with --csv or with --json

For each file: every log is dense from 1, hash-chained, signed to its end, opened by a key whose
certificate leads to the pop-up's root; every event is well formed, and whatever it names in a
known log is there; the receipts of a log are numbered 1, 2, 3 ... and name its own incarnation and
a lane of its device. For several files: they are of one pop-up, no event differs between them (a
fork), none is missing in one, and nothing names an event that nobody has.
With --day the first file's events of that trading day are added up: payments, refunds, sales, tax;
with --report each amount is that of the report.
Prints findings, then a summary; exit status 0 = sound, 1 = findings, 2 = usage.

Written from docs/protocol.md and docs/storage.md alone. Needs Python 3.9 and PyNaCl, and lmdb for
stores.
"""
import argparse
import base64
import json
import os
import sys

import sold_out
import totals
from events import SALVAGE, Bad, be, blake, event_hash, event_unpack, need, unpack
from store import Store

try:
    import nacl.exceptions
    import nacl.signing
except ImportError:
    sys.exit("verify.py needs PyNaCl for this Python: apt install python3-nacl, then "
             "/usr/bin/python3 verify.py FILE")

MAGIC = b"trestle/archive\n"
RECORD_HEAD, RECORD_EVENTS, RECORD_HASHES, RECORD_SIGNATURE, RECORD_BLOB, RECORD_END = range(1, 7)
LOG_OPEN, LOG_CERT, DEVICE_ADD, LOG_FORK, LOG_REVOKE, RECEIPT = 2, 4, 8, 12, 14, 74
CAP_ROSTER, CAP_TAKE_MONEY = 1 << 1, 1 << 6


def ed25519_check(key, signature, message, what):
    try:
        nacl.signing.VerifyKey(key).verify(message, signature)
    except (nacl.exceptions.BadSignatureError, ValueError) as err:
        raise Bad(f"{what}: signature is wrong") from err


def certificate_check(chain, popup, root):
    """The certificate of a device that a chain of one or two binds to the root."""
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
    return bodies[0]


def log_open_check(log, body, popup, root):
    key, incarnation, chain, signature = body[:4]
    need(blake(8, key) == log, "the log's key is not the one that names it")
    device_key = certificate_check(chain, popup, root)[2]
    ed25519_check(device_key, signature,
                  b"trestle/open/1" + popup + key + be(4, incarnation), "log.open")
    return key, device_key


def head_check(key, popup, log, seq, chain, signature, what):
    ed25519_check(key, signature, b"trestle/head/1" + popup + log + be(8, seq) + chain, what)


class Standing:
    """Who wrote the logs of a journal, and where what they say ends to count."""

    def __init__(self, journal):
        self.journal = journal
        self.opened = {}      # log -> (device key, incarnation)
        self.papers = {}      # device key -> the certificates that anybody told of it
        self.revoked = {}     # log -> its last event that counts
        self.forked = {}      # log -> the first event of which there are two
        for log, seq, _, event in journal.told:
            self.opening_note(log, seq, event)
        for *_, event in journal.told + journal.carried:
            self.papers_note(event)
        for log, _, _, event in journal.told:
            self.end_note(log, event)

    def opening_note(self, log, seq, event):
        if seq == 1:
            key, incarnation, chain = event.body[:3]
            self.opened[log] = (unpack(chain[0][0])[2], incarnation)
            self.paper_note(chain)

    def papers_note(self, event):
        if event.kind in (LOG_CERT, DEVICE_ADD):
            self.paper_note(event.body[0])

    def paper_note(self, chain):
        try:
            body = certificate_check(chain, self.journal.popup, self.journal.root)
            self.papers.setdefault(body[2], []).append(body)
        except (Bad, IndexError, TypeError, ValueError):
            pass  # papers that nobody who may has signed

    def lanes(self, log):
        return {body[6] for body in self.papers.get(self.opened[log][0], [])}

    def may(self, log, capability):
        return any(body[5] & capability for body in self.papers.get(self.opened[log][0], []))

    def end_note(self, by, event):
        if event.kind == LOG_FORK:
            log, seq = event.body[:2]
            self.forked[log] = min(seq, self.forked.get(log, seq))
        if event.kind == LOG_REVOKE and self.may(by, CAP_ROSTER):
            name, seq = event.body[:2]
            key = next((key for log, (key, _) in self.opened.items()
                        if name in (log, blake(8, key))), None)
            for log, (device, _) in self.opened.items():
                if device == key:  # of its other logs event 1 counts
                    last = seq if log == name else 1
                    self.revoked[log] = min(last, self.revoked.get(log, last))

    def counts(self, log, seq):
        return (seq <= self.revoked.get(log, seq)
                and seq < self.forked.get(log, seq + 1))

    def counting(self):
        """Every event that counts where it stands, or because somebody carries it."""
        told = [one for one in self.journal.told if self.counts(*one[:2])]
        told += [one for one in self.journal.carried if one[1] <= self.revoked.get(one[0], one[1])]
        return [totals.Told((log, seq, digest), event.kind, event.entity,
                            tuple(map(totals.operation_of, event.parents + event.was)), event.body,
                            event.by, event.at)
                for log, seq, digest, event in told]


class Journal:
    """What one file or store holds of a device's own log and others'."""

    def __init__(self, path):
        self.path = path
        self.findings = []
        self.popup, self.root, self.epoch = b"", b"", 0
        self.logs = {}        # log -> {seq: h(seq)}
        self.signed = {}      # log -> the last event under a good signature
        self.references = []  # (where, log, seq, first 16 bytes of h(seq))
        self.told = []        # (log, seq, first 16 bytes of h(seq), event)
        self.carried = []     # the same, of what others carry of forked logs
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
        kind, read = self.kind()
        try:
            read()
        except Bad as bad:
            self.finding(str(bad))
        except (KeyError, TypeError, ValueError) as err:
            self.finding(f"not {kind} ({type(err).__name__}: {err})")

    def kind(self):
        """What it is, and how it is read."""
        if os.path.isdir(self.path):
            return "a store", self.store_read
        with open(self.path, "rb") as file:
            is_archive = file.read(len(MAGIC)) == MAGIC
        return ("an archive", self.archive_read) if is_archive else ("an export", self.export_read)

    def export_read(self):
        with open(self.path, encoding="utf-8") as file:
            rows = self.rows_read(file)
        self.logs_read(rows)
        self.journal_check()

    def store_read(self):
        store = Store(self.path)
        self.popup, self.root, self.epoch = store.popup, store.root, store.epoch
        self.logs_read(store.rows)
        self.findings += [f"{self.path}: {what}" for what in store.differences(self.logs)]
        self.journal_check()

    def logs_read(self, rows):
        if blake(16, self.root) != self.popup:
            self.finding("the pop-up's id is not the hash of its root key")
        for log, events in sorted(rows.items()):
            self.log_read(log, events)

    def journal_check(self):
        self.references_check()
        if not self.findings:  # what is damaged proves nothing of its receipts
            self.receipts_check()

    def event_note(self, log, seq, chain, event):
        where = f"{self.path}: log {log.hex()} event {seq}"
        self.references += [(where, *name) for name in event.parents + event.was]
        self.told.append((log, seq, chain[:16], event))
        if event.kind == SALVAGE:
            self.salvage_note(event.body)

    def salvage_note(self, body):
        """The events of a run that somebody carries on, if its writer signed it."""
        try:
            log, key, first, chain, elements, signature = body[:6]
            need(blake(8, key) == log, "another key's log")
            carried = []
            for seq, element in enumerate(elements, start=first):
                is_carried = isinstance(element, bytes)
                chain = blake(32, chain, event_hash(element) if is_carried else element[0])
                if is_carried:
                    carried.append((log, seq, chain[:16], event_unpack(element)))
            head_check(key, self.popup, log, first + len(elements) - 1, chain, signature, "salvage")
            self.carried += carried
        except (Bad, IndexError, TypeError, ValueError):
            pass  # it counts nowhere

    def receipts_check(self):
        """Of each log 1, 2, 3 ..., as far as it counts: a clone numbers its branch so, too."""
        standing, last = Standing(self), {}
        for log, seq, _, event in self.told:
            if event.kind != RECEIPT or not standing.counts(log, seq):
                continue
            if not standing.may(log, CAP_TAKE_MONEY):
                continue  # void
            where = f"log {log.hex()} event {seq}"
            try:
                number, _, _, _, lane, incarnation = event.body[:6]
            except ValueError:
                self.finding(f"{where}: a receipt that makes no sense")
                continue
            if number != last.get(log, 0) + 1:
                self.finding(f"{where}: receipt {number} comes after receipt {last.get(log, 0)}")
            if incarnation != standing.opened[log][1]:
                self.finding(f"{where}: receipt {number} names incarnation {incarnation}, the log "
                             f"is {standing.opened[log][1]}")
            if lane not in standing.lanes(log):
                self.finding(f"{where}: receipt {number} names lane {lane}, which no certificate "
                             "of its device has")
            last[log] = number

    def rows_read(self, file):
        head = json.loads(file.readline())
        if head["trestle"] != 1:
            raise ValueError("another version")
        self.popup, self.root = bytes.fromhex(head["popup"]), bytes.fromhex(head["root"])
        self.epoch = head.get("epoch", 0)
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
        _, version, self.popup, self.root, self.epoch, _, frontier = records[0]
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
        self.journal_check()

    def archive_log(self, log, events, tail, wanted, end):
        """One journal: its chain to the frontier, and on to where its signature stands."""
        hashes = self.logs.setdefault(log, {})
        for seq, data in enumerate(events, start=1):
            event = event_unpack(data)
            if seq == 1:
                need(event.kind == LOG_OPEN, "event 1 is no log.open")
                key = self.log_open(log, event.body)
                chain = blake(32, b"trestle/log/1", self.popup, key)
            chain = blake(32, chain, event_hash(data))
            hashes[seq] = chain
            self.event_note(log, seq, chain, event)
        need(wanted == (len(events), chain), f"log {log.hex()} is not what the frontier says")
        for digest in tail:
            chain = blake(32, chain, digest)
        seq, signature = end
        need(seq == len(events) + len(tail), f"log {log.hex()}: the signature is of another event")
        head_check(key, self.popup, log, seq, chain, signature, f"log {log.hex()}")
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
                event = event_unpack(data)
            except Bad as bad:
                raise Bad(f"event {seq}: {bad}") from bad
            if seq == 1:
                need(event.kind == LOG_OPEN, "event 1 is no log.open")
                key = self.log_open(log, event.body)
                chain = blake(32, b"trestle/log/1", self.popup, key)
            chain = blake(32, chain, event_hash(data))
            hashes[seq] = chain
            self.event_note(log, seq, chain, event)
            if row["sig"] is not None:
                head_check(key, self.popup, log, seq, chain,
                           base64.b64decode(row["sig"], validate=True), f"event {seq}")
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


def day_check(journal, day, report):
    """What the day came to, and what a report says otherwise."""
    try:
        told = Standing(journal).counting()
        sums = totals.of_day(told, day)
        said = totals.report_read(report) if report else None
        times = totals.times_read(report) if report else None
    except (KeyError, IndexError, TypeError, ValueError) as err:
        return {}, [f"day {day} cannot be added up ({type(err).__name__}: {err})"]
    differences = list(totals.differences(sums, said)) if report else []
    if times is not None:
        found = sold_out.of_day(told, day, journal.epoch)
        differences += totals.times_differences(found, times)
    return sums, [f"day {day}: {what}" for what in differences]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, usage=argparse.SUPPRESS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exports", nargs="+", metavar="EXPORT")
    parser.add_argument("--day", type=int)
    parser.add_argument("--report")
    given = parser.parse_args()
    if given.report and given.day is None:
        parser.error("--report wants --day")
    return given


def main(given):
    journals = [Journal(path) for path in given.exports]
    sums = {}
    for journal in journals:
        try:
            journal.read()
        except OSError as err:
            print(f"{journal.path}: {err.strerror}", file=sys.stderr)
            return 2
    findings = [finding for journal in journals for finding in journal.findings]
    if len(journals) > 1:
        findings += compare(journals)
    if given.day is not None and not findings:
        try:
            sums, findings = day_check(journals[0], given.day, given.report)
        except OSError as err:
            print(f"{given.report}: {err.strerror}", file=sys.stderr)
            return 2
    for finding in findings:
        print(finding)
    summary = {"files": len(journals),
               "devices": len(set().union(*(journal.devices for journal in journals))),
               "logs": max(len(journal.logs) for journal in journals),
               "events": [journal.events() for journal in journals],
               "signatures": [journal.signatures for journal in journals],
               "findings": len(findings)}
    if given.day is not None:
        summary["day"] = {f"{what} {name}": minor for (what, name), minor in sorted(sums.items())}
    print(json.dumps(summary))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(arguments()))
