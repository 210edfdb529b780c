# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m reconciler.emulator`: serves a device, perhaps loaded with an export."""

import argparse
import sys

from reconciler.emulator.faultwords import HELP
from reconciler.emulator.main import main_serve
from reconciler.errors import ReconcileError


def main() -> None:
    parser = argparse.ArgumentParser(prog="reconciler.emulator", description=__doc__)
    parser.add_argument("--load", metavar="FILE.rsc")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--version")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="")
    parser.add_argument("--fault", action="append", default=[], metavar="FAULT", help=HELP)
    options = parser.parse_args()
    try:
        main_serve(
            options.load, options.port, options.version, options.user, options.password,
            options.fault,
        )  # fmt: skip
    except ReconcileError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
