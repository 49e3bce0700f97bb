#!/usr/bin/env python3
"""Proves from the #include lines that dependencies point one way.

    layers.py <root>      prints each violation as file:line: what; exit status 1 when there is any

web -> gateway -> node -> sync -> libc, msgpack, libsodium; nothing outside tests/ includes tests/.
Inside sync: base < log < roster < domain < mesh < replica. Our headers show no
foreign library: neither its headers nor its types.
"""
import pathlib
import re
import sys

# From the bottom up. A file may include its own row and the rows before it.
ROWS = ["sync/base", "sync/log", "sync/roster", "sync/domain", "sync/mesh", "sync/replica", "node",
        "gateway", "tests"]

# What C itself gives without touching the world, and what only a host may include.
PURE_LIBC = set("""ctype.h errno.h float.h inttypes.h iso646.h limits.h stdalign.h stdarg.h
    stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h""".split())
HOST_LIBC = set("""dirent.h fcntl.h getopt.h ifaddrs.h locale.h math.h net/if.h netdb.h poll.h
    pthread.h pwd.h sched.h setjmp.h signal.h stdatomic.h strings.h syslog.h termios.h threads.h
    time.h unistd.h""".split())
HOST_LIBC_FOLDERS = ("sys/", "netinet/", "arpa/", "linux/")
SYNC_LIBRARIES = re.compile(r"^(msgpack(\.h|/)|sodium(\.h|/))")

# Types and functions that belong to a library, by its naming habit.
FOREIGN_NAMES = re.compile(
    r"\b(z[a-z]+_t|zmq_\w+|MDB_\w+|mdb_\w+|lws\w*|json_t|json_\w+_t"
    r"|msgpack_(object|packer|sbuffer|unpack\w*|zone)\w*|crypto_\w+|mbedtls_\w+|uv_\w+_t|CURL\w*"
    r"|QR(code|input|ec|Encode)\w*)\b")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
GENERATED = {"node/version.h"}


def row_of(path):
    """The row of a path from the root, or None for what belongs to no layer."""
    folder = path.rsplit("/", 1)[0] if "/" in path else ""
    while folder:
        if folder in ROWS:
            return ROWS.index(folder)
        folder = folder.rsplit("/", 1)[0] if "/" in folder else ""
    return None


def is_libc(header):
    return header in PURE_LIBC or header in HOST_LIBC or header.startswith(HOST_LIBC_FOLDERS)


def own_include(root, path, header):
    """What is wrong with #include "header" in path, or None."""
    if header not in GENERATED and not (root / header).is_file():
        return f'"{header}" is not a path from the root of the project'
    target = row_of(header)
    if target is None:
        return f'"{header}" belongs to no layer'
    if target > row_of(path):
        return f"{ROWS[row_of(path)]} must not know {ROWS[target]} ({header})"
    return None


def foreign_include(path, header):
    """What is wrong with #include <header> in path, or None."""
    row = ROWS[row_of(path)]
    if row == "tests":
        return None
    if path.endswith(".h") and not is_libc(header):
        return f"a header of ours shows a foreign one: <{header}>"
    if row.startswith("sync") and header not in PURE_LIBC and not SYNC_LIBRARIES.match(header):
        return f"sync is pure and must not include <{header}>"
    return None


def without_comments(text):
    """The text with comments and strings blanked, line numbers kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def file_violations(root, path):
    text = (root / path).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            quote, header = match.groups()
            own = quote == '"'
            wrong = own_include(root, path, header) if own else foreign_include(path, header)
            if wrong:
                yield f"{path}:{number}: {wrong}"
    if path.endswith(".h") and not path.startswith("tests/"):
        for number, line in enumerate(without_comments(text).splitlines(), 1):
            match = FOREIGN_NAMES.search(line)
            if match:
                yield f"{path}:{number}: a header of ours shows a foreign name: {match.group()}"


def main():
    root = pathlib.Path(sys.argv[1])
    files = sorted(file.relative_to(root).as_posix()
                   for top in ("sync", "node", "gateway", "tests")
                   for file in (root / top).rglob("*") if file.suffix in (".c", ".h", ".def")
                   and "node_modules" not in file.parts)
    violations = [wrong for path in files for wrong in file_violations(root, path)]
    print("\n".join(violations) if violations else f"layers hold in {len(files)} files")
    return 1 if violations else 0


sys.exit(main())
