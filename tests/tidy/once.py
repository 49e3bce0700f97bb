#!/usr/bin/env python3
"""Proves that no public name is defined in two of our archives.

    once.py <nm> <archive>...     prints each name that is, and where; exit status 1 on any

A linker takes the first definition that it meets, or refuses to link, as the order has it.
"""
import collections
import subprocess
import sys


def public_names(nm, archive):
    """(name, where) pairs of what @archive defines for others."""
    text = subprocess.run([nm, "-A", "-P", "-g", "--defined-only", archive], check=True,
                          capture_output=True, text=True).stdout
    for line in text.splitlines():
        # libtrestle_sync.a[order.c.o]: order_merge T 0 10
        where, _, rest = line.partition("]: ")
        name, kind = rest.split()[:2]
        if kind in "TDBRC":
            yield name, where.rpartition("/")[2] + "]"


def main():
    nm, *archives = sys.argv[1:]
    places = collections.defaultdict(list)
    for archive in archives:
        for name, where in public_names(nm, archive):
            places[name].append(where)
    twice = sorted(f"{name}: {' and '.join(where)}" for name, where in places.items()
                   if len(where) > 1)
    print("\n".join(twice) if twice else f"once: {len(places)} public names")
    return 1 if twice or not places else 0


sys.exit(main())
