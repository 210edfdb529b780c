# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within one router file. Imports of the project: models, findings."""

from collections.abc import Iterator

from reconciler.inventory.finding import Finding
from reconciler.models import DerivedSecret, Router, TlsAnonymous

OWN_LISTS = frozenset({"rc-state", "rc-lease"})


def lists_differ(router: Router) -> Iterator[Finding]:
    """Three lists with three names, none of them one that the program keeps for itself."""
    seen: dict[str, str] = {}
    for key in ("suspended", "notice", "allowed"):
        name = getattr(router.lists, key)
        if name in OWN_LISTS:
            message = f"The list name `{name}` is taken by the state and the lease."
            yield Finding("list-name", ("lists", key), message, "Choose another name")
        if name in seen:
            message = f"The lists {seen[name]} and {key} are both named `{name}`."
            hint = "A client on it would be blocked and let through: choose two names"
            yield Finding("list-name", ("lists", key), message, hint)
        seen[name] = key


def own_login(router: Router) -> Iterator[Finding]:
    """A derived password belongs to a service of a client."""
    if isinstance(router.password, DerivedSecret):
        message = "A router's password cannot be derived."
        yield Finding("secret", ("password",), message, "Use env, file or age")


def anonymous_said(router: Router) -> Iterator[Finding]:
    """`anonymous: false` would say nothing."""
    if isinstance(router.tls, TlsAnonymous) and not router.tls.anonymous:
        message = "anonymous is false, which says nothing."
        yield Finding("value", ("tls", "anonymous"), message, "Write `tls: true` or `tls: false`")


def notice_needs_rules(router: Router) -> Iterator[Finding]:
    """The notice page is reached by a NAT rule of ours."""
    if router.notice is not None and not router.block_rules:
        message = "notice has no effect with `block_rules: false`."
        hint = "Let block_rules be true, or remove notice"
        yield Finding("no-effect", ("notice",), message, hint, warning=True)


RULES = (lists_differ, own_login, anonymous_said, notice_needs_rules)
