# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the schemas of what the program says to `schemas/`. Imports its package."""

from pathlib import Path

from reconciler.outputs import OUTPUTS, text

for name in OUTPUTS:
    Path(f"schemas/{name}.schema.json").write_text(text(name), encoding="utf-8")
