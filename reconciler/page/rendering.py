# SPDX-License-Identifier: GPL-3.0-or-later
"""The page as HTML, from templates of jinja2. Pure: the same change set gives the same bytes.

All values are escaped, and what is not printable is spelled out. A policy in the page lets nothing
run or be fetched but the style and the script that stand in it, known by their hashes. Imports
changeset, wording and view.
"""

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reconciler.changeset import ChangeSet
from reconciler.page.view import view_of
from reconciler.wording import printable

_POLICY = (
    "default-src 'none'; style-src '{style}'; script-src '{script}';"
    " base-uri 'none'; form-action 'none'"
)


def plan_page(changes: ChangeSet, title: str = "Plan") -> str:
    """One page, whole in itself, that a browser opens from a file."""
    style, script = (_source(name) for name in ("plan.css", "plan.js"))
    policy = _POLICY.format(style=_hash(style), script=_hash(script))
    template = _environment().get_template("plan.html")
    return template.render(
        view=view_of(changes, title),
        policy=policy,
        # Hashed to the byte, so they may not be escaped.
        style=Markup(style),
        script=Markup(script),
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reconciler.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: object) -> str:
    return value if isinstance(value, Markup) else printable(str(value))


def _source(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    text, _, _ = environment.loader.get_source(environment, name)
    return text


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
