#!/usr/bin/env python3
"""Branches taken by the tests of build/coverage: a line for each folder, then every strict file
that is short; with --lines the lines of all files that have any. The exit status is 1 when
something is short.

    tests/coverage/strict.txt     files of which every branch must be taken; elsewhere: nine of ten
    tests/coverage/excluded.txt   branches that are not counted, each with its reason

Nor is the way past a switch without default: -Wswitch-enum sees to it that all values are there.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/coverage"
BUILD = ROOT / "build/coverage"
LEAST = 0.9


def lines_of(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line


class Exclusions:
    def __init__(self):
        self.rules = []
        for line in lines_of(HERE / "excluded.txt"):
            found = re.fullmatch(r'(\S+) "(.+)" (.+)', line)
            if not found:
                sys.exit(f"excluded.txt: not understood: {line}")
            self.rules.append(found.groups())
        self.used = set()

    def has(self, path, text):
        for rule in self.rules:
            if rule[0] in ("*", path) and rule[1] in text:
                self.used.add(rule)
                return True
        return False

    def stale(self):
        return [rule for rule in self.rules if rule not in self.used]


def is_ours(path):
    return pathlib.PurePath(path).parts[0] in ("sync", "node", "gateway")


def is_older(source, built):
    return source.exists() and source.stat().st_mtime <= built


def gcov(data):
    """What gcov says of the counters @data: the files of the object, or None where it was built
    anew since they were written, or its sources have changed since it was built, or are no more."""
    if not data.with_suffix(".gcno").exists():
        return None
    command = ["gcov", "--json-format", "--branch-probabilities", "--stdout", data]
    done = subprocess.run(command, cwd=BUILD, capture_output=True, check=False)
    if b"mismatch" in done.stderr or b"version" in done.stderr:
        return None
    if done.returncode != 0:
        sys.exit(f"gcov: {data}: {done.stderr.decode(errors='replace').strip()}")
    files = [file for line in done.stdout.splitlines() if line.startswith(b"{")
             for file in json.loads(line)["files"]]
    files = [file for file in files if is_ours(file["file"])]  # below the root: so the build maps
    built = data.with_suffix(".gcno").stat().st_mtime
    return files if all(is_older(ROOT / file["file"], built) for file in files) else None


def gcov_files():
    """The files of each object that a test ran. What is stale is left out, and said."""
    stale = []
    for data in sorted(BUILD.rglob("*.gcda")):
        if re.search(r"/(sync|node|gateway)/", str(data.relative_to(BUILD))):
            files = gcov(data)
            if files is None:
                stale.append(data)
            yield from files or ()
    if stale:
        print(f"{len(stale)} counters are left out, such as {stale[0].relative_to(ROOT)}: their"
              " objects were built anew since, or their sources have changed or gone;"
              " ./run coverage builds all and begins with none", file=sys.stderr)


def branches():
    """(file, line) -> how often each of its branches was taken, over all objects; and the files
    that were run, with branches or without."""
    taken, run = collections.defaultdict(collections.Counter), set()
    for file in gcov_files():
        run.add(file["file"])
        for line in file["lines"]:
            for index, branch in enumerate(line["branches"]):
                taken[file["file"], line["line_number"]][index] += branch["count"]
    if not taken:
        sys.exit(f"there are no counters below {BUILD}: no test ran since it was built")
    return taken, run


def has_default(source, line):
    """Whether the switch that begins at @line says what to do with any other value."""
    indent = source[line - 1][:-len(source[line - 1].lstrip())]
    for text in source[line:]:
        if text.startswith(indent + "default:"):
            return True
        if text == indent + "}":
            return False
    return False


def count(taken, exclusions):
    """File -> [taken, all, lines with one that was not]."""
    files = collections.defaultdict(lambda: [0, 0, []])
    sources = {}
    for (path, line), counts in sorted(taken.items()):
        source = sources.setdefault(path, (ROOT / path).read_text(encoding="utf-8").splitlines())
        text = source[line - 1] if line <= len(source) else ""
        if exclusions.has(path, text):
            continue
        if "switch (" in text and not has_default(source, line):
            del counts[max(counts)]
        file = files[path]
        hit = sum(number > 0 for number in counts.values())
        file[0] += hit
        file[1] += len(counts)
        if hit < len(counts):
            file[2].append((line, text.strip()))
    return files


def share(files):
    hit, all_of_them = sum(file[0] for file in files), sum(file[1] for file in files)
    return hit, all_of_them, hit / all_of_them if all_of_them else 1.0


def show(lines):
    """With --lines."""
    if "--lines" in sys.argv:
        print("".join(f"            {line}: {text}\n" for line, text in lines), end="")


def main():
    exclusions = Exclusions()
    taken, run = branches()
    files = count(taken, exclusions)
    strict = list(lines_of(HERE / "strict.txt"))
    missing = [path for path in strict if not (ROOT / path).exists()]
    short = [f"strict.txt names {path}, which is not there" for path in missing]
    short += [f"{path}: no test ran it" for path in strict
              if path not in run and path not in missing]
    short += [f'excluded.txt: nothing fits {rule[0]} "{rule[1]}"' for rule in exclusions.stale()]
    folders = collections.defaultdict(list)
    for path, file in files.items():
        folder = "strict files" if path in strict else str(pathlib.PurePath(path).parent)
        folders[folder].append(file)
    for folder, members in sorted(folders.items()):
        hit, total, part = share(members)
        least = 1.0 if folder == "strict files" else LEAST
        print(f"{100 * part:6.1f} %  {hit:>6} of {total:>6} branches  {folder}"
              f"{'' if part >= least else '   SHORT'}")
        if part < least:
            short.append(f"{folder}: {total - hit} branches not taken, "
                         f"{100 * part:.1f} % of {100 * least:.0f} %")
    for path in strict:
        hit, total, lines = files.get(path, [0, 0, []])
        if lines:
            print(f"        {path}: {total - hit} of {total} not taken, in {len(lines)} lines")
            show(lines)
    if "--lines" in sys.argv:
        for path, (hit, total, lines) in sorted(files.items()):
            if path not in strict and lines:
                print(f"        {path}: {total - hit} of {total} not taken")
                show(lines)
    print("\n".join(short))
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
