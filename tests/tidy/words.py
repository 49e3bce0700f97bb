#!/usr/bin/env python3
"""Finds words and shapes that this repository does not want, and says what to write instead.

    words.py <root>       prints each as file:line: what; exit status 1 when there is any
"""
import os
import pathlib
import re
import sys

COLUMNS_MAX = 100
COLUMNS_MAX_SCRIPT = 120  # options and long commands read better unbroken
SKIPPED_FOLDERS = {".git", "build", "node_modules", "dist", "corpus", "__pycache__", ".cache"}
C = (".c", ".h", ".def")
CODE = C + (".py", ".sh", ".cmake", ".ts", ".tsx", ".mjs", ".js", ".css", "CMakeLists.txt", "run")
SCRIPT = (".cmake", ".sh", "CMakeLists.txt", "run")
EVERYWHERE = ("",)

# (folders, endings, pattern, what to do instead). Words are written in two parts where this very
# file would otherwise be the first to break its rule.
TESTS = ("tests", "web")
RULES = [
    (EVERYWHERE, CODE, r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", "do it, or write an issue"),
    (EVERYWHERE, CODE, r"^<{7}|^>{7}", "resolve the merge"),
    (EVERYWHERE, C, r"\t", "four spaces"),
    (EVERYWHERE, CODE, r"[ \t]$", "no space at the end of a line"),
    (("sync", "node", "gateway"), C, r"(?<!\w)assert\s*\(", "check() stays on in release"),
    (("sync", "node", "gateway"), C, r"^\s*#\s*include\s*<assert\.h>", "sync/base/check.h"),
    (("sync", "node", "gateway"), C, r"\btypedef\s+(struct|union)\b", "struct x, no typedef"),
    (("sync", "node", "gateway"), C, r"(?<!\w)(strcpy|strcat|sprintf|vsprintf|gets)\s*\(",
     "a function that knows the size: snprintf, memcpy after a check"),
    (("sync", "node", "gateway"), C, r"(?<!\w)(atoi|atol|atof)\s*\(", "strtoll with its errors"),
    (("sync", "node", "gateway"), C, r"(?<!\w)(strtok|localtime|gmtime|strerror)\s*\(",
     "the _r function; these share one buffer"),
    (("sync", "node", "gateway"), C, r"(?<!\w)(rand|srand|random)\s*\(",
     "randomness is an argument"),
    (("sync", "node", "gateway"), C, r"(?<!\w)(alloca|system|popen)\s*\(", "not in this program"),
    (TESTS, CODE, r"(?<!\w)(u?sleep|(clock_)?nanosleep|zclock_sleep|sleep_for)\s*\(",
     "wait for what you need, with a deadline"),
    (TESTS, CODE, r"\bwaitFor" r"Timeout\s*\(|\bpoll\s*\(\s*NULL\s*,",
     "wait for what you need, with a deadline"),
    (TESTS, CODE, r"\.(skip|only)" r"\(|(?<!\w)(skip|xit|xdescribe)" r"\(",
     "run every test or delete it"),
]
COMPILED = [(folders, endings, re.compile(pattern), instead)
            for folders, endings, pattern, instead in RULES]


def files(root):
    # What is skipped is not even looked into: in build/, others make and remove files meanwhile.
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for path in (pathlib.Path(folder, name) for name in sorted(names)):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix(), path


def applies(folders, endings, name):
    top = name.split("/", 1)[0]
    if folders == TESTS and name.startswith(("tests/bench/", "tests/power/disk.c")):
        return False  # benchmarks pace their load by the clock, a slow disk is slow: no tests
    return (folders == EVERYWHERE or top in folders) and name.endswith(endings)


def file_violations(name, path):
    if not name.endswith(CODE):
        return
    columns_max = COLUMNS_MAX_SCRIPT if name.endswith(SCRIPT) else COLUMNS_MAX
    rules = [rule for rule in COMPILED if applies(rule[0], rule[1], name)]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if len(line) > columns_max:
            yield f"{name}:{number}: {len(line)} columns; {columns_max} at most"
        for _, _, pattern, instead in rules:
            match = pattern.search(line)
            if match:
                yield f"{name}:{number}: '{match.group().strip()}': {instead}"


def main():
    root = pathlib.Path(sys.argv[1])
    violations = [wrong for name, path in files(root) for wrong in file_violations(name, path)]
    print("\n".join(violations) if violations else "no unwanted words")
    return 1 if violations else 0


sys.exit(main())
