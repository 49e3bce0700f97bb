#!/usr/bin/python3
"""The owner's figures, computed anew from an export, to the cent; none of Trestle's code is in it.

    trestle export --what orders --state S > orders.jsonl     (and lines, payments, deductions)
    curl -s "$TRESTLE/api/reports/trade?day=2&days=2" > trade.json
    figures.py trade.json orders.jsonl lines.jsonl payments.jsonl deductions.jsonl

What the node answered is laid beside what the rows come to; each figure that differs is a line, and
the status is 1. Written from docs/api.md, "Trade", alone."""

import collections
import datetime
import html.parser
import json
import sys

QUARTER_MS = 900_000
OPEN = ("draft", "placed", "accepted", "cooking", "ready")
PROVIDER = "card-online"


def rows_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def seconds_of(text):
    """Of a time as exports have it; None where nothing happened."""
    if text == "":
        return None
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp())


def lane_of(number):
    return number.rstrip("0123456789")


def shares_of(orders, name_of):
    counted = collections.defaultdict(lambda: [0, 0])
    for order in orders:
        share = counted[name_of(order)]
        share[0] += 1
        share[1] += order["owed_minor"]
    return {name: tuple(share) for name, share in counted.items()}


def wait_of(orders, begins, done="ready_at"):
    ends = [(seconds_of(order[begins]), seconds_of(order[done])) for order in orders]
    waits = sorted(end - begin for begin, end in ends
                   if begin is not None and end is not None and end >= begin)

    def quantile(percent):
        return waits[-(-len(waits) * percent // 100) - 1] if waits else 0

    return (len(waits), quantile(50), quantile(90), quantile(99))


def loss_of(lines, state):
    lost = [line for line in lines if line["state"] == state]
    amount = sum(line["quantity"] * line["unit_minor"] for line in lost)
    return (len(lost), sum(line["quantity"] for line in lost), amount)


def uncollected_of(lines):
    """What was made and nobody came for: lines, units, and what these would have cost."""
    left = [line for line in lines if line["uncollected"] > 0]
    units = sum(line["uncollected"] for line in left)
    return len(left), units, sum(line["uncollected"] * line["unit_minor"] for line in left)


def is_sold(line):
    return line["state"] == "active" and line["quantity"] > 0


def sold_of(order, lines):
    """The lines that come to what the order owes; None where a part of them was cancelled."""
    sold = [line for line in lines if is_sold(line)]
    return sold if sum(line["payable_minor"] for line in sold) == order["owed_minor"] else None


def items_of(orders, lines_by_order):
    """{(item, stall, name of what was typed in): (lines, units, handed, owed, discount)}, and what
    is owed for the handed part of cancelled orders, which no line tells."""
    items, kept = collections.defaultdict(lambda: [0] * 5), 0
    for order in orders:
        sold = sold_of(order, lines_by_order[order["order"]])
        if sold is None:
            kept += order["owed_minor"]
            continue
        for line in sold:
            name = line["name"] if line["item"] == 0 else None
            added = (1, line["quantity"], line["handed"], line["payable_minor"],
                     line["discount_minor"])
            item = items[(line["item"], line["stall"], name)]
            item[:] = [before + more for before, more in zip(item, added)]
    return {key: tuple(item) for key, item in items.items()}, kept


def methods_of(orders, payments):
    """{method: (paid, refunded)}. What orders say beyond the payments that people took in is the
    card provider's."""
    methods = collections.defaultdict(lambda: [0, 0])
    for payment in payments:
        methods[payment["method"]][payment["kind"] == "refund"] += payment["amount_minor"]
    by_hand = [sum(sums) for sums in zip(*methods.values())] or [0, 0]
    paid = sum(order["paid_minor"] for order in orders) - by_hand[0]
    refunded = sum(order["refunded_minor"] for order in orders) - by_hand[1]
    if (paid, refunded) != (0, 0):
        methods[PROVIDER] = [paid, refunded]
    return {method: tuple(sums) for method, sums in methods.items()}


def rates_of(orders, lines_by_order):
    """{rate: what is owed at it}."""
    rates = collections.Counter()
    for order in orders:
        for line in sold_of(order, lines_by_order[order["order"]]) or ():
            rates[line["tax_bp"]] += line["payable_minor"]
    return dict(rates)


KINDS = {"void": "voids", "cancel": "cancels", "discount": "discounts", "refund": "refunds"}


def people_of(deductions):
    """{(by, staff): {kind: (count, amount)}}"""
    people = collections.defaultdict(lambda: {kind: (0, 0) for kind in KINDS.values()})
    for row in deductions:
        sums, kind = people[row["by"], row["staff"]], KINDS[row["kind"]]
        count, amount = sums[kind]
        sums[kind] = count + 1, amount + row["amount_minor"]
    return dict(people)


def at_odds(orders, lines, deductions):
    """A sentence for each order whose deductions are not what its other rows say."""
    told = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in deductions:
        told[row["order"]][row["kind"]].append(row)
    by_order = collections.defaultdict(list)
    for line in lines:
        by_order[line["order"]].append(line)
    for order in orders:
        rows, own = told[order["order"]], by_order[order["order"]]
        is_left = order["phase"] == "cancelled" and any(line["state"] == "active" for line in own)
        whole = sum(line["payable_minor"] for line in own if is_sold(line))
        wanted = {
            "void": sorted((line["line"], line["quantity"], line["quantity"] * line["unit_minor"])
                           for line in own if line["state"] == "void"),
            "discount": order["discount_minor"], "refund": order["refunded_minor"],
            "cancel": [whole] if is_left else []}
        said = {
            "void": sorted((row["line"], row["units"], row["amount_minor"])
                           for row in rows["void"]),
            **{kind: sum(row["amount_minor"] for row in rows[kind])
               for kind in ("discount", "refund")},
            "cancel": [row["amount_minor"] for row in rows["cancel"]]}
        for kind, want in wanted.items():
            is_worthless = kind == "cancel" and not is_left and not sum(said[kind])
            if said[kind] != want and not is_worthless:
                yield (f"order {order['number']}: its {kind} rows say {said[kind]}, the others "
                       f"{want}")


def compute(orders, lines, payments, deductions, days):
    """All figures of the trading @days, under names of our own."""
    orders = [order for order in orders if order["day"] in days]
    payments = [payment for payment in payments if payment["day"] in days]
    lines = [line for line in lines if line["day"] in days]
    deductions = [row for row in deductions if row["day"] in days]
    by_order = collections.defaultdict(list)
    for line in lines:
        by_order[line["order"]].append(line)
    items, kept = items_of(orders, by_order)
    cancelled = [order for order in orders if order["phase"] == "cancelled"]
    phases = collections.Counter(order["phase"] for order in orders)

    def total(field):
        return sum(order[field] for order in orders)

    return {
        "orders": len(orders),
        "open": sum(phases[phase] for phase in OPEN),
        "completed": phases["completed"],
        "cancelled": phases["cancelled"],
        "refused": phases["refused"],
        "owed": total("owed_minor"),
        "tax": total("tax_minor"),
        "discount": total("discount_minor"),
        "tip": total("tip_minor"),
        "paid": total("paid_minor"),
        "refunded": total("refunded_minor"),
        "give back": sum(max(order["due_minor"], 0) for order in orders),
        "collect": sum(max(-order["due_minor"], 0) for order in orders),
        "methods": methods_of(orders, payments),
        # Lines do not tell at which rate a part of a cancelled order is owed.
        "rates": rates_of(orders, by_order) if kept == 0 else None,
        "days": {day: share for day, share in shares_of(orders, lambda o: o["day"]).items()},
        "slots": shares_of(
            orders, lambda o: seconds_of(o["opened_at"]) * 1000 // QUARTER_MS * QUARTER_MS),
        "channels": shares_of(orders, lambda o: o["channel"]),
        "modes": shares_of(orders, lambda o: o["mode"]),
        "lanes": shares_of(orders, lambda o: lane_of(o["number"])),
        "items": items,
        "kept": kept,
        "voided": loss_of(lines, "void"),
        "refused lines": loss_of(lines, "refused"),
        "uncollected": uncollected_of(lines),
        "uncollected orders": len({line["order"] for line in lines if line["uncollected"] > 0}),
        "left behind": uncollected_of(lines)[2],
        "cancelled owed": sum(line["payable_minor"] for order in cancelled
                              for line in filter(is_sold, by_order[order["order"]])),
        "discounted": sum(order["discount_minor"] > 0 for order in orders),
        "people": people_of(deductions),
        "cooking": wait_of(orders, "accepted_at"),
        "waiting": wait_of(orders, "opened_at"),
        "handing": wait_of(orders, "ready_at", "handed_at"),
    }


def told(trade):
    """The same names, of what the node answered."""
    report = trade["report"]

    def shares(name, key="name"):
        return {one[key]: (one["orders"], one["owed"]) for one in trade[name]}

    def loss(name):
        return tuple(trade[name][field] for field in ("lines", "units", "amount"))

    def wait(name):
        return tuple(trade[name][field] for field in ("orders", "half", "most", "nearly_all"))

    names = ("orders", "open", "completed", "cancelled", "refused", "owed", "tax", "discount",
             "tip", "paid", "refunded")
    return {
        **{name: report[name] for name in names},
        "give back": report["give_back"],
        "collect": report["collect"],
        "methods": {one["method"]: (one["paid"], one["refunded"]) for one in report["methods"]},
        "rates": None if trade["kept"] else {one["tax_bp"]: one["gross"]
                                             for one in report["rates"]},
        "days": {day: share for day, share in shares("days", "day").items() if share[0]},
        "slots": shares("slots", "at"),
        "channels": shares("channels"),
        "modes": shares("modes"),
        "lanes": shares("lanes"),
        "items": {(one["item"], one["stall"], one["name"] if one["item"] == 0 else None):
                  (one["lines"], one["units"], one["handed"], one["owed"], one["discount"])
                  for one in trade["items"]},
        "kept": trade["kept"],
        "voided": loss("voided"),
        "refused lines": loss("refused"),
        "uncollected": loss("uncollected"),
        "uncollected orders": report["uncollected"],
        "left behind": report["left_behind"],
        "cancelled owed": trade["cancelled_owed"],
        "discounted": trade["discounted"],
        "people": {(one["by"], one["staff"]): {kind: (one[kind]["count"], one[kind]["amount"])
                                               for kind in KINDS.values()}
                   for one in trade["people"]},
        "cooking": wait("cooking"),
        "waiting": wait("waiting"),
        "handing": wait("handing"),
    }


def differences(trade, orders, lines, payments, deductions):
    """A sentence for each figure that the node tells otherwise than the rows."""
    days = [day["day"] for day in trade["days"]]
    ours, theirs = compute(orders, lines, payments, deductions, days), told(trade)
    return list(at_odds(orders, lines, deductions)) + [
        f"{name}: the rows come to {ours[name]}, the node says {theirs[name]}"
            for name in ours if ours[name] != theirs[name]]


class Page(html.parser.HTMLParser):
    """The tables of a page by their ids, as rows of texts; and what stands under any other id."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.texts, self.row, self.cell, self.under = {}, {}, None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        name = dict(attributes).get("id")
        if tag == "table":
            self.rows = self.tables.setdefault(name, [])
        elif tag == "tr":
            self.row = []
        elif tag == "td":
            self.cell = ""
        elif name is not None:
            self.under = name
            self.texts[name] = ""

    def handle_endtag(self, tag):
        if tag == "td":
            self.row.append(self.cell)
            self.cell = None
        elif tag == "tr" and self.row:
            self.rows.append(self.row)
        elif tag in ("div", "p"):
            self.under = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data
        elif self.under is not None:
            self.texts[self.under] += data


def amount(minor, digits=2):
    sign, whole = ("-", -minor) if minor < 0 else ("", minor)
    return f"{sign}{whole // 10**digits}.{whole % 10**digits:0{digits}}"


def minutes(seconds):
    return f"{seconds // 60}:{seconds % 60:02}"


def hours_of(figures):
    """{hour of the day: (orders, owed)}, by UTC."""
    hours = collections.defaultdict(lambda: [0, 0])
    for at, share in figures["slots"].items():
        sums = hours[at // 3_600_000 % 24]
        sums[:] = [sum(pair) for pair in zip(sums, share)]
    return {hour: tuple(sums) for hour, sums in hours.items()}


def counted(shares):
    return {name: [str(orders), amount(owed)] for name, (orders, owed) in shares.items()}


def called(staff, by, number):
    """How the page calls who took something off."""
    texts = {"nobody": "nobody signed in", "rule": "by itself: refused",
             "provider": "at the card provider"}
    return texts.get(by) or staff.get(number) or f"staff {number}"


def page_of(figures, before, names, shown):
    """What each table of the page must say, {id: {name: cells}}; names: of items, stalls and staff,
    by number; shown: so many items stand for themselves."""
    stalls = names["stalls"]
    hours, hours_before = hours_of(figures), hours_of(before) if before else {}
    by_stall = collections.defaultdict(lambda: [0, 0])
    ordered = sorted(figures["items"].items(), key=lambda item: (-item[1][3], item[0][0]))
    for (_, stall, _), (_, units, _, owed, _) in ordered:
        by_stall[stalls.get(stall, "of no stall")][:] = [
            a + b for a, b in zip(by_stall[stalls.get(stall, "of no stall")], (units, owed))]
    single = ordered if len(ordered) <= shown else ordered[:shown - 1]
    items = {names["items"][key[0]]: (item[1], item[3]) for key, item in single}
    if len(ordered) > shown:
        items["all others"] = tuple(sum(item[1][at] for item in ordered[shown - 1:])
                                    for at in (1, 3))

    def loss(name):
        return [str(figures[name][1]), amount(figures[name][2])]

    def wait(name):
        return [str(figures[name][0]), *map(minutes, figures[name][1:])]

    return {
        "hours": {f"{hour:02}:00": [str(hours.get(hour, (0, 0))[0]),
                                    amount(hours.get(hour, (0, 0))[1])]
                  + ([amount(hours_before.get(hour, (0, 0))[1])] if before else [])
                  for hour in {*hours, *hours_before}},
        "items": counted(items),
        "channels": counted(figures["channels"]),
        "modes": counted(figures["modes"]),
        "stalls": counted(by_stall),
        "payments": {method: [amount(paid), amount(refunded)]
                     for method, (paid, refunded) in figures["methods"].items()},
        "waits": {"ordered to ready": wait("waiting"), "accepted to ready": wait("cooking"),
                  "ready to handed over": wait("handing")},
        "losses": {"voided": loss("voided"), "refused": loss("refused lines"),
                   "uncollected": loss("uncollected"),
                   "cancelled orders": [str(figures["cancelled"]),
                                        amount(figures["cancelled owed"])],
                   "orders with a discount": [str(figures["discounted"]),
                                              amount(figures["discount"])]},
        "people": {called(names["staff"], *who): [amount(sums[kind][1]) for kind in KINDS.values()]
                   for who, sums in figures["people"].items()},
        "open": {"given back": [amount(figures["refunded"])],
                 "still to give back": [amount(figures["give back"])],
                 "still to collect": [amount(figures["collect"])],
                 "tips, beside the sales": [amount(figures["tip"])]},
    }


def page_differences(text, tables, day, names, shown):
    """A sentence for each figure that the page of `trestle report --html`, printed by UTC, tells
    otherwise than the rows."""
    figures = compute(*tables, [day])
    before = compute(*tables, [day - 1]) if day > 1 else None
    page, found = Page(text), []
    for name, rows in page_of(figures, before, names, shown).items():
        said = {row[0]: row[1:] for row in page.tables.get(name, ())}
        for row, cells in rows.items():
            if said.get(row) != cells:
                found.append(f"{name}, {row}: the rows come to {cells}, the page says "
                             f"{said.get(row)}")
        more = {row for row in set(said) - set(rows) if set(said[row]) - {"0", "0.00"}}
        if more and name != "open":
            found.append(f"{name}: the page has {more} besides")
    for name in ("owed", "paid", "tax"):
        if amount(figures[name]) not in page.texts["sum-" + name]:
            found.append(f"{name}: the rows come to {amount(figures[name])}, the page says "
                         f"{page.texts['sum-' + name]}")
    return found


def main(trade, *tables):
    with open(trade, encoding="utf-8") as file:
        found = differences(json.load(file), *map(rows_of, tables))
    print("\n".join(found) or "each figure is what the rows come to")
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
