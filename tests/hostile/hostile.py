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
import capture
import clones
import strangers
import thieves
from node import Trouble, arguments

TRIALS = {trial.__name__: trial for trial in (
    capture.listener, strangers.knocks, strangers.huge_frames, strangers.idle,
    strangers.web_requests, strangers.long_bodies, strangers.slow_requests, thieves.strange_keys,
    thieves.malformed, thieves.floods, thieves.forgeries, thieves.plausible, thieves.gigabyte,
    clones.two_of_one)}


def run_trial(name, build, is_long):
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trestle-hostile-") as folder:
        site = under_attack.Site(build, folder, is_long)
        try:
            site.open()
            TRIALS[name](site)
            site.close()
            print(f"{name}: {len(site.queue.customer.promised)} acknowledged orders, none lost; "
                  f"{time.monotonic() - started:.0f} s", flush=True)
            return 0
        except Trouble as trouble:
            print(f"{name}: {str(trouble)[-600:]}")
            for node in site.stall.nodes + site.others:
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
    parser.add_argument("--long", action="store_true", help="floods of 100,000, a journal of 1 GiB")
    options = parser.parse_args()
    unknown = set(options.names) - set(TRIALS)
    if unknown:
        parser.error(f"no trial is called {', '.join(unknown)}")
    build = os.path.abspath(options.build)
    sys.exit(max([run_trial(name, build, options.long) for name in options.names]))


if __name__ == "__main__":
    main()
