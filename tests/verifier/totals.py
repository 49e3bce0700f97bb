"""What a trading day came to, added up from its events: payments, refunds, sales and their tax.

Written from docs/protocol.md, docs/merge-rules.md and docs/arithmetic.md alone. An order's events
are judged by what their writers had seen, never by their clocks. Whether a device or a person had
the right to write them is not looked at: a report that leaves such events out differs, and says so.
"""
import collections
import csv
import json

import deductions

OPEN, ADD, SET, VOID, REFUSE, START, DONE, RECALL = 32, 34, 36, 38, 42, 44, 46, 48
HANDED, UNHAND, CANCEL, REINSTATE, AMEND, DISCOUNT, LAPSE = 50, 52, 54, 56, 58, 60, 66
TIP = 76
PAY, REFUND, INTENT, PROVIDER_REFUND, LAST_OF_ORDERS = 80, 82, 84, 86, 92
RECALLABLE = (40, REFUSE, LAPSE, START, DONE)
ORDERS = range(OPEN, LAST_OF_ORDERS + 1)
PENDING, SUCCEEDED = 0, 2  # of a provider's refund, with what lies between
PROVIDER = "card-online"
QUANTITY_MAX = 999
FULL = "device-complete"  # a row that only a report with all figures has

# One event that counts: its operation is (log, seq, first 16 bytes of its hash), `by` its person,
# `at` its writer's clock.
Told = collections.namedtuple("Told", "operation kind entity saw body by at")
Line = collections.namedtuple("Line", "price rate added facts handed edits")


def half_up(amount, times, by):
    product = amount * times
    rounded = (2 * abs(product) + by) // (2 * by)
    return rounded if product >= 0 else -rounded


def first_parts(amount, count, taken):
    """The first of @count parts of an amount, the larger ones first."""
    return amount // count * taken + min(amount % count, taken)


