#!/usr/bin/env python3
"""Shows that verify.py finds receipts that are not 1, 2, 3 ... and a report that is not what the
day's events come to; and nothing in what an honest device writes, also one that was cloned."""
import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

from test_verify import VERIFY, Log, Popup, be, blake, key_of, pack, public, sign

DAY, OTHER_DAY = 1, 2
ORDER = bytes(12)


class Counter(Log):
    """A log whose events are of orders that are named."""

    def on(self, order, kind, body, saw=(), by=0):
        fields = [kind, 1000 + len(self.rows), order, list(saw), by, body]
        name = self.event(kind, None, raw=pack(fields))
        self.seal()
        return name

    def open(self, order, day=DAY, includes_tax=True):
        return self.on(order, 32, [day, "A", 1, "counter", "eat-in", "", False, includes_tax])

    def line(self, order, line, quantity, price, rate, saw=()):
        return self.on(order, 34, [line, 7, "Bratwurst", quantity, price, [], rate, "grill", ""],
                       saw)

    def pay(self, order, name, method, amount, kind=80):
        return self.on(order, kind, [name.ljust(12, b"\0"), method, amount, 0, 0, ""])

    def receipt(self, number, lane="A", incarnation=1):
        return self.on(ORDER, 74, [number, 900, 59, 0, lane, incarnation])


