#!/usr/bin/env python3
"""Proves from link symbols that sync touches nothing but memory.

    purity.py <nm> <archive>     prints each forbidden symbol and who uses it; exit status 1 on any

Every symbol that the archive needs from outside must be on the list below. There is no socket,
file, clock, random number or thread on it, and no libsodium function that draws random numbers.
"""
import re
import subprocess
import sys

ALLOWED = re.compile("|".join(f"(?:{pattern})" for pattern in [
    # Bytes and text in memory, and what the compiler makes of them.
    r"mem(cpy|move|set|cmp|chr|mem)", r"str(n?len|n?cmp|chr|rchr|str|spn|cspn|pbrk)", r"bcmp",
    r"[hn]to[hn][ls]", r"qsort", r"bsearch", r"v?snprintf", r"strto(u?ll?|u?imax)",
    r"__isoc99_strto\w+",
    r"__ctype_(b|tolower|toupper)_loc", r"__errno_location",
    r"__(mem(cpy|move|set)|v?snprintf)_chk", r"__stack_chk_fail", r"_GLOBAL_OFFSET_TABLE_",
    # Memory, and stopping at a mistake of our own.
    r"malloc", r"calloc", r"realloc", r"free", r"abort",
    # Hashes, signatures and comparisons: deterministic functions of their arguments.
    r"crypto_generichash(_blake2b)?(_\w+)?", r"crypto_hash_sha(256|512)(_\w+)?",
    r"crypto_sign(_ed25519)?_(detached|verify_detached|seed_keypair|bytes|publickeybytes)",
    r"crypto_sign_ed25519_(pk_to_curve25519|sk_to_pk|sk_to_seed)",
    r"crypto_verify_(16|32|64)", r"crypto_shorthash(_\w+)?",
    r"sodium_(memcmp|memzero|compare|is_zero|increment|add|bin2hex|hex2bin)",
    # msgpack writes into memory that we hand it.
    r"msgpack_pack_\w+",
]) + r"$")
# Of the families above, these draw random numbers.
FORBIDDEN = re.compile(r"crypto_\w*(keygen|_keypair$)")
SEEDED = re.compile(r"crypto_sign(_ed25519)?_seed_keypair$")


def symbols(nm, archive, which):
    """(object, symbol) pairs that nm lists with @which."""
    text = subprocess.run([nm, "-A", "-P", which, archive], check=True, capture_output=True,
                          text=True).stdout
    for line in text.splitlines():
        # libtrestle_sync.a[order.c.o]: order_merge T 0 10
        where, _, rest = line.partition("]: ")
        yield where.rpartition("[")[2], rest.split()[0]


def is_allowed(symbol):
    if FORBIDDEN.match(symbol) and not SEEDED.match(symbol):
        return False
    return ALLOWED.match(symbol) is not None


def main():
    nm, archive = sys.argv[1:]
    defined = {symbol for _, symbol in symbols(nm, archive, "--defined-only")}
    needed = sorted(set(symbols(nm, archive, "--undefined-only")))
    outside = [(where, symbol) for where, symbol in needed if symbol not in defined]
    wrong = [f"{where} uses {symbol}" for where, symbol in outside if not is_allowed(symbol)]
    kinds = len({symbol for _, symbol in outside})
    print("\n".join(wrong) if wrong else f"pure: {kinds} symbols from outside, all allowed")
    return 1 if wrong else 0


sys.exit(main())
