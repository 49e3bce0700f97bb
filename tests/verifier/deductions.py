"""Who took something off an order: voids, cancels, discounts, refunds, recomputed from the events.

Written from docs/protocol.md, docs/merge-rules.md and docs/operating.md ("The report") alone.
"""
VOID, CANCEL, DISCOUNT, REFUND, PROVIDER_REFUND, WISH, AUTO = 38, 54, 60, 82, 86, 90, 92
NOBODY, RULE, PROVIDER = "nobody", "rule", "provider"
WHATS = {"voids": "void-by", "cancels": "cancel-by", "discounts": "discount-by",
         "refunds": "refund-by"}


def who_of(person):
    """As rows of a report call them: people by their numbers."""
    return str(person["staff"]) if person["by"] == "person" else person["by"]


def person(number):
    return str(number) if number else NOBODY


def voids(order, lines, view):
    gone = {}
    for i, (some, *_) in order.of(view, VOID):
        for line in some:
            gone.setdefault(line, order.told[i].by)
    for name, line in lines.items():
        if name in gone:
            units = order.quantity(line, view)
            yield "void-by", person(gone[name]), units * order.price(line, view)


def cancels(order, lines, view, includes_tax):
    """Who has something of it in his hand had no cancelled order."""
    said = order.of(view, CANCEL)
    if said and not any(order.handed(line, view) for line in lines.values()):
        whole = sum(net + tax for _, net, tax, _ in order.bill(includes_tax, all_of_it=True))
        yield "cancel-by", person(order.told[said[0][0]].by), whole


def discounts(order, lines, view):
    """What the bill takes off a line is the first discount's as far as that goes, then the
    next's."""
    is_cancelled, gone = bool(order.of(view, CANCEL)), order.gone(lines, view)
    for name, line in lines.items():
        units = 0 if name in gone else order.quantity(line, view)
        units = min(order.handed(line, view), units) if is_cancelled else units
        left = max(units * order.price(line, view), 0)
        for i, _ in order.of(view, DISCOUNT):
            share = min(order.shares(name, units, frozenset([i])), left)
            left -= share
            yield "discount-by", person(order.told[i].by), share


def words_of(body):
    """What a wish says, in the order of amounts, then of bytes as they are packed."""
    _, units, amount, reason = body[:4]
    reason = reason.encode()
    return amount, len(body), len(units), units, len(reason), reason


def wishes(order, view):
    """{wish: who}: a rule; or the first person who wished what stands, which is the lowest amount.
    Where that is a rule's the first person who wished it at all."""
    stands, people, who = {}, {}, {}
    for i, body in order.of(view, WISH, AUTO):
        name, words = bytes(body[0]), words_of(body)
        stands[name] = min(stands.get(name, words), words)
        if order.told[i].kind == WISH:
            people.setdefault(name, []).append((words, person(order.told[i].by)))
    for name, words in stands.items():
        some = people.get(name, [(words, RULE)])
        who[name] = next((by for said, by in some if said == words), some[0][1])
    return who


def refunds(order, view):
    by_hand = {}
    for i, (name, _, amount, *_) in order.of(view, REFUND):
        if name not in by_hand or amount > by_hand[name][1]:
            by_hand[name] = order.told[i].by, amount
    for by, amount in by_hand.values():
        yield "refund-by", person(by), amount
    wished = wishes(order, view)
    named = {body[0]: bytes(body[4]) for _, body in order.of(view, PROVIDER_REFUND)
             if len(body) > 4 and body[4]}
    for name, amount in order.by_provider()[1].items():
        wish = named.get(name)
        yield "refund-by", wished.get(wish, PROVIDER), amount


def of_order(order, includes_tax):
    """[(what, who, minor units)], each void, cancel, discount and refund."""
    lines, view = order.lines(order.every)
    yield from voids(order, lines, view)
    yield from cancels(order, lines, view, includes_tax)
    yield from discounts(order, lines, view)
    yield from refunds(order, view)