class Judged(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.popup = Popup()
        self.counter = Counter(self.popup, "counter")
        self.logs = [self.counter]

    def path(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def verify(self, *words):
        rows = sorted((row for log in self.logs for row in log.rows),
                      key=lambda row: (row["log"], row["seq"]))
        lines = [json.dumps(row) + "\n" for row in [self.popup.head()] + rows]
        done = subprocess.run([sys.executable, "-B", VERIFY, *words,
                               self.path("export", "".join(lines))],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def sound(self, *words):
        status, text = self.verify(*words)
        self.assertEqual(status, 0, text)
        return json.loads(text)

    def found(self, words, *given):
        status, text = self.verify(*given)
        self.assertEqual(status, 1, text)
        self.assertIn(words, text)
        self.assertEqual(json.loads(text.splitlines()[-1])["findings"], 1)


class Receipts(Judged):
    def setUp(self):
        super().setUp()
        self.counter.receipt(1)
        self.counter.receipt(2)

    def test_that_are_dense(self):
        self.counter.receipt(3)
        tent = Counter(self.popup, "tent")
        tent.receipt(1)
        self.logs.append(tent)
        self.sound()

    def test_a_gap(self):
        self.counter.receipt(4)
        self.found("receipt 4 comes after receipt 2")

    def test_a_repeat(self):
        self.counter.receipt(2)
        self.found("receipt 2 comes after receipt 2")

    def test_one_that_begins_anew(self):
        self.counter.receipt(1)
        self.found("receipt 1 comes after receipt 2")

    def test_a_foreign_lane(self):
        self.counter.receipt(3, lane="B")
        self.found("receipt 3 names lane B, which no certificate of its device has")

    def test_another_incarnation(self):
        self.counter.receipt(3, incarnation=2)
        self.found("receipt 3 names incarnation 2, the log is 1")

    def test_one_that_makes_no_sense(self):
        self.counter.on(ORDER, 74, [3])
        self.found("a receipt that makes no sense")

    def papers(self, issuer, lane="B"):
        body = pack([1, self.popup.id, public(self.counter.device), bytes(32), 1, 0xFFFF, lane,
                     "device", 1])
        return [[body, sign(issuer, b"trestle/cert/1", body)]]

    def test_a_lane_of_newer_papers(self):
        self.counter.on(ORDER, 4, [self.papers(self.popup.root)])
        self.counter.receipt(3, lane="B")
        self.sound()

    def test_a_lane_of_papers_that_nobody_signed_who_may(self):
        self.counter.on(ORDER, 4, [self.papers(key_of("thief"))])
        self.counter.receipt(3, lane="B")
        self.found("receipt 3 names lane B")

    def carry(self, by, events):
        """@by carries a run that the counter's clone signed after its receipt 2."""
        first, before = len(self.counter.rows) + 1, self.counter.hash
        chain = before
        for event in events:
            chain = blake(32, chain, blake(32, be(4, len(event)), event))
        last = first + len(events) - 1
        signature = sign(self.counter.key, b"trestle/head/1", self.popup.id, self.counter.id,
                         be(8, last), chain)
        by.on(bytes(12), 18, [self.counter.id, public(self.counter.key), first, before, events,
                              signature])

    def test_what_a_clone_gave_out_and_others_carry_is_its_own_branch(self):
        tent = Counter(self.popup, "tent")
        self.carry(tent, [pack([74, 2000, ORDER, [], 0, [3, 450, 29, 0, "A", 1]])])
        fork = len(self.counter.rows) + 1
        self.counter.receipt(3)
        tent.on(bytes(12), 12, [self.counter.id, fork, public(self.counter.key), [], []])
        self.logs.append(tent)
        self.sound()

    def test_what_a_thief_numbers_after_his_revocation_counts_nowhere(self):
        last = len(self.counter.rows)
        self.counter.receipt(9)
        boss = Counter(self.popup, "boss")
        boss.on(bytes(12), 14, [self.counter.id, last, self.counter.hash])
        self.logs.append(boss)
        self.sound()

    def test_what_a_gateway_says_that_may_take_no_money_counts_nowhere(self):
        gateway = Counter(self.popup, "gateway",
                          [self.popup.link(key_of("gateway"), self.popup.root, 1 << 2)])
        gateway.receipt(7, lane="B")
        self.logs.append(gateway)
        self.sound()

    def test_a_revocation_by_who_may_not_hides_nothing(self):
        last = len(self.counter.rows)
        self.counter.receipt(9)
        cook = Counter(self.popup, "cook", [self.popup.link(key_of("cook"), self.popup.root, 4)])
        cook.on(bytes(12), 14, [self.counter.id, last, self.counter.hash])
        self.logs.append(cook)
        self.found("receipt 9 comes after receipt 2")


class Day(Judged):
    """The example of docs/arithmetic.md, and what may happen to it."""

    def setUp(self):
        super().setUp()
        self.order = b"one".ljust(12, b"\0")
        self.counter.open(self.order)
        self.counter.line(self.order, 1, 3, 333, 700)
        self.counter.line(self.order, 2, 1, 500, 1900)
        self.counter.on(self.order, 60, ["friend", [[1, 100], [2, 50]]])
        self.counter.pay(self.order, b"p1", "cash", 1349)

    def sums(self):
        return self.sound("--day", str(DAY))["day"]

    def day(self, **wanted):
        sums = self.sums()
        got = {name: sums["sum " + name] for name in wanted}
        self.assertEqual(got, wanted)

    def test_the_example(self):
        self.assertEqual(self.sums(), {
            "count orders": 1, "net 1900": 378, "net 700": 840, "tax 1900": 72, "tax 700": 59,
            "paid card-online": 0, "paid cash": 1349, "refunded card-online": 0,
            "sum discount": 150, "sum owed": 1349, "sum paid": 1349, "sum refunded": 0,
            "sum tax": 131, "sum tip": 0, "count uncollected": 0, "sum left_behind": 0,
            "discount-by nobody": 150})

    def people(self):
        return {name: sum for name, sum in self.sums().items() if "-by " in name}

    def test_what_people_took_off_is_theirs(self):
        self.counter.on(self.order, 38, [[1], "dropped"], by=7)
        self.counter.on(self.order, 38, [[1, 2], "again"], by=8)  # line 1 was gone already
        self.counter.on(self.order, 82, [b"back".ljust(12, b"\0"), "cash", 100, "", "cold"], by=9)
        self.assertEqual(self.people(),
                         {"void-by 7": 3 * 333, "void-by 8": 500, "refund-by 9": 100})

    def test_a_cancel_is_its_persons_and_a_reinstated_one_nobodys(self):
        self.counter.on(self.order, 54, ["left"], by=7)
        self.assertEqual(self.people(), {"cancel-by 7": 1349})
        self.counter.on(self.order, 56, [])
        self.assertEqual(self.people(), {"discount-by nobody": 150})

    def test_the_providers_refunds_are_whose_wish_they_were(self):
        self.counter.on(self.order, 84, ["pi_1", 4, 1349, 0, 1349, "eur"])
        for number, kind, by in ((1, 90, 7), (2, 92, 0)):
            self.counter.on(self.order, kind, [bytes([number] * 16), [], 100, "cold"], by=by)
        for name, wish in (("re_1", bytes([1] * 16)), ("re_2", bytes([2] * 16)), ("re_3", b"")):
            self.counter.on(self.order, 86, [name, "pi_1", 100, 2, wish])
        self.assertEqual(self.people(), {"discount-by nobody": 150, "refund-by 7": 100,
                                         "refund-by rule": 100, "refund-by provider": 100})

    def test_a_providers_refund_for_a_wish_that_nobody_here_knows_is_the_providers(self):
        self.counter.on(self.order, 84, ["pi_1", 4, 1349, 0, 1349, "eur"])
        self.counter.on(self.order, 86, ["re_1", "pi_1", 100, 2, bytes([9] * 16)])
        self.assertEqual(self.people(), {"discount-by nobody": 150, "refund-by provider": 100})

    def test_of_two_who_wished_the_same_otherwise_whose_words_stand(self):
        self.counter.on(self.order, 84, ["pi_1", 4, 1349, 0, 1349, "eur"])
        self.counter.on(self.order, 90, [bytes(16), [], 300, "cold"], by=7)
        self.counter.on(self.order, 90, [bytes(16), [], 200, "late"], by=8)
        self.counter.on(self.order, 92, [bytes(16), [], 250, "refused"])
        self.counter.on(self.order, 86, ["re_1", "pi_1", 200, 2, bytes(16)])
        self.assertEqual(self.people(), {"discount-by nobody": 150, "refund-by 8": 200})
        self.counter.on(self.order, 92, [bytes(16), [], 100, "refused"])
        self.assertEqual(self.people(), {"discount-by nobody": 150, "refund-by 7": 200})

    def test_what_was_sold_out_of_an_item_without_a_number_is_told_as_item_0(self):
        self.counter.on(b"no number".ljust(12, b"\0"), 98, [False])
        report = dict(self.REPORT, sold_out=[])
        self.found("item 0: the events say alone that it was said to be sold out", "--day", "1",
                   "--report", self.path("report", json.dumps(report)))

    def test_what_nobody_came_for_at_its_price_until_somebody_did(self):
        self.counter.on(self.order, 50, [[[1, 1]]])
        left = self.counter.on(self.order, 50, [[[1, 2], [2, 1]], True])
        self.day(left_behind=2 * 333 + 500, owed=1349)
        self.assertEqual(self.sums()["count uncollected"], 1)
        tent = Counter(self.popup, "tent")  # which had heard of neither
        self.logs.append(tent)
        tent.on(self.order, 50, [[[2, 1]]])
        self.day(left_behind=2 * 333)
        self.counter.on(self.order, 52, [[left]])
        self.day(left_behind=0)

    def test_a_tip_is_no_sales_and_shrinks_with_what_it_is_a_share_of(self):
        self.counter.on(self.order, 76, [135, 1000], by=7)
        self.day(tip=135, owed=1349, tax=131)
        self.assertEqual(self.sums()["tip 7"], 135)
        self.counter.on(self.order, 38, [[1], "dropped"])
        self.day(tip=45, owed=450)
        self.counter.on(self.order, 76, [500, 10000])
        self.day(tip=450)
        self.counter.on(self.order, 54, ["left"])
        self.day(tip=0, owed=0)

    def test_of_two_tips_that_knew_nothing_of_each_other_what_leaves_least(self):
        first = self.counter.on(self.order, 76, [10, 10000])
        tent = Counter(self.popup, "tent")
        tent.on(self.order, 76, [200, 10000])
        self.logs.append(tent)
        self.counter.on(self.order, 76, [300, 10000])
        self.day(tip=200)
        tent.on(self.order, 76, [250, 10000], saw=[first])
        self.day(tip=250)

    def test_a_payment_that_is_told_twice_counts_once_and_the_larger(self):
        self.counter.pay(self.order, b"p1", "cash", 1350)
        self.counter.pay(self.order, b"p2", "voucher", 1)
        self.day(paid=1351)

    def test_refunds(self):
        self.counter.pay(self.order, b"r1", "cash", 49, kind=82)
        self.day(paid=1349, refunded=49, owed=1349)

    def test_what_the_provider_took_and_gave_back(self):
        self.counter.on(self.order, 84, ["pi_1", 2, 800, 800, 0, "eur"])
        self.counter.on(self.order, 84, ["pi_1", 4, 800, 0, 800, "eur"])
        self.counter.on(self.order, 86, ["re_1", "pi_1", 300, 0, b""])
        self.counter.on(self.order, 86, ["re_2", "pi_1", 900, 2, b""])
        self.counter.on(self.order, 86, ["re_3", "pi_1", 100, 4, b""])
        self.day(paid=2149, refunded=800)

    def test_an_order_of_another_day_is_not_in_it(self):
        self.counter.open(b"two".ljust(12, b"\0"), OTHER_DAY)
        self.counter.line(b"two".ljust(12, b"\0"), 1, 1, 1000, 700)
        self.day(owed=1349)

    def test_one_unit_less_keeps_the_shares_of_the_others(self):
        self.counter.on(self.order, 36, [1, -1, None, None])
        self.day(owed=599 + 450, tax=39 + 72)

    def test_a_void_a_refusal_and_one_that_came_too_late(self):
        self.counter.on(self.order, 38, [[1], "dropped"])
        self.day(owed=450)
        started = self.counter.on(self.order, 44, [[2]])
        self.counter.on(self.order, 42, [[2], "sold out"])
        self.day(owed=450)
        self.counter.on(self.order, 48, [[started]])
        self.day(owed=0)

    def test_of_a_cancelled_order_what_was_handed_over_is_owed(self):
        self.counter.on(self.order, 50, [[[1, 1]]])
        self.counter.on(self.order, 54, ["left"])
        self.day(owed=299)
        self.counter.on(self.order, 56, [])
        self.day(owed=1349)

    def test_an_edit_of_what_was_begun_waits_for_the_kitchen(self):
        self.counter.on(self.order, 44, [[1]])
        edit = self.counter.on(self.order, 36, [1, 1, None, None])
        self.day(owed=1349)
        self.counter.on(self.order, 58, [[edit], True])
        self.day(owed=1349 + 333 - 34)

    def test_of_two_choices_that_knew_nothing_of_each_other_the_cheaper(self):
        tent = Counter(self.popup, "tent")
        tent.on(self.order, 36, [2, 0, [["cheese", 100]], None])
        self.logs.append(tent)
        self.day(owed=1349 + 100)
        self.counter.on(self.order, 36, [2, 0, [["bread", 40]], None])
        self.day(owed=1349 + 40)

    def test_prices_without_tax(self):
        order = b"net".ljust(12, b"\0")
        self.counter.open(order, includes_tax=False)
        self.counter.line(order, 1, 3, 335, 700)
        self.day(owed=1349 + 1005 + 70, tax=131 + 70)

    def test_what_others_carry_of_a_fork_counts_and_what_nobody_carries_does_not(self):
        tent = Counter(self.popup, "tent")
        fork = len(self.counter.rows) + 1
        event = pack([80, 2000, self.order, [], 0, [b"p2".ljust(12, b"\0"), "cash", 5, 0, 0, ""]])
        Receipts.carry(self, tent, [event])
        self.counter.pay(self.order, b"p3", "cash", 7)
        self.logs.append(tent)
        self.day(paid=1349 + 7 + 5)
        tent.on(bytes(12), 12, [self.counter.id, fork, public(self.counter.key), [], []])
        self.day(paid=1349 + 5)

    # --- against a report --------------------------------------------------------------------

    ROWS = (("count", "orders", 1), ("count", "flagged", 0), ("sum", "owed", 1349),
            ("sum", "tax", 131), ("sum", "discount", 150), ("sum", "tip", 0),
            ("sum", "paid", 1349),
            ("sum", "refunded", 0), ("sum", "held", 0), ("paid", '"cash"', 1349),
            ("refunded", '"cash"', 0), ("net", "700", 840), ("tax", "700", 59),
            ("net", "1900", 378), ("tax", "1900", 72))

    REPORT = {"orders": 1, "owed": 1349, "tax": 131, "discount": 150, "tip": 0,
              "paid": 1349, "refunded": 0, "tips": [],
              "methods": [{"method": "cash", "paid": 1349, "refunded": 0}],
              "rates": [{"tax_bp": 700, "net": 840, "tax": 59},
                        {"tax_bp": 1900, "net": 378, "tax": 72}]}

    def reported(self, rows=ROWS):
        lines = ["what,name,minor"] + [f"{what},{name},{minor}" for what, name, minor in rows]
        return "--day", str(DAY), "--report", self.path("report", "\n".join(lines) + "\n")

    def test_a_report_that_is_right(self):
        self.sound(*self.reported())

    def test_each_amount_that_is_wrong(self):
        for at, (what, name, minor) in enumerate(self.ROWS):
            if name in ("flagged", "held"):
                continue
            with self.subTest(f"{what} {name}"):
                rows = list(self.ROWS)
                rows[at] = (what, name, minor + 1)
                plain = name.strip('"')
                self.found(f"day 1: {what} {plain}: the events come to {minor}, the report says "
                           f"{minor + 1}", *self.reported(rows))

    def test_a_method_that_only_the_report_has(self):
        self.found("paid voucher: the events come to 0, the report says 5",
                   *self.reported(self.ROWS + (("paid", '"voucher"', 5),)))

    def test_a_report_as_json(self):
        report = copy.deepcopy(self.REPORT)
        self.sound("--day", "1", "--report", self.path("report", json.dumps(report)))
        report["rates"][0]["tax"] = 58
        self.found("tax 700: the events come to 59, the report says 58",
                   "--day", "1", "--report", self.path("report", json.dumps(report)))

    def test_a_report_that_is_none(self):
        self.found("day 1 cannot be added up", "--day", "1", "--report", self.path("none", "{}"))

    def test_an_order_that_cannot_be_added_up_is_told(self):
        self.counter.on(self.order, 34, [3])
        self.found("day 1 cannot be added up", "--day", "1")

    def test_usage(self):
        done = subprocess.run([sys.executable, VERIFY, "--report", "a", "b"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--report wants --day", done.stderr)


if __name__ == "__main__":
    unittest.main()
