#!/usr/bin/python3
"""kill -9 of real nodes under load: customers at the counter and cooks at the kitchen ask until
they are answered, while one node after the other is killed and started again.

    kills.py BUILD [--kills N] [--role counter|kitchen|pickup] [--seed S]

Afterwards every acknowledged order is at every node, journals and states verify and are equal,
no number was called twice."""

import os
import random
import sys
import tempfile

from node import arguments, Trouble, until
from stall import Cook, Queue, Stall


def kill_one(stall, queue, draw, role):
    victim = draw.choice([node for node in stall.nodes if role in (None, node.name)])
    promised = queue.customer.promised
    enough = len(promised) + draw.randrange(1, 6)
    until("orders to be taken", lambda: len(promised) >= enough)
    victim.kill()
    victim.run()


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--role", choices=["counter", "kitchen", "pickup"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="trestle-kills-") as folder:
        stall = Stall(os.path.join(os.path.abspath(options.build), "trestle"), folder)
        try:
            stall.run()
            queue, cook = Queue(stall.counter), Cook(stall.kitchen)
            for at in range(options.kills):
                kill_one(stall, queue, draw, options.role)
                if (at + 1) % 50 == 0:
                    print(f"{at + 1} kills, {len(queue.customer.promised)} orders", flush=True)
            queue.close()
            cook.close()
            stall.judge([queue.customer])
            orders = len(queue.customer.promised)
            print(f"{options.kills} kills of seed {options.seed}, {orders} orders: none lost")
        except Trouble as trouble:
            print(f"seed {options.seed}: {trouble}")
            sys.exit(1)
        finally:
            stall.end()


if __name__ == "__main__":
    main()
