#!/usr/bin/env python3
"""The packages for another processor, built in a clean Debian of this machine's kind.

    cross.py ARCHITECTURE SOURCE FOLDER PACKAGE...     arm64; they come to FOLDER/ARCHITECTURE

The sources are those of the commit, the screens those that are built here; PACKAGE is what Debian
has to build with. Programs are run in an emulator of the processor, as far as printing what they
are. Needs root and the network. Exit status 1: something does not hold; 77: it cannot be tried.
"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import root as roots  # noqa: E402
from root import Machine, Trouble, Unable, within  # noqa: E402

# Of these the other processor's are wanted, of all else this machine's.
LIBRARY = ("lib", "zlib")
UNWANTED = {"ccache", "gcc", "libc6-dev", "libcmocka-dev"}
BUILD = """set -e
cd /srv/source
cmake --preset release -DBUILD_TESTING=OFF -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc \\
    -DCMAKE_TOOLCHAIN_FILE=node/package/arm64.cmake
cmake --build --preset release --target trestle trestle-gateway
mkdir packages
export SOURCE_DATE_EPOCH=$(cut -d' ' -f2 node/revision)
dpkg-architecture -aarm64 -c cpack --config build/release/CPackConfig.cmake -B "$PWD/packages"
for program in trestle trestle-gateway; do
    qemu-aarch64-static build/release/$program --version
done"""


def wanted(packages, architecture):
    for name in packages:
        if name not in UNWANTED:
            yield f"{name}:{architecture}" if name.startswith(LIBRARY) else name


def sources(source, to):
    """The commit, what it is called, and the screens."""
    to.mkdir(parents=True)
    archive = subprocess.Popen(["git", "-C", str(source), "archive", "HEAD"],
                               stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", str(to)], stdin=archive.stdout, check=True)
    said = roots.call("git", "-C", str(source), "log", "-1", "--abbrev=12", "--format=%h %ct")
    (to / "node/revision").write_text(said.stdout, encoding="ascii")
    shutil.copytree(source / "web/dist", to / "web/dist")


def build(machine, architecture, source, packages):
    within(machine.root, "dpkg", "--add-architecture", architecture)
    within(machine.root, "apt-get", "-q", "update")
    within(machine.root, "apt-get", "-q", "install", "-y", "--no-install-recommends",
           f"crossbuild-essential-{architecture}", "qemu-user-static",
           *wanted(packages, architecture))
    sources(source, machine.root / "srv/source")
    print(within(machine.root, "bash", "-c", BUILD).stdout[-1500:])


def main(architecture, source, folder, *packages):
    folder = pathlib.Path(folder).resolve()
    if architecture != "arm64":
        print(f"there is no toolchain for {architecture}")
        return 2
    try:
        with Machine(folder / "roots", architecture) as machine:
            build(machine, architecture, pathlib.Path(source).resolve(), packages)
            to = folder / architecture
            to.mkdir(exist_ok=True)
            for path in sorted((machine.root / "srv/source/packages").glob("*.deb")):
                shutil.copy(path, to)
                print(to / path.name)
    except Unable as why:
        print(f"NOT TESTED ({why})")
        return 77
    except Trouble as trouble:
        print(trouble)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
