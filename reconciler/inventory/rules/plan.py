# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules within one plan file. Imports of the project: models, findings."""

from collections.abc import Iterator
from decimal import Decimal

from reconciler.inventory.finding import Finding
from reconciler.inventory.rules.router import OWN_LISTS
from reconciler.models import Mode, Plan, Shaping
from reconciler.wording import listing, show

# Profiles that every router has (RouterOS marks them default=yes) and nobody may rename.
BUILT_IN_PROFILES = frozenset({"default", "default-encryption"})
_PREFIX = "rc-"

_MODES_OF_FIELD = {
    "profile": (Mode.PPPOE, Mode.HOTSPOT),
    "list": (Mode.PCQ,),
    "pool": (Mode.PPPOE,),
    "local_address": (Mode.PPPOE,),
    "shared_users": (Mode.HOTSPOT,),
}
_MODES_OF_SHAPING = {
    Shaping.OWN: tuple(Mode),
    Shaping.QUEUE: (Mode.PPPOE,),
    Shaping.EXTERNAL: (Mode.PCQ, Mode.PPPOE, Mode.HOTSPOT),
}


def id_is_free(plan: Plan) -> Iterator[Finding]:
    """The id names profiles and lists on routers."""
    if plan.id in BUILT_IN_PROFILES:
        message = f"The plan id {show(plan.id)} is the name of a profile that every router has."
    elif plan.id.startswith(_PREFIX):
        message = f"The plan id {show(plan.id)} begins with `rc-`, which is kept for our own rows."
    else:
        return
    yield Finding("plan-id", ("id",), message, "Choose another id")


def names_are_free(plan: Plan) -> Iterator[Finding]:
    """The plan's profile or list may not be one that is already something else."""
    own = plan.manages_profile
    profile = plan.profile
    if profile in BUILT_IN_PROFILES and own:
        message = f"The profile `{profile}` is one that every router has, and others use it."
        queue = plan.shaping is Shaping.QUEUE
        hint = "Choose another name" + (", or write `own_profile: false`" if queue else "")
        yield Finding("profile-name", ("profile",), message, hint)
    if plan.mode is Mode.HOTSPOT and own and not plan.profile_name.startswith(_PREFIX):
        message = f"The profile {show(plan.profile_name)} does not begin with `rc-`."
        hint = "HotSpot profiles have no comments: those with `rc-` are ours; or shaping: external"
        yield Finding("profile-name", ("profile",), message, hint)
    if plan.mode is Mode.PPPOE and plan.profile_name.startswith("rc-suspended-"):
        message = f"The profile {show(plan.profile_name)} is kept for suspended clients."
        yield Finding("profile-name", ("profile",), message, "Choose another name")
    if plan.list_name in OWN_LISTS:
        message = f"The list name `{plan.list_name}` is taken by the state and the lease."
        yield Finding("list-name", ("list",), message, "Choose another name")


def fields_fit_mode(plan: Plan) -> Iterator[Finding]:
    """A field of another mode says nothing; `guaranteed` with pcq would promise what is not so."""
    for key, modes in _MODES_OF_FIELD.items():
        if key in plan.model_fields_set and plan.mode not in modes:
            message = f"{key} has no effect with mode {plan.mode}."
            hint = f"Remove it; it is for {listing(modes)}"
            yield Finding("no-effect", (key,), message, hint, warning=True)
    if not plan.own_profile and plan.shaping is not Shaping.QUEUE:
        message = f"own_profile has no effect with shaping {plan.shaping}."
        hint = "Remove it; it is for `shaping: queue`"
        yield Finding("no-effect", ("own_profile",), message, hint, warning=True)
    modes = _MODES_OF_SHAPING[plan.shaping]
    if plan.mode not in modes:
        message = f"shaping {plan.shaping} does not go with mode {plan.mode}."
        yield Finding("shaping", ("shaping",), message, f"It is for {listing(modes)}")
    if plan.mode is Mode.PCQ and plan.guaranteed is not None:
        message = "guaranteed does not go with mode pcq."
        yield Finding("guaranteed", ("guaranteed",), message, "Remove it, or use simple-queue")


def rates_said(plan: Plan) -> Iterator[Finding]:
    """Whoever makes the shaping has to know the rates."""
    if plan.shaping is Shaping.EXTERNAL:
        return
    for key in ("download", "upload"):
        if key not in plan.model_fields_set:
            message = f"The key `{key}` is missing."
            hint = f"Add `{key}: 10M`"
            yield Finding("missing-key", (key,), message, hint, needs_all=True)


def rates_fit(plan: Plan) -> Iterator[Finding]:
    """RouterOS refuses limit-at above max-limit; a burst below the rate slows down."""
    for way in ("download", "upload"):
        rate = getattr(plan, way)
        if not rate:
            continue
        if plan.guaranteed and (guaranteed := getattr(plan.guaranteed, way)) > rate:
            message = f"guaranteed {way} of {bits(guaranteed)} is above the {way} of {bits(rate)}."
            yield Finding("guaranteed", ("guaranteed", way), message, "Lower it")
        if plan.burst is None:
            continue
        burst, threshold = getattr(plan.burst, way), getattr(plan.burst.threshold, way)
        if not burst:
            continue
        if burst <= rate:
            message = f"burst {way} of {bits(burst)} is not above the {way} of {bits(rate)}."
            hint = "A burst only makes sense above the rate"
            yield Finding("burst", ("burst", way), message, hint, warning=True)
        elif threshold >= burst:
            message = f"burst threshold {way} of {bits(threshold)} is not below the burst."
            hint = "The burst would never end; it is usually below the rate"
            loc = ("burst", "threshold", way)
            yield Finding("burst", loc, message, hint, warning=True)


def bits(rate: int) -> str:
    """A rate as it is written in the files: 10M, 512k."""
    for unit, factor in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if rate >= factor and rate * 100 % factor == 0:
            return f"{Decimal(rate) / factor:f}{unit}"
    return str(rate)


RULES = (id_is_free, names_are_free, fields_fit_mode, rates_said, rates_fit)
