#!/usr/bin/python3
"""A real node sells for three trading days whatever its menu has, in every way that tills know;
then each figure that it tells the owner is what its export comes to, computed by figures.py, and a
figure that was off by a cent is found. What `trestle report` says of each day is what the day's
events come to, added up by ../verifier/verify.py, which knows nothing of rows; and each figure on
the page that it prints is what the export comes to.

    test_figures.py TRESTLE [--clock LIBRARY] [--seed N]

With tests/power's clock between the node and its own, minutes pass between what people do."""

import copy
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../power"))

import figures  # noqa: E402
from node import Node, arguments, ending, new_key  # noqa: E402

ORDERS = 40  # a day
DAYS = 3
SHIFT = 20  # orders
TABLES = ("orders", "lines", "payments", "deductions")
STAFF = {7: "Ann", 8: "Bo <b>"}
ITEMS_SHOWN = 12  # on the page; the last of them is all others


class Clock:
    """What the node takes for the time; as it is without a library."""

    def __init__(self, library, folder):
        self.passed, self.path = 0, os.path.join(folder, "clock")
        self.environment = {"LD_PRELOAD": library, "CLOCK_FILE": self.path} if library else None
        with open(self.path, "wb"):
            self.pass_by(0)

    def pass_by(self, seconds):
        """The node has the file open and may read it at any moment: it is never shorter."""
        self.passed += seconds
        with open(self.path, "r+b") as file:
            file.write(f"0 0 {self.passed:12}".encode())


class Till:
    """Sells at a node; what the node refuses is no sale."""

    def __init__(self, node, chance, clock):
        self.node, self.chance, self.clock = node, chance, clock
        self.items = node.get("/api/menu")["items"]
        self.counted = self.items[0]["number"]
        self.out = set()  # what people said is sold out
        self.tokens = {}

    def begin_shift(self):
        """All sign in, once for many orders: a device takes only so many sign-ins in a time."""
        self.node.client.token = None
        for staff in STAFF:
            status, answer = self.post("/api/session", {"staff": staff, "pin": "2580"})
            assert status == 201, answer
            self.tokens[staff] = answer["token"]

    def turn_to(self, staff):
        """Who works from now on; 0 = nobody."""
        self.node.client.token = self.tokens.get(staff)

    def post(self, path, body):
        """Asked twice under one key when the node closed a connection that was idle for long."""
        key = new_key()
        status, answer = self.node.ask("POST", path, body, key)
        return (status, answer) if status else self.node.ask("POST", path, body, key)

    def choices(self, at, group):
        most = min(group["max"], len(group["choices"]))
        count = self.chance.randint(group["min"], most)
        chosen = self.chance.sample(range(len(group["choices"])), count)
        return [{"group": at, "choice": choice} for choice in sorted(chosen)]

    def line(self):
        item = self.chance.choice([one for one in self.items if one["number"] not in self.out])
        options = [option for at, group in enumerate(item["groups"])
                   for option in self.choices(at, group)]
        return {"item": item["number"], "quantity": self.chance.randint(1, 4), "options": options}

    def place(self):
        chance = self.chance
        body = {"channel": chance.choice(["counter", "counter", "web"]),
                "mode": chance.choice(["eat-in", "take-away"]),
                "lines": [self.line() for _ in range(chance.randint(1, 4))]}
        if chance.random() < 0.7:
            body["payment"] = {"method": chance.choice(["cash", "card-external"])}
        status, answer = self.post("/api/orders", body)
        if status != 201:
            raise AssertionError(f"{status}: {answer}")
        return answer["id"]

    def run_out(self):
        """Now and then somebody says that there is no more of something, or that there is again;
        what is counted runs out by itself and is filled up."""
        self.clock.pass_by(self.chance.randint(0, 60))
        if self.chance.random() < 0.3:
            item = self.chance.choice(self.items)["number"]
            self.out.symmetric_difference_update([item])
            status, answer = self.node.ask("PATCH", f"/api/menu/{item}",
                                           {"available": item not in self.out}, new_key())
            assert status == 200, answer
        if self.chance.random() < 0.3:
            status, answer = self.post(f"/api/menu/{self.counted}/stock",
                                       {"add": self.chance.randint(1, 6)})
            assert status in (200, 201), answer

    def happen(self, order, may_leave):
        """A few things that people do to it, whether they make sense or not."""
        chance = self.chance
        lines = [line["id"] for line in self.node.get(f"/api/orders/{order}")["lines"]]
        some = [chance.choice(lines)]
        deeds = [("accept", {}), ("done", {}), ("done", {"lines": some}), ("hand-over", {}),
                 ("hand-over", {"uncollected": True}),
                 ("hand-over", {"units": [{"line": some[0], "units": 1}], "uncollected": True}),
                 ("hand-over", {"units": [{"line": some[0], "units": 1}]}),
                 ("void", {"lines": some, "reason": "dropped"}),
                 ("refuse", {"lines": some, "reason": "sold out"}),
                 ("discount", {"percent_bp": chance.choice([500, 1000, 3333]), "reason": "friend"}),
                 ("discount", {"amount": chance.randint(1, 300), "reason": "late"}),
                 ("tip", {"tip_bp": chance.choice([500, 1000])}),
                 ("tip", {"tip": chance.randint(0, 300)}),
                 ("pay", {"method": "voucher", "amount": chance.randint(1, 900)}),
                 ("refund", {"method": "cash", "amount": chance.randint(1, 400),
                             "reason": "cold"})]
        deeds += [("cancel", {"reason": "left"})] if may_leave else []
        for verb, body in chance.sample(deeds, chance.randint(1, 6)):
            self.clock.pass_by(chance.randint(0, 300))
            self.post(f"/api/orders/{order}/{verb}", body)


