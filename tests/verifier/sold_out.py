"""When items were sold out and came back, recomputed from the events.

Written from docs/protocol.md and docs/operating.md ("The report") alone.
"""
import collections

SET, AVAILABLE, ADD, TAKE, UNDO, DAY_OPEN = 96, 98, 112, 116, 118, 130
NUMBER = 13  # the field of an item that says its number


def spells_of(changes):
    """[(from, until or 0)] of [(when, whether it is out)], in the order of time."""
    since, spells = None, []
    for at, is_out in changes:
        if is_out and since is None:
            since = at
        elif not is_out and since is not None:
            spells.append((since, max(at, since + 1)))
            since = None
    return spells + ([(since, 0)] if since is not None else [])


def said(told):
    """{item: spells}, as people said."""
    number, changes = {}, collections.defaultdict(list)
    for one in told:
        if one.kind == SET:
            number.update((one.entity, value) for field, value in one.body[0] if field == NUMBER)
        if one.kind == AVAILABLE:
            changes[one.entity].append((one.at, one.operation, not one.body[0]))
    spells = collections.defaultdict(list)  # an item whose number does not count is item 0
    for entity, some in changes.items():
        spells[number.get(entity, 0)] += spells_of((at, is_out) for at, _, is_out in sorted(some))
    return spells


def counted(told):
    """{item: spells}, as units ran out: a sale that was taken back gives back its units once."""
    left = {one.operation: one.body[1] for one in told if one.kind == TAKE}
    changes = collections.defaultdict(list)
    for one in sorted(told, key=lambda one: one.operation):
        if one.kind == ADD:
            changes[one.body[0]].append((one.at, one.operation, one.body[1]))
        elif one.kind == TAKE:
            changes[one.body[0]].append((one.at, one.operation, -one.body[1]))
        elif one.kind == UNDO:
            name = bytes(one.body[1][0]), one.body[1][1], bytes(one.body[1][2])
            units = min(one.body[3], left.get(name, 0))
            left[name] = left.get(name, 0) - units
            changes[one.body[0]].append((one.at, one.operation, units))
    return {item: spells_of(outs_of(sorted(some))) for item, some in changes.items()}


def outs_of(changes):
    """What there never was any of is not sold out."""
    units, was_there = 0, False
    for at, _, change in changes:
        units += change
        was_there = was_there or units > 0
        if was_there:
            yield at, units <= 0


def of_day(told, day, epoch):
    """{(item, from, until or 0, whether it was counted)} of what reaches into the day, in ms."""
    opened = collections.defaultdict(list)
    for one in told:
        if one.kind == DAY_OPEN:
            opened[one.body[0]].append(one.at)
    begin, end = min(opened.get(day, [0])), min(opened.get(day + 1, [1 << 62]))
    return {(item, epoch + at, epoch + until if until else 0, is_counted)
            for is_counted, found in ((False, said(told)), (True, counted(told)))
            for item, spells in found.items() for at, until in spells
            if at < end and (until == 0 or until > begin)}
