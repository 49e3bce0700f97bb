"""Whoever is on the same Wi-Fi and has no key: what he sends to the ports of a node."""

import socket
import struct
import time

from node import Trouble, until
from under_attack import flat

HANDSHAKE_SECONDS = 3
IDLE = 300
SLOW = 200
SENDERS = 150
HUGE = 200 << 20


def greeting(mechanism, as_server=False):
    """ZMTP 3.0, as https://rfc.zeromq.org/spec/23/ spells it."""
    return (b"\xff" + bytes(8) + b"\x7f\x03\x00" + mechanism.ljust(20, b"\0") +
            bytes([as_server]) + bytes(31))


def command(name, body=b""):
    inner = bytes([len(name)]) + name + body
    return b"\x04" + bytes([len(inner)]) + inner


CURVE_HELLO = command(b"HELLO", b"\x01\x00" + bytes(72) + bytes(32) + bytes(8) + bytes(80))

# Each is all that its sender ever says.
WORDS = {
    "silence": b"",
    "half a greeting": greeting(b"CURVE")[:20],
    "no handshake": greeting(b"CURVE"),
    "no mechanism": greeting(b"NULL") + command(b"READY"),
    "a password": greeting(b"PLAIN") + command(b"HELLO", b"\x05admin\x05admin"),
    "an unknown mechanism": greeting(b"GSSAPI"),
    "a forged handshake": greeting(b"CURVE") + CURVE_HELLO,
    "another handshake's end": greeting(b"CURVE") + command(b"INITIATE", bytes(200)),
    "an old protocol": b"\x01\x00",
    "a browser": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "noise": bytes(range(256)) * 256,
    "a frame of 200 MiB": greeting(b"CURVE") + b"\x02" + struct.pack(">Q", HUGE),
    "a command of 200 MiB": greeting(b"CURVE") + b"\x06" + struct.pack(">Q", HUGE),
}


def address(url):
    host, port = url.split("//")[1].rstrip("/").rsplit(":", 1)
    return host, int(port)


class Stranger:
    def __init__(self, to, words=b""):
        self.socket = socket.create_connection(to)
        self.socket.setblocking(False)
        self.left = words
        self.is_over = False

    def look(self):
        """Send what is left, take what comes; whether the other side has hung up."""
        try:
            while self.left:
                self.left = self.left[self.socket.send(self.left):]
        except BlockingIOError:
            pass
        except OSError:
            self.is_over = True
        try:
            while not self.is_over:
                self.is_over = self.socket.recv(65536) == b""
        except BlockingIOError:
            pass
        except OSError:
            self.is_over = True
        return self.is_over

    def close(self):
        self.socket.close()


def all_hung_up(what, people, seconds):
    try:
        until(f"{what} to be hung up on", lambda: all([one.look() for one in people]), seconds)
    finally:
        for one in people:
            one.close()


def knocks(site):
    """None gets further than the door, and none stays there longer than the handshake may last."""
    door = address(site.counter.ready["mesh"])
    with flat(site.counter):
        people = {what: [Stranger(door, words) for _ in range(5)]
                  for what, words in WORDS.items()}
        started = time.monotonic()
        for what, some in people.items():
            all_hung_up(what, some, HANDSHAKE_SECONDS + 30)
        if time.monotonic() - started > HANDSHAKE_SECONDS + 3:
            raise Trouble("strangers stayed too long")
    site.sells()


def huge_frames(site):
    """Two hundred megabytes before anybody was let in are not kept, however they are sent."""
    door = address(site.counter.ready["mesh"])
    with flat(site.counter):
        for kind in (b"\x02", b"\x06"):
            stranger = Stranger(door, greeting(b"CURVE") + kind + struct.pack(">Q", HUGE) +
                                bytes(HUGE))
            all_hung_up("200 MiB", [stranger], HANDSHAKE_SECONDS + 30)
    site.sells()


def idle(site):
    """Hundreds who connect and say nothing: the others go on, and all are gone in the end."""
    door = address(site.counter.ready["mesh"])
    with flat(site.counter):
        people = [Stranger(door, greeting(b"CURVE") if i % 2 else b"") for i in range(IDLE)]
        site.sells()
        all_hung_up(f"{IDLE} idle connections", people, HANDSHAKE_SECONDS + 30)
        site.sells()


# ---- the screens' port ----


def web_requests(site):
    """Ten thousand requests at once down one connection, a header of a megabyte, a body without
    end: answered, refused or cut, and never kept."""
    door = address(site.counter.ready["http"])
    request = f"GET /api/session HTTP/1.1\r\nHost: localhost:{door[1]}\r\n\r\n".encode()
    with flat(site.counter):
        people = [Stranger(door, request * 10000 + b"BAD\r\n\r\n"),
                  Stranger(door, request[:-2] + b"X: " + b"x" * (1 << 20)),
                  Stranger(door, b"A" * (1 << 20)),
                  Stranger(door, b"POST /api/orders HTTP/1.1\r\nHost: localhost\r\n"
                                 b"Content-Length: 4294967296\r\n\r\n" + bytes(1 << 20))]
        all_hung_up("whoever asks too much", people, 30)
    site.sells()


def long_bodies(site):
    """Bodies of whom nobody knows, all but whole and never ended: an image is refused before it is
    listened to, of sign-ins as many are kept as there is room for."""
    door = address(site.counter.ready["http"])

    def words(path, size):
        return (f"POST {path} HTTP/1.1\r\nHost: localhost:{door[1]}\r\n"
                f"X-Forwarded-For: 192.0.2.1\r\nContent-Length: {size}\r\n\r\n").encode()
    image = words("/api/blobs", 1 << 20) + bytes(1 << 18)
    sign_in = words("/api/session", 1 << 16) + bytes((1 << 16) - 1)
    with flat(site.counter):
        for what in (image, sign_in):
            people = [Stranger(door, what) for _ in range(SENDERS)]
            all_hung_up("whoever sends too much", people, 30)
    site.sells()


def slow_requests(site):
    """Requests that come a byte at a time hold up nobody and are cut."""
    door = address(site.counter.ready["http"])
    words = b"GET /api/session HTTP/1.1\r\nX-Slow: " + b"s" * 1000
    with flat(site.counter):
        people = [Stranger(door) for _ in range(SLOW)]
        sent = 0

        def drip():
            nonlocal sent
            for one in people:
                one.left = words[sent % len(words):][:1] if not one.is_over else b""
            sent += 1
            return all([one.look() for one in people])
        try:
            until("slow requests to be cut", drip, 30)
        finally:
            for one in people:
                one.close()
    site.sells()
