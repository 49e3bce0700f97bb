#!/usr/bin/python3
"""Strangers and thieves against a stall of three real nodes.

    hostile.py BUILD [--long] [NAME...]

In each trial people buy at the counter while somebody does his worst. Every order that was
acknowledged is then at every honest node, their states are equal, their journals verify, and
no node has grown."""

import os
import sys
import tempfile
import time

import under_attack  # first: it knows where node.py is
import strangers
import thieves
from node import Trouble, arguments

TRIALS = {trial.__name__: trial for module in (strangers, thieves)
          for trial in vars(module).values()
          if callable(trial) and getattr(trial, "__module__", "") == module.__name__
          and trial.__doc__}


def run_trial(name, build):
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trestle-hostile-") as folder:
        site = under_attack.Site(build, folder)
        try:
            site.open()
            TRIALS[name](site)
            site.close()
            print(f"{name}: {len(site.queue.customer.promised)} acknowledged orders, none lost; "
                  f"{time.monotonic() - started:.0f} s", flush=True)
            return 0
        except Trouble as trouble:
            print(f"{name}: {str(trouble)[-600:]}")
            for node in site.stall.nodes:
                with open(node.log) as log:
                    print(f"  {node.name}:\n    " + log.read()[-1200:].replace("\n", "\n    "))
            return 1
        finally:
            site.end()


def main():
    parser = arguments(__doc__)
    parser.add_argument("build")
    parser.add_argument("names", nargs="*", default=list(TRIALS), metavar="NAME",
                        help=", ".join(TRIALS))
    options = parser.parse_args()
    unknown = set(options.names) - set(TRIALS)
    if unknown:
        parser.error(f"no trial is called {', '.join(unknown)}")
    sys.exit(max([run_trial(name, os.path.abspath(options.build)) for name in options.names]))


if __name__ == "__main__":
    main()
