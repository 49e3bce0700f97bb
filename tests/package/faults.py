"""Faults of a package for `judge.py --self-test`: each planted in a copy, for one check."""
import json


def edit(path, old, new):
    """A plant: in the file at @path (with % for the package's name) @old becomes @new."""
    def plant(package):
        where = package.root / path.replace("%", package.name)
        text = where.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old}"
        where.write_text(text.replace(old, new), encoding="utf-8")
    return plant


def lose(path):
    return lambda package: (package.root / path).unlink()


def stray(path):
    return lambda package: (package.root / path).write_text("x", encoding="utf-8")


def lose_script(package):
    (package.control / "postrm").unlink()


def break_script(package):
    (package.control / "postinst").write_text("#!/bin/sh\nset -e\nif true; then\n",
                                              encoding="utf-8")


def forget_conffile(package):
    (package.control / "conffiles").write_text("", encoding="utf-8")


def depend_on_nothing(package):
    package.head["Depends"] = "libc6 (>= 2.34)"


def foreign_owner(package):
    package.listing[-1] = package.listing[-1].replace("root/root", "builder/builder")


def other_time(package):
    day = package.listing[-1].split()[3]
    assert day != "1999-12-31"
    # With the space before it: a size may read as any part of a day.
    package.listing[-1] = package.listing[-1].replace(f" {day} ", " 1999-12-31 ")


def lose_asset(package):
    next((package.root / "usr/share/trestle/web/assets").glob("counter*.js")).unlink()


def strip_guard(package):
    data = package.program.read_bytes()
    package.program.write_bytes(data.replace(b"__stack_chk_fail", b"__stack_chk_fall"))


def tell_folder(package):
    with open(package.program, "ab") as file:
        file.write(str(package.source).encode())


def of_parts(change):
    """A plant: @change does something to the list of parts."""
    def plant(package):
        path = package.root / "usr/share" / package.name / "sbom.cdx.json"
        told = json.loads(path.read_text(encoding="utf-8"))
        change(told)
        path.write_text(json.dumps(told), encoding="utf-8")
    return plant


def forget_part(prefix):
    def change(told):
        part = next(each for each in told["components"] if each["purl"].startswith(prefix))
        ref = part["bom-ref"]
        told["components"].remove(part)
        told["dependencies"] = [each for each in told["dependencies"] if each["ref"] != ref]
        told["dependencies"][0]["dependsOn"].remove(ref)
    return of_parts(change)


UNIT = "usr/lib/systemd/system/%.service"
NODE, GATEWAY = "trestle", "trestle-gateway"

# (package, what is wrong, the check that must notice, what plants it)
ALL = (
    (NODE, "a file that is lost", "files", lose("usr/lib/tmpfiles.d/trestle.conf")),
    (GATEWAY, "a file that nobody named", "files", stray("usr/bin/debug")),
    (NODE, "somebody else's file", "owners", foreign_owner),
    (NODE, "a file of another time", "owners", other_time),
    (NODE, "a library that is not asked for", "head", depend_on_nothing),
    (NODE, "settings that an upgrade overwrites", "settings", forget_conffile),
    (NODE, "settings that are set as shipped", "settings",
     edit("etc/trestle/trestle.conf", "#listen", "listen")),
    (NODE, "a script that is lost", "scripts", lose_script),
    (GATEWAY, "a script that sh cannot read", "scripts", break_script),
    (NODE, "a unit that may do more", "exposure",
     edit(UNIT, "RestrictNamespaces=yes\n", "")),
    (GATEWAY, "a gateway's unit that may do more", "exposure",
     edit(UNIT, "CapabilityBoundingSet=\n", "")),
    (NODE, "a unit of another folder", "unit", edit(UNIT, "/usr/bin/", "/usr/local/bin/")),
    (GATEWAY, "a unit that starts without a pop-up", "unit",
     edit(UNIT, "ConditionPathExists", "#")),
    (NODE, "a kiosk that systemd does not take", "kiosk",
     edit("usr/lib/systemd/user/trestle-kiosk@.service", "Restart=always", "Restart=sometimes")),
    (NODE, "another port told by avahi", "avahi",
     edit("usr/share/trestle/trestle.avahi.service", "7450", "7451")),
    (NODE, "a completion of nobody", "completions",
     edit("usr/share/bash-completion/completions/%", "complete -o", ": complete -o")),
    (NODE, "a page of a screen that is not there", "screens", lose_asset),
    (NODE, "a stack without a guard", "hardening", strip_guard),
    (NODE, "a program that tells where it was built", "hardening", tell_folder),
    (NODE, "a library that is not told", "sbom", forget_part("pkg:deb/debian/liblmdb0")),
    (NODE, "a part of the screens that is not told", "sbom", forget_part("pkg:npm/preact")),
    (NODE, "a member that CycloneDX does not know", "sbom",
     of_parts(lambda told: told.update(colour="red"))),
    (GATEWAY, "terms that are not told", "rights",
     edit("usr/share/doc/%/copyright", "License: Expat", "License: Other")),
)
