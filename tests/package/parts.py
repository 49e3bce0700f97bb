"""A strict reader of lists of parts: what CycloneDX 1.5 asks of the members that ours use, and no
member besides.

The schema itself is not ours to ship; this is the part of it that matters here, as tables. What is
linked is read anew from the program's own bytes, and what is bundled from the lock file, by other
means than what wrote the list. """
import base64
import json
import re
import struct

PURL = re.compile(r"pkg:(deb/debian/[a-z0-9][a-z0-9+.-]+@[\w.~%-]+\?arch=[a-z0-9]+"
                  r"|npm/(%40[\w.-]+/)?[\w.-]+@\d+\.\d+\.\d+|generic/[a-z-]+@[\w.~-]+)")
HASHES = {"SHA-256": 64, "SHA-384": 96, "SHA-512": 128}

# member: (its type or pattern, whether it must be there)
DOCUMENT = {"bomFormat": (r"CycloneDX", True), "specVersion": (r"1\.5", True),
            "serialNumber": (r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", True),
            "version": (int, True), "metadata": (dict, True), "components": (list, True),
            "dependencies": (list, True)}
METADATA = {"timestamp": (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", True), "component": (dict, True)}
COMPONENT = {"type": (r"application|library", True), "bom-ref": (PURL.pattern, True),
             "name": (r"\S+", True), "version": (r"\S+", True), "scope": (r"required", False),
             "hashes": (list, False), "licenses": (list, False), "purl": (PURL.pattern, True),
             "properties": (list, False)}
DEPENDENCY = {"ref": (PURL.pattern, True), "dependsOn": (list, False)}
HASH = {"alg": ("|".join(HASHES), True), "content": (r"[0-9a-f]+", True)}
LICENSE = {"license": (dict, True)}
PROPERTY = {"name": (r"trestle:soname", True), "value": (r"(lib|ld-linux)[\w.+-]+", True)}


def shape(where, value, members):
    """What is wrong with @value as an object of @members."""
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    for name in value.keys() - members.keys():
        yield f"{where}.{name} is not known"
    for name, (kind, must) in members.items():
        if name not in value:
            if must:
                yield f"{where}.{name} is missing"
        elif isinstance(kind, type):
            if type(value[name]) is not kind:
                yield f"{where}.{name} is no {kind.__name__}"
        elif not isinstance(value[name], str) or not re.fullmatch(kind, value[name]):
            yield f"{where}.{name} is {value[name]!r}"


def component(where, part):
    yield from shape(where, part, COMPONENT)
    for each in part.get("hashes", []):
        yield from shape(f"{where}.hashes", each, HASH)
        if len(each.get("content", "")) != HASHES.get(each.get("alg")):
            yield f"{where}: a hash of a wrong length"
    for each in part.get("licenses", []):
        yield from shape(f"{where}.licenses", each, LICENSE)
    for each in part.get("properties", []):
        yield from shape(f"{where}.properties", each, PROPERTY)


def references(parts):
    root = parts["metadata"]["component"]["bom-ref"]
    refs = [root] + [part["bom-ref"] for part in parts["components"]]
    told = {each["ref"]: each.get("dependsOn", []) for each in parts["dependencies"]}
    if len(set(refs)) != len(refs):
        yield "a part is there twice"
    if told.keys() != set(refs) or len(told) != len(parts["dependencies"]):
        yield "dependencies are not told of each part once"
    if sorted(told.get(root, [])) != sorted(refs[1:]):
        yield "it does not depend on all its parts"


def malformed(parts):
    """What is wrong with the document itself."""
    found = list(shape("document", parts, DOCUMENT))
    if found:
        return found
    found += shape("metadata", parts["metadata"], METADATA)
    found += component("metadata.component", parts["metadata"].get("component", {}))
    for index, part in enumerate(parts["components"]):
        found += component(f"components[{index}]", part)
    for each in parts["dependencies"]:
        found += shape("dependencies", each, DEPENDENCY)
    return found or list(references(parts))


def linked(path):
    """The sonames that a 64-bit little-endian ELF file names, by its own tables."""
    data = path.read_bytes()
    headers, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, headers + i * size) for i in range(count)]

    def offset(address):
        return next(address - each[3] + each[2] for each in segments
                    if each[0] == 1 and each[3] <= address < each[3] + each[5])

    dynamic = next(each for each in segments if each[0] == 2)
    tags = [struct.unpack_from("<qQ", data, dynamic[2] + i * 16) for i in range(dynamic[5] // 16)]
    strings = offset(dict(tags)[5])
    return {data[strings + value:data.index(b"\0", strings + value)].decode() for tag,
            value in tags if tag == 1}


def bundled(lock):
    """(name, version, SHA-512) of what is reached from the lock's own dependencies."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    waiting, seen = list(packages[""]["dependencies"]), {}
    while waiting:
        name = waiting.pop()
        if name not in seen:
            entry = packages[f"node_modules/{name}"]
            seen[name] = (name, entry["version"], base64.b64decode(entry["integrity"][7:]).hex())
            waiting += entry.get("dependencies", {})
    return set(seen.values())


def wrong(parts, program, lock):
    """What is wrong with the list of parts of @program and of the screens of @lock, or None."""
    found = malformed(parts)
    if found:
        return found
    told = {each["value"] for part in parts["components"] for each in part.get("properties", [])}
    if program is not None and told != linked(program):
        found.append(f"linked, but not told or the other way: {sorted(told ^ linked(program))}")
    screens = {(part["name"], part["version"], part["hashes"][0]["content"])
               for part in parts["components"]
               if part["purl"].startswith("pkg:npm/")}
    expected = bundled(lock) if lock else set()
    if screens != expected:
        names = sorted(each[0] for each in screens ^ expected)
        found.append(f"of npm, but not told or the other way: {names}")
    return found
