# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of the files wants, without any router: base against head.

A router is taken to hold just what base wants of it, so a preview shows neither drift nor live
sessions. No secret is resolved: their definitions are compared, so that a fork or a laptop without
any can look. Pure. Imports changeset, compile, desired, errors, inventory, marks, models,
plainmodel, planning, secrets and survey.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from deepdiff import DeepDiff

from reconciler.changeset import FileChange
from reconciler.compile import compile_router
from reconciler.desired import Wanted
from reconciler.errors import Where
from reconciler.inventory import Inventory
from reconciler.marks import Row
from reconciler.models import (
    AgeSecret,
    DerivedSecret,
    EnvSecret,
    FileSecret,
    PlainSecret,
    Router,
    Secret,
)
from reconciler.models.base import Model
from reconciler.plainmodel import plain
from reconciler.planning import Keep, RouterPlan, plan_router
from reconciler.secrets import Secrets
from reconciler.survey import Actual


class Unopened(Secrets):
    """Secrets that are not resolved: each stands for how it is defined."""

    def resolve(
        self, secret: Secret, client_id: str = "", service_id: str = "", where: Where | None = None
    ) -> str:
        return definition(secret, f"{client_id}/{service_id}")

    def fingerprint(self, text: str) -> None:
        """None: without the key nobody outside of this process may compare."""


def definition(secret: Secret, owner: str = "") -> str:
    """What two secrets must share to be one; of those in the file, the text itself."""
    match secret:
        case EnvSecret():
            return f"env {secret.env}"
        case FileSecret():
            return f"file {secret.file}"
        case AgeSecret():
            return f"age {secret.age}"
        case PlainSecret():
            return f"plain {secret.plain}"
        case DerivedSecret():
            return f"derived {secret.of or owner} {secret.derived}"


def preview(
    base: Inventory, head: Inventory, routers: Iterable[Router], keep: Keep | None = None
) -> list[RouterPlan]:
    """The plan of each router of head, were it as base wants; see `plan_router`."""
    old = Unopened(base.settings, {}, base.root)
    new = Unopened(head.settings, {}, head.root)
    plans = []
    for router in routers:
        before = base.routers.get(router.id)
        held = compile_router(base, before, old) if before else Wanted()
        wanted = compile_router(head, router, new)
        plan = plan_router(router, wanted, _as_held(held), new.fingerprint, keep=keep)
        # What a router's own configuration is, nobody knows here.
        plans.append(replace(plan, version=None, problems=()))
    return plans


def _as_held(wanted: Wanted) -> Actual:
    """A router that holds just these rows."""
    tables: dict[str, list[Row]] = {}
    for number, row in enumerate(wanted.rows, start=1):
        tables.setdefault(row.kind.path, []).append({".id": f"*{number:X}", **row.values})
    return Actual("", tables, frozenset(), None)


def file_changes(base: Inventory, head: Inventory) -> list[FileChange]:
    """Every value that differs between the files of base and head, whatever it means on routers."""
    found = list(_differences(base.settings, head.settings, "reconcile.yaml"))
    for kind in ("routers", "zones", "plans", "clients"):
        old: Mapping[str, Model] = getattr(base, kind)
        new: Mapping[str, Model] = getattr(head, kind)
        for name in sorted(old.keys() | new.keys()):
            before, after = old.get(name), new.get(name)
            if before == after:  # most are; deepdiff describes only what is known to differ
                continue
            inventory, there = (head, after) if after is not None else (base, before)
            assert there is not None
            file = inventory.where(there).file
            if before is None or after is None:
                yes = "there" if before else None
                found.append(FileChange(file, "", yes, "there" if after else None))
            else:
                found += _differences(before, after, file)
    return found


def _differences(before: Model, after: Model, file: str) -> Iterator[FileChange]:
    seen = DeepDiff(_described(before), _described(after), view="tree", threshold_to_diff_deeper=0)
    levels = [level for group in seen.values() for level in group]
    for level in sorted(levels, key=lambda one: one.path()):
        path = ".".join(str(part) for part in level.path(output_format="list"))
        old, new = (
            None if str(value) == "not present" else _text(value) for value in (level.t1, level.t2)
        )
        if "***" in (old or new or ""):
            old, new = old and "***", new and "*** (new)"
        yield FileChange(file, path, old, new)


def _described(model: Model) -> Any:
    return _by_id(plain(model, lambda secret: f"***{definition(secret)}"))


def _by_id(value: Any) -> Any:
    """Lists of what has ids as mappings, so that a path names the service and not its number."""
    if isinstance(value, Mapping):
        return {key: _by_id(part) for key, part in value.items()}
    if isinstance(value, list):
        parts = [_by_id(part) for part in value]
        if parts and all(isinstance(part, Mapping) and "id" in part for part in parts):
            return {part["id"]: part for part in parts}
        return parts
    return value


def _text(value: Any) -> str | None:
    if value is None or value in ([], {}):
        return None
    if isinstance(value, Mapping):
        parts = (f"{key}: {text}" for key, part in value.items() if (text := _text(part)))
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(part) or "" for part in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
