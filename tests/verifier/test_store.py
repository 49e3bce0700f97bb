#!/usr/bin/env python3
"""Shows that verify.py finds what is wrong in a store, and nothing in a sound one.

The stores are made here by hand, from docs/storage.md; each test damages one in one way.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import unittest

import lmdb

import test_verify
from test_verify import VERIFY, be, pack, public, stall

TABLES = (b"meta", b"log", b"sig", b"head", b"state")


class Store(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.mkdir(os.path.join(self.folder.name, "store"))
        self.popup, self.counter, self.kitchen = stall()
        self.environment = lmdb.open(os.path.join(self.folder.name, "store"), max_dbs=8)
        self.addCleanup(self.environment.close)
        self.tables = {name: self.environment.open_db(name) for name in TABLES}
        self.put(b"meta", b"popup", self.popup.id)
        self.put(b"meta", b"root", public(self.popup.root))
        for log in (self.counter, self.kitchen):
            self.log_put(log)

    def put(self, table, key, value):
        with self.environment.begin(write=True) as txn:
            txn.put(key, value, db=self.tables[table])

    def get(self, table, key):
        with self.environment.begin() as txn:
            return txn.get(key, db=self.tables[table])

    def drop(self, table, key):
        with self.environment.begin(write=True) as txn:
            self.assertTrue(txn.delete(key, db=self.tables[table]))

    def log_put(self, log):
        for row in log.rows:
            key = log.id + be(5, row["seq"])
            event = base64.b64decode(row["event"])
            self.put(b"log", key, test_verify.Verify.hash_at(log, row["seq"]) + event)
            if row["sig"] is not None:
                self.put(b"sig", key, base64.b64decode(row["sig"]))
        self.put(b"head", log.id, pack([len(log.rows), log.hash, public(log.key), bytes(8), 1, 0]))

    def flip(self, table, key, at):
        value = bytearray(self.get(table, key))
        value[at] ^= 1
        self.put(table, key, bytes(value))

    def verify(self, path):
        return subprocess.run([sys.executable, "-B", VERIFY, path], capture_output=True, text=True,
                              check=False)

    def found(self, words):
        done = self.verify(self.folder.name)
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        self.assertIn(words, done.stdout)

    def test_a_sound_store_named_by_its_folder_or_by_the_device_s(self):
        for path in (self.folder.name, os.path.join(self.folder.name, "store")):
            done = self.verify(path)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(json.loads(done.stdout),
                             {"files": 1, "devices": 2, "logs": 2, "events": [9],
                              "signatures": [6], "findings": 0})

    def test_a_flipped_bit_of_an_event(self):
        self.flip(b"log", self.counter.id + be(5, 3), 36)
        self.found("signature is wrong")

    def test_a_flipped_bit_of_the_hash_that_stands_with_an_event(self):
        self.flip(b"log", self.counter.id + be(5, 4), 31)
        self.found("event 4 stands under a hash that is not its own")

    def test_a_flipped_bit_of_a_signature(self):
        self.flip(b"sig", self.counter.id + be(5, 3), 0)
        self.found("event 3: signature is wrong")

    def test_an_event_that_is_gone(self):
        self.drop(b"log", self.counter.id + be(5, 4))
        self.found("event 4 is missing")

    def test_an_end_that_is_gone(self):
        for seq in (6, 7):
            self.drop(b"log", self.counter.id + be(5, seq))
        self.drop(b"sig", self.counter.id + be(5, 7))
        self.found("its head is not its last event, 5")

    def test_an_end_that_is_gone_and_its_signature_is_not(self):
        self.drop(b"log", self.kitchen.id + be(5, 2))
        self.found("a signature stands at an event that is not there")

    def test_a_head_that_is_another_or_none(self):
        self.flip(b"head", self.kitchen.id, 8)
        self.found("its head is not its last event, 2")
        self.drop(b"head", self.kitchen.id)
        self.found("its head is not its last event, 2")

    def test_a_head_of_a_journal_that_is_not_there(self):
        self.put(b"head", b"a nobody", pack([1, bytes(32), bytes(32), bytes(8), 1, 0]))
        self.found("its head is not its last event, 0")

    def test_a_head_that_makes_no_sense(self):
        self.put(b"head", self.kitchen.id, b"\xc1")
        self.found("0xc1")

    def test_a_root_that_is_not_the_popup_s(self):
        self.flip(b"meta", b"popup", 0)
        self.found("the pop-up's id is not the hash of its root key")

    def test_a_store_without_a_table(self):
        with self.environment.begin(write=True) as txn:
            txn.drop(self.tables[b"sig"])
        self.found("the store cannot be read")

    def test_a_store_that_does_not_say_whose_it_is(self):
        self.drop(b"meta", b"root")
        self.found("not a store")

    def test_a_folder_without_a_store(self):
        with tempfile.TemporaryDirectory() as empty:
            done = self.verify(empty)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("no store can be read here", done.stdout)


if __name__ == "__main__":
    unittest.main()
