#!/usr/bin/env python3
"""The pages for people: each link between them leads to a file, and to a heading, that is there;
each command of ours that they name is there, with the flags that stand behind it.

    docs.py ROOT [PROGRAM]...     prints what is not so as page:line: what; then exit status 1
"""
import pathlib
import re
import subprocess
import sys

LINK = re.compile(r"\]\(([^()\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")
HISTORY = {"changelog.md"}  # tells of commands as they were, too
# A command line of ours up to a pipe, a comment or another command; the service's user is called
# so, too.
COMMAND = re.compile(r"(?<![\w./=-])(trestle(?:-gateway)?) +(?!trestle)([a-z]+)\b([^|#;&`]*)")
FLAG = re.compile(r"(?<!\S)--[a-z][a-z-]*")


def pages(root):
    return sorted(path for pattern in ("README.md", "docs/*.md", "docs/adr/*.md")
                  for path in root.glob(pattern))


def anchor(heading):
    """As GitHub makes it of a heading's words."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def prose(text):
    """(number, line) of what is no code."""
    is_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            is_code = not is_code
        elif not is_code:
            yield number, re.sub(r"`[^`]*`", lambda code: code.group().replace("](", "] ("), line)


def anchors(path):
    return {anchor(line.lstrip("#")) for _, line in prose(path.read_text(encoding="utf-8"))
            if re.match(r"#{1,6} ", line)}


def broken(page, target):
    """What is wrong with a link from @page to @target; None when nothing is."""
    if ELSEWHERE.match(target):
        return None
    name, _, heading = target.partition("#")
    path = page.parent / name if name else page
    if not path.exists():
        return f"there is no {target}"
    if heading and heading not in anchors(path):
        return f"{path.name} has no heading #{heading}"
    return None


def links(page, text):
    for number, line in prose(text):
        for target in LINK.findall(line):
            what = broken(page, target)
            if what is not None:
                yield number, what


def code(text):
    """(number, what stands in it) of fenced lines, and of what stands between two backticks."""
    quiet = {number for number, _ in prose(text)}
    for number, line in enumerate(text.splitlines(), 1):
        for part in re.findall(r"`([^`]+)`", line) if number in quiet else [line]:
            yield number, part


def takes(program):
    """{command: flags} by the program's own completion of them."""
    script = subprocess.run([program, "completion", "bash"], capture_output=True, text=True,
                            check=True).stdout
    return {name: set(words.split())
            for name, words in re.findall(r"^ +([a-z]+)\) words='([^']*)'", script, re.M)}


def unknown(text, programs):
    """Commands and flags that no program has."""
    for number, part in code(text):
        for program, command, rest in COMMAND.findall(part):
            commands = programs.get(program)
            if commands is None:
                continue
            if command not in commands:
                yield number, f"{program} has no command {command}"
                continue
            for flag in FLAG.findall(rest):
                if flag not in commands[command]:
                    yield number, f"{program} {command} takes no {flag}"


def violations(root, programs):
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        found = list(links(page, text))
        if page.name not in HISTORY:
            found += unknown(text, programs)
        for number, what in found:
            yield f"{page.relative_to(root)}:{number}: {what}"


def main():
    programs = {pathlib.Path(path).name: takes(path) for path in sys.argv[2:]}
    found = list(violations(pathlib.Path(sys.argv[1]), programs))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
