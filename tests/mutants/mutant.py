#!/usr/bin/env python3
"""Plants a bug: reads x.mutant and writes a changed copy of the file that it names.

    mutant.py <x.mutant> <root> <to>

A mutant is a text:

    file: sync/log/run.c          the file that it changes
    property: P5                  the oracle that must find it, named beforehand
    what: one line                what the bug is
    blind: ticks                  one that would find it first and looks away; may be missing
    seed: 7                       the first in which it was found, for --known; written by --record
    --- find                      lines that the file holds exactly once
    --- put                       lines in their place
    (more pairs)
"""
import pathlib
import re
import sys


def read(path):
    """The mutant as (headers, [(find, put), ...])."""
    head, *parts = re.split(r"^--- (?:find|put)\n", pathlib.Path(path).read_text(), flags=re.M)
    headers = dict(line.split(": ", 1) for line in head.strip().splitlines())
    return headers, list(zip(parts[0::2], parts[1::2]))


def record(path, seed):
    """Write @seed into the mutant's head."""
    path = pathlib.Path(path)
    head, mark, rest = path.read_text().partition("--- find\n")
    lines = [line for line in head.splitlines() if not line.startswith("seed: ")]
    path.write_text("\n".join(lines + [f"seed: {seed}", ""]) + mark + rest)


def plant(mutant, root):
    """The file with the bug in it; ValueError where it has no place for it."""
    headers, changes = read(mutant)
    text = (pathlib.Path(root) / headers["file"]).read_text()
    for find, put in changes:
        if text.count(find) != 1:
            count, file = text.count(find), headers["file"]
            raise ValueError(f"{mutant}: {file} holds this {count} times, not once:\n{find}")
        text = text.replace(find, put)
    return text


def main():
    mutant, root, to = sys.argv[1:]
    try:
        pathlib.Path(to).write_text(plant(mutant, root))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
