#!/usr/bin/env python3
"""The list of parts (SBOM) of what is shipped, as CycloneDX 1.5: what a program is linked with,
and what of npm is bundled into the screens.

    sbom.py web PACKAGE-LOCK VERSION        prints that of the screens alone

Libraries are those that the program itself names (NEEDED), each under the Debian package that
brings it on the machine that links; what those need in turn is the distribution's. npm packages
come from the lock file: what the screens are made of is required, what only builds and tests them
is not in it, as nothing of that is shipped. """
import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import uuid

NAMESPACE = uuid.UUID("3b0f1e0e-6d1c-5a52-9d3f-1a3c5f0c7e11")  # of our own, drawn once


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(program, objdump="objdump"):
    """The sonames that @program names."""
    return sorted(re.findall(r"^\s+NEEDED\s+(\S+)$", run(objdump, "-p", str(program)),
                             re.MULTILINE))


def architecture(program, objdump):
    head = run(objdump, "-f", str(program))
    return "arm64" if "aarch64" in head else run("dpkg", "--print-architecture").strip()


def owner(soname, arch):
    """(package, version) that brings @soname for @arch on this machine."""
    for line in run("dpkg-query", "-S", f"*/{soname}").splitlines():
        names = line.split(": ")[0]
        for name in names.split(", "):
            package, _, of = name.partition(":")
            if of in ("", arch) and not package.endswith("-cross"):  # for compilers, not to run
                version = run("dpkg-query", "-W", "-f=${Version}", f"{package}:{arch}")
                return package, version
    raise SystemExit(f"sbom.py: no Debian package brings {soname}")


def library(sonames, package, version, arch):
    purl = f"pkg:deb/debian/{package}@{version.replace('+', '%2B').replace(':', '%3A')}?arch={arch}"
    return {"type": "library", "bom-ref": purl, "name": package, "version": version,
            "scope": "required",
            "purl": purl, "properties": [{"name": "trestle:soname", "value": each}
                                         for each in sonames]}


def libraries(program, objdump):
    arch = architecture(program, objdump)
    packages = {}
    for soname in needed(program, objdump):
        packages.setdefault(owner(soname, arch), []).append(soname)
    return [library(sonames, *package, arch) for package, sonames in sorted(packages.items())]


def npm_part(path, entry):
    name = path.rpartition("node_modules/")[2]
    purl = f"pkg:npm/{name.replace('@', '%40')}@{entry['version']}"
    algorithm, _, digest = entry["integrity"].partition("-")
    content = base64.b64decode(digest).hex()
    return {"type": "library", "bom-ref": purl, "name": name, "version": entry["version"],
            "scope": "required",
            "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": content}],
            "licenses": [{"license": {"id": entry["license"]}}], "purl": purl}


def npm_parts(lock):
    """What the screens are bundled of: not what builds and tests them, nor optional tools."""
    packages = json.loads(pathlib.Path(lock).read_text(encoding="utf-8"))["packages"]
    return [npm_part(path, entry) for path, entry in sorted(packages.items())
            if path and not {"dev", "optional", "devOptional"} & entry.keys()]


def document(name, version, components, epoch):
    root = f"pkg:generic/{name}@{version}"
    body = {
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch)),
            "component": {"type": "application", "bom-ref": root, "name": name, "version": version,
                          "licenses": [{"license": {"id": "Apache-2.0"}}], "purl": root},
        },
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [part["bom-ref"] for part in components]}]
                        + [{"ref": part["bom-ref"]} for part in components],
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps(body, sort_keys=True))
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{serial}",
            "version": 1} | body


def of_program(name, version, program, lock, epoch, objdump="objdump"):
    """@lock, of the screens that lie beside it, or None."""
    components = libraries(program, objdump) + (npm_parts(lock) if lock else [])
    return document(name, version, components, epoch)


def text(parts):
    return json.dumps(parts, indent=2) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] != "web":
        sys.exit(__doc__)
    print(text(document("trestle-web", sys.argv[3], npm_parts(sys.argv[2]),
                        int(os.environ["SOURCE_DATE_EPOCH"]))),
          end="")
