"""A switch in user space between virtual cables, which loses, delays, repeats, reorders, spoils and
throttles as told: the kernel at hand may have no netem.

One thread; frames are read from the cables' ends (AF_PACKET) and written to others when their time
has come. Faults hold for one direction between two ports and are drawn from one seeded generator.
"""

import ctypes
import dataclasses
import fcntl
import heapq
import os
import random
import selectors
import socket
import struct
import threading
import time

ETH_P_ALL = 3
SIOCETHTOOL = 0x8946
OFFLOADS = (0x17, 0x1F, 0x25, 0x2C)  # transmit checksums, TSO, UFO-or-GSO, GRO: off
FRAME_BYTES_MAX = 65536
QUEUE_SECONDS_MAX = 2.0  # what a throttled direction holds; beyond it frames are dropped


@dataclasses.dataclass
class Faults:
    """What happens to frames from one port to another."""

    is_cut: bool = False
    is_broadcast_cut: bool = False
    loss: float = 0.0
    duplicate: float = 0.0
    corrupt: float = 0.0  # of what TCP carries a bit flips, and TCP does not notice
    delay_s: float = 0.0
    jitter_s: float = 0.0  # up to so much more for each frame: they overtake each other
    bits_per_s: int = 0  # 0 = unbounded


def offloads_off(interface):
    """Frames come with their checksums and in the size of the wire."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", command, 0))
            request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                pass  # this kernel does not have it, so it is not on


def ones_sum(data):
    """The sum that the internet's checksums are of (RFC 1071)."""
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def spoilt(frame, chance):
    """@frame with one bit of what TCP carries in it flipped, and a checksum that fits: as a bad
    memory on the way does it. None: it carries nothing."""
    begin = 14 + (frame[14] & 15) * 4
    end = 14 + int.from_bytes(frame[16:18], "big")
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_TCP or end > len(frame):
        return None
    data = begin + (frame[begin + 12] >> 4) * 4
    if data >= end:
        return None
    segment = bytearray(frame[begin:end])
    segment[chance.randrange(data - begin, end - begin)] ^= 1 << chance.randrange(8)
    segment[16:18] = bytes(2)
    pseudo = frame[26:34] + struct.pack("!HH", socket.IPPROTO_TCP, len(segment))
    segment[16:18] = struct.pack("!H", ~ones_sum(pseudo + bytes(segment)) & 0xFFFF)
    return frame[:begin] + bytes(segment) + frame[end:]


class Switch:
    def __init__(self, interfaces, seed):
        self.random = random.Random(seed)
        self.ports = [self._port(name) for name in interfaces]
        self.faults = {}  # (from, to): Faults
        self.learned = {}  # address: port
        self.free_at = {}  # (from, to): when the throttled direction is free again
        self.waiting = []
        self.serial = 0
        self.tap = None  # whoever listens: called with each frame, on the switch's thread
        self.newest = {}  # (from, to): when the last of the frames before is due
        self.counts = dict.fromkeys(
            ("passed", "cut", "lost", "repeated", "overtaken", "dropped", "spoilt"), 0)
        self.lock = threading.Lock()
        self.wake_read, self.wake_write = os.pipe()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def _port(name):
        offloads_off(name)
        port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        port.bind((name, 0))
        port.setblocking(False)
        return port

    def set(self, source, target, faults):
        with self.lock:
            self.faults[source, target] = faults

    def close(self):
        os.write(self.wake_write, b".")
        self.thread.join()
        for port in self.ports:
            port.close()
        os.close(self.wake_read)
        os.close(self.wake_write)

    def _run(self):
        with selectors.DefaultSelector() as selector:
            for at, port in enumerate(self.ports):
                selector.register(port, selectors.EVENT_READ, at)
            selector.register(self.wake_read, selectors.EVENT_READ, None)
            while True:
                pause = max(0, self.waiting[0][0] - time.monotonic()) if self.waiting else None
                for key, _ in selector.select(pause):
                    if key.data is None:
                        return
                    self._read(key.data)
                self._deliver()

    def _read(self, source):
        while True:
            try:
                frame, address = self.ports[source].recvfrom(FRAME_BYTES_MAX)
            except OSError:  # nothing more, or the cable is down for a moment
                return
            if address[2] != socket.PACKET_OUTGOING:
                self._switch(source, frame)

    def _switch(self, source, frame):
        if self.tap is not None:
            self.tap(frame)
        self.learned[frame[6:12]] = source
        is_broadcast = bool(frame[0] & 1)
        target = None if is_broadcast else self.learned.get(frame[:6])
        with self.lock:
            for port in range(len(self.ports)) if target is None else [target]:
                if port != source:
                    self._pass(source, port, frame, is_broadcast)

    def _pass(self, source, target, frame, is_broadcast):
        faults = self.faults.get((source, target), Faults())
        # Resolving addresses is no broadcast that a network would leave out.
        is_arp = frame[12:14] == b"\x08\x06"
        if faults.is_cut or (faults.is_broadcast_cut and is_broadcast and not is_arp):
            self.counts["cut"] += 1
            return
        if self.random.random() < faults.loss:
            self.counts["lost"] += 1
            return
        if faults.corrupt and self.random.random() < faults.corrupt:
            changed = spoilt(frame, self.random)
            self.counts["spoilt"] += changed is not None
            frame = changed or frame
        copies = 2 if self.random.random() < faults.duplicate else 1
        self.counts["repeated"] += copies - 1
        for _ in range(copies):
            self._schedule(source, target, frame, faults)

    def _schedule(self, source, target, frame, faults):
        now = time.monotonic()
        at = now
        if faults.bits_per_s:
            at = max(now, self.free_at.get((source, target), now))
            if at - now > QUEUE_SECONDS_MAX:
                self.counts["dropped"] += 1
                return
            at += len(frame) * 8 / faults.bits_per_s
            self.free_at[source, target] = at
        at += faults.delay_s + self.random.random() * faults.jitter_s
        self.counts["overtaken"] += at < self.newest.get((source, target), 0)
        self.newest[source, target] = max(at, self.newest.get((source, target), 0))
        self.serial += 1
        heapq.heappush(self.waiting, (at, self.serial, target, frame))

    def _deliver(self):
        while self.waiting and self.waiting[0][0] <= time.monotonic():
            _, _, target, frame = heapq.heappop(self.waiting)
            try:
                self.ports[target].send(frame)
                self.counts["passed"] += 1
            except OSError:
                self.counts["dropped"] += 1
