"""The journals in a device's store, as they stand in one moment: the device may go on writing.

Written from docs/storage.md alone. Needs Debian's python3-lmdb.
"""
import base64
import os

from events import Bad, need, unpack

try:
    import lmdb
except ImportError:
    lmdb = None

MAX_TABLES = 32
LOG_BYTES, HASH_BYTES = 8, 32


def open_store(path):
    """@path: the folder of a device, or the one of its store."""
    need(lmdb is not None, "reading a store needs python3-lmdb for this Python: "
         "apt install python3-lmdb, then /usr/bin/python3 verify.py FOLDER")
    inner = os.path.join(path, "store")
    folder = inner if os.path.isdir(inner) else path
    try:
        return lmdb.open(folder, readonly=True, create=False, max_dbs=MAX_TABLES)
    except lmdb.Error as err:
        raise Bad(f"no store can be read here ({err})") from err


def rows_of(store, txn, table):
    with txn.cursor(store.open_db(table, txn=txn, create=False)) as cursor:
        yield from cursor


class Store:
    """What an export of the same moment would say, and the hashes that stand with the events."""

    def __init__(self, path):
        self.rows = {}    # log -> rows as an export has them
        self.hashes = {}  # (log, seq) -> h(seq), as it stands there
        self.heads = {}   # log -> (last event, its hash)
        store = open_store(path)
        try:
            with store.begin() as txn:
                self.read(store, txn)
        except lmdb.Error as err:
            raise Bad(f"the store cannot be read ({err})") from err
        finally:
            store.close()

    def read(self, store, txn):
        meta = dict(rows_of(store, txn, b"meta"))
        self.popup, self.root = meta[b"popup"], meta[b"root"]
        self.epoch = int.from_bytes(meta.get(b"epoch", b""), "big")
        signatures = dict(rows_of(store, txn, b"sig"))
        for key, value in rows_of(store, txn, b"log"):
            log, seq = key[:LOG_BYTES], int.from_bytes(key[LOG_BYTES:], "big")
            signature = signatures.pop(key, None)
            self.hashes[log, seq] = value[:HASH_BYTES]
            self.rows.setdefault(log, []).append({
                "seq": seq, "event": base64.b64encode(value[HASH_BYTES:]),
                "sig": signature and base64.b64encode(signature)})
        need(not signatures, "a signature stands at an event that is not there")
        for log, value in rows_of(store, txn, b"head"):
            self.heads[log] = tuple(unpack(value)[:2])

    def differences(self, logs):
        """Where it says otherwise than @logs, which were made of the events."""
        for (log, seq), stands in sorted(self.hashes.items()):
            if logs.get(log, {}).get(seq, stands) != stands:
                yield f"log {log.hex()} event {seq} stands under a hash that is not its own"
        for log in sorted(self.rows.keys() | self.heads.keys()):
            last = len(self.rows.get(log, []))
            if self.heads.get(log) != (last, self.hashes.get((log, last))):
                yield f"log {log.hex()}: its head is not its last event, {last}"
