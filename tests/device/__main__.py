# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test-device`: holds a real router against what is believed of all of them.

Reads first, then writes rows of its own only, and takes them away again. Exit codes: 0 every
fact was confirmed or skipped, 1 some were refuted, 2 the router could not be used, 64 usage.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from device import report
from device.facts import load
from device.suite import Device, Result, Verdict, marked, run
from device.talk import Address, NoAnswer


def arguments() -> argparse.Namespace:
    """Options, or the environment of the make target; a password comes from there alone."""
    environ = os.environ
    parser = argparse.ArgumentParser(prog="make test-device", description=__doc__)
    parser.add_argument("--host", default=environ.get("HOST", ""))
    parser.add_argument("--user", default=environ.get("ROUTER_USER", "admin"))
    parser.add_argument("--port", type=int, default=int(environ.get("PORT") or 0))
    parser.add_argument("--tls", choices=["", "yes", "anonymous"], default=environ.get("TLS", ""))
    parser.add_argument("--users", action="store_true", default=environ.get("USERS") == "yes")
    parser.add_argument("--only", default=environ.get("ONLY", ""), help="facts whose id holds this")
    parser.add_argument("--json", type=Path, help="write the results to this file too")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if not options.host:
        print("usage: make test-device HOST=192.0.2.1 USER=admin PASSWORD=...", file=sys.stderr)
        return 64
    port = options.port or (8729 if options.tls else 8728)
    password = os.environ.get("PASSWORD", "")
    address = Address(options.host, port, options.user, password, options.tls)
    device = Device(address, users=options.users)
    results: list[Result] = []
    try:
        for result in run(device, [fact for fact in load() if options.only in fact.id]):
            if not results:
                print(f"RouterOS {device.version} on {address}")
            results.append(result)
            print("\n".join(report.lines(result)), flush=True)
        left = len(list(marked(device)))
    except NoAnswer as problem:
        print(problem, file=sys.stderr)
        return 2
    finally:
        device.hang_up()
    print(report.summary(results, left))
    if options.json:
        options.json.write_text(json.dumps(report.as_json(device.version, results), indent=1))
    refuted = report.count(results, Verdict.REFUTED)
    return 1 if refuted or left else 0


if __name__ == "__main__":
    sys.exit(main())
