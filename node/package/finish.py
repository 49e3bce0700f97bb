#!/usr/bin/env python3
"""What a Debian package has beside what cmake installs: copyright, changelog, list of parts, small
manual pages.

    finish.py SOURCE STAGING VERSION MAINTAINER OBJDUMP     STAGING: a folder for each component

Nothing here depends on the clock or on the machine's folders: the time is SOURCE_DATE_EPOCH.
"""
import email.utils
import gzip
import os
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import sbom  # noqa: E402

PACKAGES = {"node": ("trestle", "usr/bin/trestle"),
            "gateway": ("trestle-gateway", "usr/bin/trestle-gateway")}


def squeezed(data):
    return gzip.compress(data, 9, mtime=0)


def squeeze(path):
    path.with_name(path.name + ".gz").write_bytes(squeezed(path.read_bytes()))
    path.unlink()


def changelog(package, version, maintainer, epoch):
    """Debian's own; what changed stands in docs/changelog.md."""
    when = email.utils.formatdate(epoch)
    return (f"{package} ({version}) stable; urgency=medium\n\n"
            "  * What changed is told in /usr/share/doc/trestle/changelog.md.gz.\n\n"
            f" -- {maintainer}  {when}\n").encode()


def documents(root, source, package, version, maintainer, epoch):
    folder = root / "usr/share/doc" / package
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "node/package/copyright", folder / "copyright")
    text = changelog(package, version, maintainer, epoch)
    (folder / "changelog.gz").write_bytes(squeezed(text))
    if (folder / "changelog.md").exists():
        squeeze(folder / "changelog.md")
    home = "gateway" if package == "trestle-gateway" else "node"
    overrides = source / home / "package/lintian-overrides"
    if overrides.exists():
        to = root / "usr/share/lintian/overrides"
        to.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(overrides, to / package)


def settle_modes(root):
    """Whatever the umask of who builds: folders 0755, programs 0755, all else 0644."""
    for path in sorted(root.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runs else 0o644)


def finish(source, root, component, version, maintainer, objdump):
    package, program = PACKAGES[component]
    epoch = int(os.environ["SOURCE_DATE_EPOCH"])
    for page in root.glob("usr/share/man/man*/*.[0-9]"):
        squeeze(page)
    documents(root, source, package, version, maintainer, epoch)
    lock = source / "web/package-lock.json" if component == "node" else None
    parts = sbom.of_program(package, version, root / program, lock, epoch, objdump)
    target = root / "usr/share" / package
    target.mkdir(parents=True, exist_ok=True)
    (target / "sbom.cdx.json").write_text(sbom.text(parts), encoding="utf-8")
    settle_modes(root)


def main(source, staging, version, maintainer, objdump):
    if "SOURCE_DATE_EPOCH" not in os.environ:
        sys.exit("finish.py: SOURCE_DATE_EPOCH says of when the sources are; ./run package sets it")
    for component in PACKAGES:
        finish(pathlib.Path(source), pathlib.Path(staging) / component, component, version,
               maintainer,
               objdump)


if __name__ == "__main__":
    main(*sys.argv[1:])