def hire(node):
    for number, name in STAFF.items():
        node.command("record", "add", "staff", f"number={number}", f"name={name}")
        node.command("staff", "role", str(number), "manager")
        node.command("staff", "pin", str(number), typed="2580\n")


def export(node, what):
    done = node.command("export", "--what", what)
    return [json.loads(line) for line in done.stdout.splitlines()]


def planted(trade):
    """The same answer with one figure off, each in turn."""
    for path in (("report", "owed"), ("report", "tip"), ("report", "methods", 0, "paid"),
                 ("items", 0, "owed"), ("items", 1, "units"), ("slots", 0, "owed"),
                 ("channels", 0, "owed"), ("modes", 0, "orders"), ("lanes", 0, "owed"),
                 ("days", 0, "owed"), ("kept",),
                 ("voided", "amount"), ("refused", "units"), ("cancelled_owed",), ("discounted",),
                 ("uncollected", "amount"), ("report", "uncollected"), ("report", "left_behind"),
                 ("cooking", "most"), ("waiting", "half"), ("handing", "orders"),
                 ("report", "collect"), ("people", 0, "voids", "amount"),
                 ("people", 1, "discounts", "amount"), ("people", 1, "staff"),
                 ("people", 2, "refunds", "count"), ("people", 0, "cancels", "amount")):
        wrong = copy.deepcopy(trade)
        at = wrong
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] += 1
        yield path, wrong


