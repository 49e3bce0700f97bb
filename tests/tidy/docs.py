#!/usr/bin/env python3
"""The pages for people: each link between them leads to a file, and to a heading, that is there.

    docs.py ROOT        prints each that does not as page:line: what; then exit status 1
"""
import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^()\s]+)\)")
ELSEWHERE = re.compile(r"[a-z]+:")


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


def violations(root):
    for page in pages(root):
        for number, line in prose(page.read_text(encoding="utf-8")):
            for target in LINK.findall(line):
                what = broken(page, target)
                if what is not None:
                    yield f"{page.relative_to(root)}:{number}: {what}"


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
