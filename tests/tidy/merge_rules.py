#!/usr/bin/env python3
"""docs/merge-rules.md: each heading with a table names its tests, and each of them exists; a table
of what counts says what people see of it; the tables of records have a row for each field that two
people may write.

    merge_rules.py ROOT
"""
import os
import re
import sys

FOLDERS = {"unit": "tests/unit", "process": "tests/process"}

# A table's heading, and how record_fields.h calls its list; what its rows are made of is said once.
RECORDS = {"Stalls": "STALL", "Stations": "STATION", "Staff": "STAFF", "Taxes": "TAX",
           "Offers": "OFFER", "Printers": "PRINTER", "Reviews": "REVIEW"}
SPELLED = {"percent_bp": "percentage", "manager": "needs a manager"}


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


def sections(text):
    """(heading, what stands below it up to the next one)"""
    parts = re.split(r"(?m)^#{2,3} (.+)$", text)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def unnamed(root, heading, body):
    named = re.search(r"(?m)^Tests: (.+)$", body)
    if named is None:
        yield f"{heading}: has a table and names no tests"
        return
    for suite, name in re.findall(r"`(\w+)\.(\w+)`", named.group(1)):
        path = os.path.join(FOLDERS.get(suite, ""), f"test_{name}.c")
        if suite not in FOLDERS or not os.path.exists(os.path.join(root, path)):
            yield f"{heading}: there is no test {suite}.{name}"


def unseen(heading, body):
    """Tables of more than a name and what it means, without a column for whoever looks at it."""
    for head in re.findall(r"(?m)^\|(.+)\|\n\|---", body):
        if head.count("|") > 1 and not re.search(r"\bsees?\b|screen|disagree", head):
            yield f"{heading}: no column says what people see of {head.strip()}"


def fields(header, name):
    listed = re.search(rf"#define {name}_FIELDS\(X\)(.*?)\n\n", header + "\n\n", re.S).group(1)
    return re.findall(r'X\(\w+, \d+, "(\w+)"', listed)


def missing(header, heading, body):
    """Fields without a row."""
    rows = re.findall(r"(?m)^\| ([^|]+) \|", body)
    said = {field.split(" (")[0].strip() for row in rows for field in row.split(",")}
    for field in fields(header, RECORDS[heading]):
        if SPELLED.get(field, field).replace("_", " ") not in said:
            yield f"{heading}: no row says what becomes of {field}"


def main(root):
    header = read(root, "sync/domain/record_fields.h")
    found = []
    for heading, body in sections(read(root, "docs/merge-rules.md")):
        if re.search(r"(?m)^\|", body):
            found += list(unnamed(root, heading, body))
            found += list(unseen(heading, body))
        if heading in RECORDS:
            found += list(missing(header, heading, body))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
