#!/usr/bin/env python3
"""Each planted bug (tests/mutants) still has its place in the file that it changes: they are built
late in a test run, and by nobody who changes that file.

    mutants.py ROOT
"""
import pathlib
import sys

ROOT = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(ROOT / "tests/mutants"))

from mutant import plant  # noqa: E402

misplaced = 0
mutants = sorted(ROOT.glob("tests/mutants/*.mutant"))
for path in mutants:
    try:
        plant(path, ROOT)
    except (ValueError, OSError) as error:
        misplaced += 1
        print(error)
print(f"{len(mutants)} planted bugs, {misplaced} without a place")
sys.exit(misplaced > 0 or not mutants)
