#!/usr/bin/env python3
"""Tests the checkers: each must accept a clean tree and refuse one planted violation at a time.

    can_fail.py <cc> <ar> <nm>       exit status 1 when a checker accepts what it must refuse
"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# A small tree in which everything is as it should be.
RULES = ("## Records\n\n### Stalls\n\nTests: `unit.store`\n\n| field | counts |\n|---|---|\n"
         "| name, eat in | the later |\n")
CLEAN = {
    "README.md":
        "[rules](docs/merge-rules.md#records): `trestle run --fast`, then trestle on\n",
    "docs/merge-rules.md": RULES,
    "sync/domain/record_fields.h":
        '#define STALL_FIELDS(X) X(A, 4, "name", 1) \\\n    X(B, 5, "eat_in", 1)\n\n',
    "sync/base/bytes.h": "#include <stddef.h>\nstruct bytes;\n",
    "sync/log/event.h": '#include "sync/base/bytes.h"\n',
    "sync/log/event.c": '#include "sync/log/event.h"\n#include <msgpack.h>\n#include <string.h>\n',
    "sync/replica/replica.h": '#include "sync/log/event.h"\n',
    "node/store.h": '#include "sync/replica/replica.h"\n#include <pthread.h>\n',
    "node/store.c": '#include "node/store.h"\n#include <lmdb.h>\n/* never assert: check() */\n',
    "tests/unit/test_store.c": '#include "node/store.h"\n#include <cmocka.h>\n',
}

# (checker, what is planted, file, its text): the text replaces or adds that file.
TREES = [
    ("layers", "sync includes node", "sync/log/event.c", '#include "node/store.h"\n'),
    ("layers", "base includes log", "sync/base/bytes.h", '#include "sync/log/event.h"\n'),
    ("layers", "a folder of sync includes the replica", "sync/mesh/link.c",
     '#include "sync/replica/replica.h"\n'),
    ("layers", "node includes tests", "node/store.c", '#include "tests/lib/store_memory.h"\n'),
    ("layers", "sync includes sockets", "sync/log/event.c", "#include <sys/socket.h>\n"),
    ("layers", "sync includes the clock", "sync/log/event.c", "#include <time.h>\n"),
    ("layers", "sync includes LMDB", "sync/log/event.c", "#include <lmdb.h>\n"),
    ("layers", "a header includes LMDB", "node/store.h", "#include <lmdb.h>\n"),
    ("layers", "a header shows a ZeroMQ type", "node/store.h", "int send_to(zsock_t *to);\n"),
    ("layers", "an include relative to its folder", "sync/log/event.c", '#include "event.h"\n'),
    ("words", "an unfinished place", "node/store.c", "/* TO" "DO: later */\n"),
    ("words", "an assert on somebody's bytes", "sync/log/event.c",
     "void f(int x) { assert(x); }\n"),
    ("words", "a test that sleeps", "tests/unit/test_store.c", "void f(void) { usleep" "(10); }\n"),
    ("words", "a test that is left out", "web/test/store.test.ts", "it.skip" "('merges')\n"),
    ("words", "a line that is too long", "node/store.c", "/*" + "x" * 100 + "*/\n"),
    ("merge_rules", "a table without tests", "docs/merge-rules.md",
     RULES.replace("Tests: ", "Read: ")),
    ("merge_rules", "a test that is not there", "docs/merge-rules.md",
     RULES.replace("unit.store", "unit.stone")),
    ("merge_rules", "a table that does not say what people see", "docs/merge-rules.md",
     RULES.replace("| field | counts |", "| field | counts | why |")),
    ("merge_rules", "a field without a row", "docs/merge-rules.md", RULES.replace(", eat in", "")),
    ("docs", "a page that is not there", "README.md", "[rules](docs/rules.md)\n"),
    ("docs", "a heading that is not there", "README.md", "[rules](docs/merge-rules.md#stools)\n"),
    ("docs", "a command that is not there", "README.md", "```\ntrestle walk --fast\n```\n"),
    ("docs", "a flag that is not there", "README.md", "`trestle run --slow`\n"),
    ("words", "a typedef'd struct", "node/store.h", "typedef struct store store_t;\n"),
]

# (what is planted or None for a clean one, the text of an object in the archive)
OBJECTS = [
    (None, "#include <string.h>\nsize_t f(const char *s) { return strlen(s); }\n"),
    ("the clock", "#include <time.h>\nlong f(void) { return time(NULL); }\n"),
    ("a socket", "#include <sys/socket.h>\nint f(void) { return socket(1, 2, 3); }\n"),
    ("a file", "#include <stdio.h>\nvoid *f(void) { return fopen(\"x\", \"r\"); }\n"),
    ("printing", "#include <stdio.h>\nint f(int x) { return printf(\"%d\", x); }\n"),
    ("libc's random numbers", "#include <stdlib.h>\nint f(void) { return rand(); }\n"),
    ("libsodium's random numbers",
     "void randombytes_buf(void *, unsigned long);\nvoid f(void *p) { randombytes_buf(p, 8); }\n"),
    ("a random key pair", "int crypto_sign_keypair(void *, void *);\n"
                          "int f(void *p, void *s) { return crypto_sign_keypair(p, s); }\n"),
    ("a thread", "#include <pthread.h>\nint f(void) { return pthread_mutex_lock(0); }\n"),
]

# (what is planted or None, the text of a second archive: the first one defines f)
NAMES = [
    (None, "static int f(void) { return 1; }\nint g(void) { return f(); }\n"),
    ("a function that another archive defines", "int f(void) { return 2; }\n"),
]


def accepts(checker, *arguments):
    command = [sys.executable, str(HERE / f"{checker}.py"), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode not in (0, 1) or "Traceback" in result.stderr:
        sys.exit(f"{checker} broke: {result.stderr}")
    return result.returncode == 0


def plant(root, files):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def archive(root, tools, text, name="planted"):
    cc, ar, _ = tools
    source, made, library = root / f"{name}.c", root / f"{name}.o", root / f"lib{name}.a"
    source.write_text(text, encoding="utf-8")
    subprocess.run([cc, "-c", source, "-o", made, "-Wno-nonnull"], check=True)
    subprocess.run([ar, "rcs", library, made], check=True)
    return library


def judge(checker, root):
    """What @checker says of the tree @root; docs beside a program with one command."""
    if checker != "docs":
        return accepts(checker, root)
    program = root / "build/trestle"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho \"        run) words='--fast';;\"\n", encoding="utf-8")
    program.chmod(0o755)
    return accepts(checker, root, program)


def cases(tools):
    """(checker, what is planted or None, a function from an empty folder to the verdict)."""
    for checker in ("layers", "words", "merge_rules", "docs"):
        yield checker, None, lambda root, c=checker: judge(c, plant(root, CLEAN))
    for checker, what, name, text in TREES:
        yield checker, what, lambda root, c=checker, files={**CLEAN, name: text}: judge(
            c, plant(root, files))
    for what, text in OBJECTS:
        yield "purity", what, lambda root, t=text: accepts(
            "purity", tools[2], archive(root, tools, t))
    for what, text in NAMES:
        yield "once", what, lambda root, t=text: accepts(
            "once", tools[2], archive(root, tools, "int f(void) { return 1; }\n"),
            archive(root, tools, t, "other"))


def main():
    tools = sys.argv[1:]
    wrong = 0
    for checker, what, verdict in cases(tools):
        with tempfile.TemporaryDirectory() as folder:
            accepted = verdict(pathlib.Path(folder))
        as_it_should = accepted == (what is None)
        wrong += not as_it_should
        print(f"{'ok  ' if as_it_should else 'FAIL'} {checker} "
              f"{'accepts' if accepted else 'refuses'}: {what or 'a clean one'}")
    return 1 if wrong else 0


sys.exit(main())
