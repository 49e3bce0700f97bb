"""Events as docs/protocol.md spells them: msgpack, hashes, the envelope."""
import collections
import hashlib

EVENT_MAX = 16 * 1024
SALVAGE, SALVAGE_MAX = 18, 60 * 1024

Event = collections.namedtuple("Event", "kind entity parents was body by at")


class Bad(Exception):
    """What is wrong, in words."""


def blake(size, *parts):
    return hashlib.blake2b(b"".join(parts), digest_size=size).digest()


def be(size, number):
    return number.to_bytes(size, "big")


def event_hash(data):
    return blake(32, be(4, len(data)), data)


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
    return Event(kind, entity, parents, was, body, by, t)
