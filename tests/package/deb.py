"""A Debian package, unpacked: its files, its control files, and what its head says."""
import os
import pathlib
import subprocess


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


class Deb:
    """@root holds the files, @control what dpkg reads."""

    def __init__(self, root, control, listing, source):
        self.root, self.control = pathlib.Path(root), pathlib.Path(control)
        self.listing = listing  # as dpkg-deb -c prints it: modes, owners, times
        self.source = pathlib.Path(source)  # of which it was built
        text = (self.control / "control").read_text(encoding="utf-8")
        self.head = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line[1:]
                         and not line.startswith(" "))

    @property
    def name(self):
        return self.head["Package"]

    @property
    def program(self):
        return self.root / "usr/bin" / self.name

    @property
    def unit(self):
        return self.root / f"usr/lib/systemd/system/{self.name}.service"

    def paths(self):
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*")
                if not path.is_dir()}


def unpack(path, folder, source):
    """Unpacks the package at @path below @folder."""
    root, control = os.path.join(folder, "root"), os.path.join(folder, "control")
    os.makedirs(folder, exist_ok=True)
    run("dpkg-deb", "-x", str(path), root)
    run("dpkg-deb", "-e", str(path), control)
    listing = run("dpkg-deb", "-c", str(path), env={**os.environ, "TZ": "UTC"})
    return Deb(root, control, listing.splitlines(), source)
