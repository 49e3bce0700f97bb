"""What nodes hold while they run, and whether it grows.

Each 5 s a node's memory, its open descriptors and its threads are looked at. What is judged of its
memory is what it took for itself (RssAnon); VmRSS has, besides, the pages of its store, which the
kernel maps and takes back as it likes, and which grow with the store: that is shown, not judged.

- A cap, for each look.
- A slope, for each life (from a start to a stop) that is long enough: after the warm-up the median
  of the slopes between all pairs of points (Theil and Sen), which bursts and sawteeth do not move.
  What it comes to over that life must stay within an allowance, however long the life is.
"""

import os
import threading
import time

SAMPLE_SECONDS = 5
WARM_UP_SECONDS = 60
LIFE_SECONDS = 180  # shorter lives, after the warm-up, say too little of slopes
POINTS_MAX = 200  # blocks of a long life, each by its median

# bench.memory: a node has 7 MiB once it is started and 13 after work, with 1,000 orders or 100,000.
# The cap is two and a half times that; the allowance is what lies between the two, as a node may
# touch that late. Of descriptors a node of five has some 30, and three for each link. Threads are
# made at the start.
CAPS = {"anon_kib": 32 * 1024, "descriptors": 128, "threads": 16}
GROWTH = {"anon_kib": 6 * 1024, "descriptors": 12, "threads": 2}
UNITS = {"anon_kib": "KiB of memory of its own", "descriptors": "descriptors", "threads": "threads"}


def median(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def thinned(points):
    """At most POINTS_MAX of them: medians of blocks."""
    size = -(-len(points) // POINTS_MAX)
    blocks = [points[at:at + size] for at in range(0, len(points), size)]
    return [tuple(median(column) for column in zip(*block)) for block in blocks]


def slope(points):
    """Per second, of (seconds, value)."""
    slopes = [(later[1] - earlier[1]) / (later[0] - earlier[0])
              for at, later in enumerate(points) for earlier in points[:at]
              if later[0] > earlier[0]]
    return median(slopes) if slopes else 0.0


def growth(points):
    """What the slope after the warm-up comes to over a life's @points, or None of a short one."""
    warm = [point for point in points if point[0] - points[0][0] >= WARM_UP_SECONDS]
    if len(warm) < 2 or warm[-1][0] - warm[0][0] < LIFE_SECONDS:
        return None
    return slope(thinned(warm)) * (warm[-1][0] - warm[0][0])


def look(pid):
    """What the process holds, or None when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            said = dict(line.split(":", 1) for line in status if ":" in line)
        number = {name: int(said[name].split()[0]) for name in ("VmRSS", "RssAnon", "Threads")}
        return {"rss_kib": number["VmRSS"], "anon_kib": number["RssAnon"],
                "threads": number["Threads"], "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}
    except (OSError, KeyError):
        return None


class Watch(threading.Thread):
    """Looks at all nodes each 5 s, until told to end."""

    def __init__(self, nodes):
        super().__init__(daemon=True)
        self.nodes, self.lives = nodes, {}  # (name, pid): [(seconds, what was seen)]
        self.closing = threading.Event()

    def run(self):
        while not self.closing.wait(SAMPLE_SECONDS):
            for node in self.nodes:
                self.sample(node)

    def sample(self, node):
        seen = look(node.child.pid)
        if seen is not None and seen["rss_kib"] > 0:  # a process that has ended has none
            life = self.lives.setdefault((node.name, node.child.pid), [])
            life.append((time.monotonic(), seen))

    def newest(self, node):
        life = self.lives.get((node.name, node.child.pid))
        return life[-1][1] if life else None

    def close(self):
        self.closing.set()
        self.join()


def over_caps(lives):
    """Sentences about what was ever above its cap."""
    for (name, pid), life in lives.items():
        for what, cap in CAPS.items():
            most = max(seen[what] for _, seen in life)
            if most > cap:
                yield what, f"{name} ({pid}) held {most} {UNITS[what]}; {cap} are allowed"


def growing(lives):
    """Sentences about what grew over a life."""
    for (name, pid), life in lives.items():
        for what, most in GROWTH.items():
            grew = growth([(at, seen[what]) for at, seen in life])
            if grew is not None and grew > most:
                seconds = life[-1][0] - life[0][0]
                yield what, (f"{name} ({pid}) grew by {grew:.0f} {UNITS[what]} in {seconds:.0f} s; "
                             f"{most} are allowed")


def findings(lives):
    return [*over_caps(lives), *growing(lives)]


def figures(lives):
    """One line a device: the most that it held, and the longest life's growth."""
    for name in dict.fromkeys(name for name, _ in lives):
        own = [life for (owner, _), life in lives.items() if owner == name]
        most = {what: max(seen[what] for life in own for _, seen in life)
                for what in ("rss_kib", *CAPS)}
        longest = max(own, key=lambda life: life[-1][0] - life[0][0])
        grew = growth([(at, seen["anon_kib"]) for at, seen in longest])
        told = "too short to tell" if grew is None else f"{grew:+.0f} KiB"
        yield (f"{name}: {len(own)} lives; at most {most['anon_kib'] / 1024:.1f} MiB of its own "
               f"({most['rss_kib'] / 1024:.1f} with what is mapped), {most['descriptors']} "
               f"descriptors, {most['threads']} threads; the longest, "
               f"{longest[-1][0] - longest[0][0]:.0f} s: {told}")
