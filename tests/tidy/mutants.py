#!/usr/bin/env python3
"""Each planted bug (tests/mutants) still has its place in the file that it changes: they are built
late in a test run, and by nobody who changes that file. And each oracle of the simulator
(tests/sim/sim.h) has a bug that it must be the first to find, or a line below that says why it can
have none: an oracle that was never seen to fail may be one that cannot.

    mutants.py ROOT
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests/mutants"))

from mutant import plant, read  # noqa: E402

# oracle: why no bug in one file of sync can be found by it first.
WITHOUT = {}


def oracles():
    """The names that the simulator gives them."""
    text = (ROOT / "tests/sim/sim.h").read_text()
    return re.findall(r'^ +X\(ORACLE_\w+, "(\w+)"', text, flags=re.M)


def oracles_wrong(mutants):
    """How many oracles lack a bug and a reason, or have both; bugs that name none."""
    found = {read(path)[0]["property"] for path in mutants}
    names = set(oracles())
    wrong = [f"{name}: no planted bug names this oracle" for name in names - found - set(WITHOUT)]
    wrong += [f"{name}: has a planted bug, and a reason for none" for name in found & set(WITHOUT)]
    wrong += [f"{name}: is no oracle" for name in (found | set(WITHOUT)) - names]
    for line in sorted(wrong):
        print(line)
    return len(wrong) if names else 1


misplaced = 0
mutants = sorted(ROOT.glob("tests/mutants/*.mutant"))
for path in mutants:
    try:
        plant(path, ROOT)
    except (ValueError, OSError) as error:
        misplaced += 1
        print(error)
wrong = oracles_wrong(mutants)
print(f"{len(mutants)} planted bugs, {misplaced} without a place; "
      f"{len(oracles())} oracles, {wrong} that none was shown to be found by")
sys.exit(misplaced > 0 or wrong > 0 or not mutants)