def verified(journal, day, report):
    """What verify.py says of the day and of its report: its status, and its words."""
    # PyNaCl belongs to Debian's own Python; another may come first on PATH.
    python = os.environ.get("PYTHON") or "/usr/bin/python3"
    verifier = os.path.join(HERE, "../verifier/verify.py")
    done = subprocess.run([python, "-B", verifier, "--day", str(day), "--report", report, journal],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def planted_people(whole):
    """A cent of a discount is another person's."""
    wrong = copy.deepcopy(whole)
    people = wrong["trade"]["people"]
    people[0]["discounts"]["amount"] += 1
    people[1]["discounts"]["amount"] -= 1
    return wrong


def planted_times(whole):
    """An item came back a millisecond later."""
    wrong = copy.deepcopy(whole)
    next(one for one in wrong["sold_out"] if one["until"] > 0)["until"] += 1
    return wrong


def judge_reports(node, folder):
    """Of each day as a table and as JSON; and that one cent in it is found."""
    journal = os.path.join(folder, "journal")
    node.command("export", journal)
    for day in range(1, DAYS + 1):
        for form in (["--csv"], ["--json"], ["--csv", "--full"], ["--json", "--full"]):
            report = os.path.join(folder, "report" + "".join(form))
            told = node.command("report", "--day", str(day), *form).stdout
            with open(report, "w", encoding="utf-8") as file:
                file.write(told)
            status, words = verified(journal, day, report)
            assert status == 0, f"day {day}: {words}"
    whole = json.loads(told)
    for plant in planted_people(whole), planted_times(whole):
        with open(report, "w", encoding="utf-8") as file:
            json.dump(plant, file)
        status, words = verified(journal, DAYS, report)
        assert status == 1 and "the report says" in words, words
    told = node.command("report", "--day", str(DAYS), "--json").stdout
    taken = json.loads(told)["refunded"]
    with open(report, "w", encoding="utf-8") as file:
        file.write(told.replace(f'"refunded":{taken}', f'"refunded":{taken + 1}', 1))
    status, words = verified(journal, DAYS, report)
    assert status == 1 and f"the report says {taken + 1}" in words, words


def judge_pages(node):
    """Each day's page, and that one cent on it is found; the full JSON has what the page has."""
    tables = [export(node, what) for what in TABLES]
    names = {what: {one["number"]: one["name"] for one in node.get(path)[what]}
             for what, path in (("items", "/api/menu"), ("stalls", "/api/stalls"),
                                ("staff", "/api/staff"))}
    for day in range(1, DAYS + 1):
        page = node.command("report", "--day", str(day), "--html",
                            environment={"TZ": "UTC"}).stdout
        found = figures.page_differences(page, tables, day, names, ITEMS_SHOWN)
        assert not found, f"page of day {day}: " + "; ".join(found)
        whole = json.loads(node.command("report", "--day", str(day), "--json", "--full").stdout)
        assert not figures.differences(whole["trade"], *tables)
        assert (whole["before"] is None) == (day == 1)
    owed = figures.amount(figures.compute(*tables, [DAYS])["owed"])
    assert figures.page_differences(page.replace(owed, "0.01"), tables, DAYS, names,
                                    ITEMS_SHOWN), "the sales of a day may be off"
    row = figures.Page(page).tables["items"][-1]
    wrong = page.replace(f"<td>{row[2]}</td>", f"<td>{row[2][:-1]}x</td>")
    assert figures.page_differences(wrong, tables, DAYS, names, ITEMS_SHOWN), row


def sell(till, day):
    """On the last day nobody leaves: then lines tell what is owed at each rate of tax."""
    for number in range(ORDERS):
        if number % SHIFT == 0:
            till.begin_shift()
        till.turn_to(till.chance.choice([0, *STAFF]))
        order = till.place()
        till.turn_to(till.chance.choice([0, *STAFF]))
        till.happen(order, may_leave=day < DAYS)
        till.run_out()
    till.turn_to(0)


def judge(node, has_clock):
    tables = [export(node, what) for what in TABLES]
    for wish in ("day=1", "day=2", "day=3", "day=2&days=2", "days=31"):
        trade = node.get("/api/reports/trade?" + wish)
        found = figures.differences(trade, *tables)
        if found:
            raise AssertionError(f"{wish}: " + "; ".join(found))
    whole = node.get("/api/reports/trade?days=3")
    assert whole["report"]["orders"] == DAYS * ORDERS
    for name in ("voided", "refused"):
        assert whole[name]["units"] > 0, f"nothing was {name}: the day shows too little"
    for name in ("kept", "cancelled_owed", "discounted"):
        assert whole[name] > 0, f"{name} is 0: the day shows too little"
    if has_clock:
        assert whole["cooking"]["most"] > 0 and whole["waiting"]["half"] > 0, "nobody waited"
        assert len(whole["slots"]) > 20, "all was sold within an hour or so"
    last = node.get("/api/reports/trade")
    last["report"]["rates"][0]["gross"] += 1
    assert figures.differences(last, *tables), "an amount at a rate may be off by one"
    for path, wrong in planted(whole):
        assert figures.differences(wrong, *tables), f"{path} may be off by one"


def play(program, library, seed, folder):
    node, clock = Node(program, folder), Clock(library, folder)
    node.init()
    with ending(node.run(clock.environment)):
        node.command("menu", "import", os.path.join(HERE, "../../docs/examples/menu.csv"))
        hire(node)
        counted = node.get("/api/menu")["items"][0]["number"]
        node.command("stock", "policy", str(counted), "warn")
        till = Till(node, random.Random(seed), clock)
        for day in range(1, DAYS + 1):
            status, answer = till.post("/api/day", {"day": day})
            assert status == 200, answer
            sell(till, day)
        judge(node, clock.environment is not None)
        node.command("stock", "policy", str(counted), "off")  # what ran out did so all the same
        judge_reports(node, folder)
        judge_pages(node)
        node.stop()


def main():
    parser = arguments(__doc__)
    parser.add_argument("program")
    parser.add_argument("--clock")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="figures.")
    try:
        play(given.program, given.clock, given.seed, folder)
    finally:
        shutil.rmtree(folder)
    print("each figure is what the export comes to, and each day's report what its events do")


if __name__ == "__main__":
    main()
