#!/usr/bin/env python3
"""The packages once more, of the release's archive, in a clean Debian, in another folder, without
Node.js and without a network: they must be the same bytes.

    rebuild.py FOLDER ROOTS PACKAGE...    FOLDER holds the packages and archive/; PACKAGE builds

Where the clean Debian has other versions of libraries than this machine, the list of parts says so
and may differ; then that is told, and all else must be the same. Exit status 1: it is not. """
import filecmp
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import deb  # noqa: E402
import root as roots  # noqa: E402
from root import Machine, Trouble, Unable, within  # noqa: E402

UNWANTED = {"ccache"}  # what was compiled elsewhere does not count
BUILD = """set -e
cd "$1"
! command -v node
cmake --preset release -DBUILD_TESTING=OFF
cmake --build --preset release --target trestle trestle-gateway
mkdir packages
export SOURCE_DATE_EPOCH=$(cut -d' ' -f2 node/revision)
cpack --config build/release/CPackConfig.cmake -B "$PWD/packages"
"""


def build(machine, archive, packages):
    within(machine.root, "apt-get", "-q", "install", "-y", "--no-install-recommends",
           *(name for name in packages if name not in UNWANTED))
    place = machine.root / "srv/built elsewhere"
    place.mkdir()
    roots.call("tar", "-xf", str(archive), "-C", str(place))
    source = place / archive.name.removesuffix(".tar.xz")
    roots.call("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child",
               f"--mount-proc={machine.root}/proc",
               "chroot", str(machine.root), "bash", "-c", BUILD, "bash",
               str(source).removeprefix(str(machine.root)),
               env=roots.ENVIRONMENT)
    return source


def members(path, folder):
    package = deb.unpack(path, folder, ".")
    return {str(each.relative_to(folder)): each for each in sorted(pathlib.Path(folder).rglob("*"))
            if each.is_file() and not each.is_symlink()}, package


def differing(one, other):
    """The files of two packages that are not the same."""
    with tempfile.TemporaryDirectory() as scratch:
        mine, _ = members(one, os.path.join(scratch, "one"))
        theirs, _ = members(other, os.path.join(scratch, "other"))
        both = mine.keys() & theirs.keys()
        return sorted(mine.keys() ^ theirs.keys()) + \
            sorted(name for name in both if not filecmp.cmp(mine[name], theirs[name],
                                                            shallow=False))


def compare(one, other):
    if filecmp.cmp(one, other, shallow=False):
        print(f"{one.name}: the same bytes")
        return
    found = [name for name in differing(one, other) if not name.endswith("md5sums")]
    if found != [name for name in found if name.endswith("sbom.cdx.json")] or not found:
        raise Trouble(f"{one.name} differs: {', '.join(found) or 'in its frame'}")
    with tempfile.TemporaryDirectory() as scratch:
        paths = [members(path, os.path.join(scratch, str(i)))[0][found[0]] for i,
                 path in enumerate((one, other))]
        told = subprocess.run(["diff", *map(str, paths)], capture_output=True, text=True,
                              check=False).stdout
    libraries = sorted({line.split('"')[3] for line in told.splitlines() if '"purl"' in line})
    print(f"{one.name}: the same, but for the list of parts, as libraries have other versions: "
          f"{', '.join(libraries)}")


def main(folder, keep, *packages):
    folder = pathlib.Path(folder).resolve()
    archive, = folder.glob("archive/*.tar.xz")
    try:
        with Machine(pathlib.Path(keep).resolve(), "rebuilt") as machine:
            source = build(machine, archive, packages)
            for path in sorted(folder.glob("*.deb")):
                compare(path, source / "packages" / path.name)
    except Unable as why:
        print(f"NOT TESTED ({why})")
    except Trouble as trouble:
        print(trouble)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