def scaled(share, then, now):
    """A line's share of a discount, given for @then units, of @now."""
    if then == 0:
        return 0
    return share * (now // then) + first_parts(share, then, now % then)


class Order:
    """All events of one order, and who had seen what."""

    def __init__(self, told):
        self.told = sorted({one.operation: one for one in told}.values())
        self.at = {one.operation: i for i, one in enumerate(self.told)}
        self.seen = self.seen_by_all()
        self.every = frozenset(range(len(self.told)))

    def seen_by_all(self):
        """For each event, the others that its writer had seen: its own, those it names, theirs."""
        names = [{self.at[name] for name in one.saw if name in self.at} for one in self.told]
        for i, one in enumerate(self.told):
            names[i] |= {j for j in range(i) if self.told[j].operation[0] == one.operation[0]
                         and self.told[j].operation[1] < one.operation[1]}
        seen, left = {}, list(range(len(self.told)))
        while left:
            ready = [i for i in left if names[i] <= seen.keys()]
            if not ready:
                raise ValueError("events name each other")
            for i in ready:
                seen[i] = frozenset(names[i].union(*(seen[j] for j in names[i])))
            left = [i for i in left if i not in seen]
        return seen

    def undone(self, view):
        gone = set()
        for i in view:
            kind, body = self.told[i].kind, self.told[i].body
            if kind == REINSTATE:
                gone |= {j for j in self.seen[i] if self.told[j].kind == CANCEL}
            elif kind in (RECALL, UNHAND):
                may = RECALLABLE if kind == RECALL else (HANDED,)
                named = (self.at.get(operation_of(name)) for name in body[0])
                gone |= {j for j in named if j is not None and self.told[j].kind in may}
        return gone

    def of(self, view, *kinds):
        """The events of these kinds in a view, with their bodies."""
        return [(i, self.told[i].body) for i in sorted(view) if self.told[i].kind in kinds]

    def lines(self, view):
        """The lines as they stand in the view, and its events that are not undone."""
        view = view - self.undone(view)
        lines = {}
        for _, body in self.of(view, ADD):
            lines.setdefault(body[0], Line(body[4], body[6], body, [], [], []))
        for i, body in self.of(view, START, DONE):
            for line in body[0]:
                if line in lines:
                    lines[line].facts.append(i)
        for i, body in self.of(view, HANDED):
            for line, units in body[0]:
                if line in lines:
                    lines[line].facts.append(i)
                    lines[line].handed.append((i, units))
        for i, body in self.of(view, SET):
            if body[0] in lines:
                lines[body[0]].edits.append(i)
        return lines, view

    def is_late(self, edit, line):
        """Somebody began the line without having seen it, and nobody who had handed it over."""
        if all(edit in self.seen[fact] for fact in line.facts):
            return False
        return not any(edit in self.seen[by] and
                       all(edit in self.seen[fact] for fact in line.facts if fact in self.seen[by])
                       for by, _ in line.handed)

    def newest(self, events):
        newest = None
        for i in events:
            if newest is None or newest in self.seen[i]:
                newest = i
        return newest

    def counts(self, edit, line, view):
        """Whether a change of a line is in effect."""
        name = self.told[edit].operation
        answers = [(i, body[1]) for i, body in self.of(view, AMEND)
                   if name in map(operation_of, body[0])]
        yes = self.newest(i for i, is_yes in answers if is_yes)
        no = self.newest(i for i, is_yes in answers if not is_yes)
        if yes is None and no is None:
            return not self.is_late(edit, line)
        return yes is not None and (no is None or no in self.seen[yes])

    def quantity(self, line, view):
        delta = sum(self.told[edit].body[1] for edit in line.edits if self.counts(edit, line, view))
        return min(max(line.added[3] + delta, 0), QUANTITY_MAX)

    def price(self, line, view):
        """Of one unit with its options: of several that knew nothing of each other the cheaper."""
        wrote = [edit for edit in line.edits
                 if self.told[edit].body[2] is not None and self.counts(edit, line, view)]
        last = [edit for edit in wrote if not any(edit in self.seen[other] for other in wrote)]
        options = [self.told[edit].body[2] for edit in last] or [line.added[5]]
        return line.price + min(sum(price for _, price in some) for some in options)

    def gone(self, lines, view):
        """Lines that were voided, or refused before anybody began them."""
        gone = {line for _, body in self.of(view, VOID) for line in body[0]}
        return gone | {line for _, body in self.of(view, REFUSE, LAPSE) for line in body[0]
                       if line in lines and not lines[line].facts}

    def shares(self, line_id, units, view):
        share = 0
        for i, body in self.of(view, DISCOUNT):
            for line, amount in body[1]:
                if line == line_id:
                    lines, then = self.lines(self.seen[i])
                    had = self.quantity(lines[line], then) if line in lines else 0
                    share += scaled(amount, had, units)
        return share

    def handed(self, line, view):
        return min(sum(units for _, units in line.handed), self.quantity(line, view))

    def bill(self, includes_tax, all_of_it=False):
        """[(rate, net, tax, discount)] of what is owed; of a cancelled order for what was eaten,
        unless all of it is asked for."""
        lines, view = self.lines(self.every)
        gone, is_cancelled = self.gone(lines, view), bool(self.of(view, CANCEL))
        for name, line in lines.items():
            units = 0 if name in gone else self.quantity(line, view)
            if is_cancelled and not all_of_it:
                units = min(self.handed(line, view), units)
            total = units * self.price(line, view)
            discount = min(self.shares(name, units, view), max(total, 0))
            left = total - discount
            if includes_tax:
                tax = half_up(left, line.rate, 10000 + line.rate)
                yield line.rate, left - tax, tax, discount
            else:
                yield line.rate, left, half_up(left, line.rate, 10000), discount

    def left_behind(self):
        """[price] of each unit that was handed over to nobody: who has one in his hand came."""
        lines, view = self.lines(self.every)
        collected = collections.Counter()
        for _, (some, *more) in self.of(view, HANDED):
            if not (more and more[0] is True):
                collected.update(dict(some))
        for name, line in lines.items():
            left = max(self.handed(line, view) - collected[name], 0)
            yield from [self.price(line, view)] * left

    def tip(self, owed):
        """(staff number, tip): of several that knew nothing of each other what leaves least."""
        said = self.of(self.every, TIP)
        gone = frozenset().union(*(self.seen[i] for i, _ in said))
        last = [(i, body) for i, body in said if i not in gone]
        left = [(min(amount, max(half_up(owed, most, 10000), 0)), i) for i, (amount, most) in last]
        tip, i = min(left, default=(0, None))
        return (0 if i is None else self.told[i].by), tip

    def by_hand(self, kind):
        """[(method, amount)] of payments or refunds, each once: of two reports the larger."""
        payments = {}
        for _, (name, method, amount, *_) in self.of(self.every, kind):
            if name not in payments or amount > payments[name][1]:
                payments[name] = (method, amount)
        return list(payments.values())

    def by_provider(self):
        """What the provider took, and {refund: what it gave back}: each object once, the largest
        that was told."""
        received, refunds = collections.Counter(), {}
        for _, body in self.of(self.every, INTENT):
            received[body[0]] = max(received[body[0]], body[4])
        for _, (name, intent, amount, status, *_) in self.of(self.every, PROVIDER_REFUND):
            of, most, last = refunds.get(name, (intent, 0, PENDING))
            refunds[name] = (min(of, intent) if of and intent else of or intent,
                             max(most, amount), max(last, status))
        left, given = dict(received), {}
        for name in sorted(refunds):
            intent, amount, status = refunds[name]
            if status <= SUCCEEDED and intent in left:
                counted = min(amount, left[intent])
                left[intent] -= counted
                given[name] = counted
        return sum(received.values()), given


def operation_of(name):
    return bytes(name[0]), name[1], bytes(name[2])


def order_add(sums, order, opened):
    sums["count", "orders"] += 1
    owed = 0
    for rate, net, tax, discount in order.bill(opened[7]):
        sums["net", str(rate)] += net
        sums["tax", str(rate)] += tax
        sums["sum", "owed"] += net + tax
        sums["sum", "tax"] += tax
        sums["sum", "discount"] += discount
        owed += net + tax
    left = list(order.left_behind())
    sums["count", "uncollected"] += bool(left)
    sums["sum", "left_behind"] += sum(left)
    staff, tip = order.tip(owed)
    sums["sum", "tip"] += tip
    if tip > 0:
        sums["tip", str(staff)] += tip
    taken, refunds = order.by_provider()
    given = sum(refunds.values())
    for what, kind, provider in (("paid", PAY, taken), ("refunded", REFUND, given)):
        for method, amount in order.by_hand(kind) + [(PROVIDER, provider)]:
            sums[what, method] += amount
            sums["sum", what] += amount
    for what, who, amount in deductions.of_order(order, opened[7]):
        if amount != 0:
            sums[what, who] += amount


def of_day(told, day):
    """{(what, name): minor units} of the orders that were opened on that day."""
    orders, sums = collections.defaultdict(list), collections.Counter()
    for one in told:
        if one.kind in ORDERS:
            orders[one.entity].append(one)
    for told_of_one in orders.values():
        order = Order(told_of_one)
        opened = order.of(order.every, OPEN)
        if opened and opened[0][1][0] == day:  # of the smallest operation
            order_add(sums, order, opened[0][1])
    return sums


def times_read(path):
    """The items that a report with all figures, as JSON, says were sold out; None of others."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    report = json.loads(text) if text.startswith("{") else {}
    if "sold_out" not in report:
        return None
    return {(one["item"], one["at"], one["until"], one["counted"]) for one in report["sold_out"]}


def times_differences(ours, said):
    for item, at, until, is_counted in sorted(ours ^ said):
        who = "the report says" if (item, at, until, is_counted) in said else "the events say"
        yield (f"item {item}: {who} alone that it was {'counted' if is_counted else 'said'} to be "
               f"sold out from {at} to {until}")


def report_read(path):
    """{(what, name): minor units} of what `trestle report` said, with --csv or with --json."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    if not text.startswith("{"):
        rows = list(csv.reader(text.splitlines()))
        return {(what, name): int(minor) for what, name, minor in rows[1:]}
    report = json.loads(text)
    if "trade" in report:  # --full
        return said_of(report["trade"]["report"]) | {(FULL, ""): 1} | {
            (what, deductions.who_of(person)): person[kind]["amount"]
            for person in report["trade"]["people"] for kind, what in deductions.WHATS.items()}
    return said_of(report)


def said_of(report):
    said = {("count", "orders"): report["orders"],
            ("count", "uncollected"): report.get("uncollected", 0),  # older software has neither
            ("sum", "left_behind"): report.get("left_behind", 0)}
    for name in ("owed", "tax", "discount", "tip", "paid", "refunded"):
        said["sum", name] = report[name]
    for method in report["methods"]:
        for what in ("paid", "refunded"):
            said[what, method["method"]] = method[what]
    for rate in report["rates"]:
        for what in ("net", "tax"):
            said[what, str(rate["tax_bp"])] = rate[what]
    for tip in report["tips"]:
        said["tip", str(tip["staff"])] = tip["tip"]
    return said


def differences(sums, said):
    """A sentence for each amount that the report tells otherwise than the events."""
    whats = ["paid", "refunded", "net", "tax", "tip", *deductions.WHATS.values()]
    names = set(sums) | {name for name in said if name[0] in whats}
    if not any(what == FULL for what, _ in said):  # it says nothing of people
        names = {name for name in names if name[0] not in deductions.WHATS.values()}
    for what, name in sorted(names):
        ours, theirs = sums[what, name], said.get((what, name), 0)
        if ours != theirs:
            yield f"{what} {name}: the events come to {ours}, the report says {theirs}"
