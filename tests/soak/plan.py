"""Which faults come when, drawn from a seed: seed, length and devices decide everything."""

import dataclasses
import random

KILL_GAP_SECONDS = (5, 600)  # at least and at most; between them a twelfth of the run
YEAR = 365 * 86400


@dataclasses.dataclass(frozen=True)
class Fault:
    at: float  # seconds from the begin
    seconds: float
    kind: str
    who: tuple  # names of devices
    much: object  # what the kind wants to know besides

    def __str__(self):
        much = "" if self.much is None else f" {self.much}"
        return f"{self.at:7.1f} s  {self.kind} {' '.join(self.who)}{much}, {self.seconds:.1f} s"


def cut(draw, names):
    """These on the one side, all others on the other."""
    return tuple(sorted(draw.sample(names, draw.randint(1, len(names) // 2)))), None


def one_way(draw, names):
    """The first does not hear, or is not heard by, any other."""
    return (draw.choice(names),), draw.choice(("deaf", "mute"))


def bad(draw, _):
    return (), {"loss": draw.choice((0.02, 0.05, 0.1, 0.2)), "duplicate": 0.05,
                "delay_s": draw.choice((0.01, 0.1, 0.3)), "jitter_s": draw.choice((0.02, 0.1))}


def spoilt(draw, names):
    """What one sends and what it is sent."""
    return (draw.choice(names),), draw.choice((0.05, 0.2))


def one(draw, names):
    return (draw.choice(names),), None


def clock(draw, names):
    jump = draw.choice((60, 3600, 86400, YEAR)) * draw.choice((-1, 1))
    return (draw.choice(names),), jump


# Kinds of one row come one after another, rows overlap: seconds of peace before each fault, seconds
# of each fault, and whether one device is left alone.
ROWS = (
    ({"cut": cut, "one-way": one_way, "bad": bad, "spoilt": spoilt}, (1, 3), (3, 9), False),
    ({"stop": one}, (4, 8), (2, 14), False),
    ({"kill": one}, None, (0, 5), True),
    ({"clock": clock}, (3, 8), (3, 6), False),
    ({"full": one}, (2, 6), (4, 8), False),
)
KINDS = [kind for kinds, *_ in ROWS for kind in kinds]


def kill_gap(seconds):
    """Dense in a short run; in a long one lives are long enough to show what grows."""
    least, most = KILL_GAP_SECONDS
    gap = min(max(seconds / 12, least), most)
    return gap * 0.7, gap * 1.3


def row(draw, seconds, names, kinds, peace, lasts):
    """Each kind once, in any order, then again."""
    faults, at, deck = [], 0.0, []
    while True:
        deck = deck or draw.sample(sorted(kinds), len(kinds))
        kind = deck.pop()
        at += draw.uniform(*(peace or kill_gap(seconds)))
        length = draw.uniform(*lasts)
        if at + length > seconds:
            return faults
        faults.append(Fault(round(at, 1), round(length, 1), kind, *kinds[kind](draw, names)))
        at += length


def plan(seed, seconds, names, without=()):
    """All faults by their begin, and the device that is never killed: its life is the run's."""
    draw = random.Random(seed)
    spared = draw.choice(names)
    faults = []
    for kinds, peace, lasts, left_alone in ROWS:
        victims = [name for name in names if not (left_alone and name == spared)]
        drawn = row(draw, seconds, victims, kinds, peace, lasts)
        faults += [fault for fault in drawn if fault.kind not in without]
    return sorted(faults, key=lambda fault: (fault.at, fault.kind)), spared
