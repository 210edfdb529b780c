# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of all routers as one reviewable thing: fingerprint, summary, JSON and back.

JSON is format 1.0 of docs/commands.md. Nothing in it is a secret: secret fields are `***`, and
`digests` holds keyed hashes. Imports change, effects, errors, planning, report and sessions.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from reconciler.change import SORTED, Action, Change
from reconciler.effects import Effect
from reconciler.errors import Problem, ReconcileError
from reconciler.planning import RouterPlan, Status
from reconciler.report import problem_data
from reconciler.sessions import Session

FORMAT_VERSION = "1.0"
_ESSENCE = ("router", "path", "action", "key", "before", "after", "digests")


@dataclass(frozen=True)
class FileChange:
    """One value of a file, `services.internet.plan`, before and after; None: it is not there.

    An empty `path` is the file itself.
    """

    file: str
    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ChangeSet:
    """What `reconcile plan` prints. `created` is an ISO time given by the caller, `effects` are
    what it does to clients: see `effects_of`, `denials` what policies say against it. Only of a
    preview: `base`, the commit that the files are compared with, and `files`, what differs in them.
    """

    plans: tuple[RouterPlan, ...]
    commit: str | None = None
    created: str | None = None
    problems: tuple[Problem, ...] = ()
    effects: tuple[Effect, ...] = ()
    denials: tuple[Problem, ...] = ()
    files: tuple[FileChange, ...] = ()
    base: str | None = None

    @property
    def changes(self) -> list[tuple[str, Change]]:
        return [(plan.router, change) for plan in self.plans for change in plan.changes]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.changes)

    @property
    def all_problems(self) -> list[Problem]:
        of_routers = (problem for plan in self.plans for problem in plan.problems)
        return [*self.problems, *of_routers, *self.denials]

    @property
    def further_problems(self) -> list[Problem]:
        """Those that no router's `error` says already, as a refused login is both."""
        errors = {plan.router: plan.error or "" for plan in self.plans}
        return [
            one for one in self.all_problems if one.message not in errors.get(one.router or "", "")
        ]

    @property
    def sessions(self) -> list[tuple[str, Session]]:
        return [(plan.router, session) for plan in self.plans for session in plan.sessions]

    @property
    def is_empty(self) -> bool:
        return not any(plan.changes for plan in self.plans)

    @property
    def is_compared(self) -> bool:
        """Whether every router was read, and nothing on one stands in the way."""
        return all(plan.status is Status.OK for plan in self.plans)

    @property
    def notices(self) -> list[tuple[str, Change]]:
        """The changes of the notice list, which the date makes and no file."""
        return [(router, change) for router, change in self.changes if change.notice]

    def summary(self) -> dict[str, int]:
        """How many of each action `changes` of the JSON holds, and how many sessions drop."""
        counts = Counter(change.action for _, change in self.changes if not change.notice)
        drops = sum(session.drops for _, session in self.sessions)
        return {action.value: counts[action] for action in Action} | {"sessions": drops}


def fingerprint(changes: Iterable[tuple[str, Change]]) -> str:
    """SHA-256 over what will be done: not over `.id`s, times, or the notice list."""
    return _hash(essence_of(router, change) for router, change in changes if not change.notice)


def _hash(essences: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(essences)).encode()).hexdigest()


def essence(entry: Mapping[str, Any]) -> str:
    """What makes two changes the same one, whether computed now or read from a plan file."""
    return SORTED.encode([entry[name] for name in _ESSENCE])


def essence_of(router: str, change: Change) -> str:
    """`essence(change_json(router, change))`, of which a change keeps its part."""
    return f"[{_quoted(router)}, {change.essence}"


_quoted = lru_cache(SORTED.encode)


def to_json(changes: ChangeSet) -> dict[str, Any]:
    entries = [(change, change_json(router, change)) for router, change in changes.changes]
    return {
        "format_version": FORMAT_VERSION,
        "fingerprint": changes.fingerprint,
        "commit": changes.commit,
        "base": changes.base,
        "created": changes.created,
        "routers": [_router_json(plan) for plan in changes.plans],
        "changes": [entry for change, entry in entries if not change.notice],
        "notices": [entry for change, entry in entries if change.notice],
        "problems": [problem_data(problem) for problem in changes.all_problems],
        "sessions": [
            {"router": router, "kind": session.kind.value, "client": session.client}
            for router, session in changes.sessions
            if not session.waits
        ],
        "effects": [_effect_json(effect) for effect in changes.effects],
        "files": [asdict(one) for one in changes.files],
        "summary": changes.summary(),
    }


def _effect_json(effect: Effect) -> dict[str, Any]:
    return {
        "what": effect.deed.value,
        "client": effect.client,
        "service": effect.service,
        "name": effect.name,
        "router": effect.router,
        "details": effect.words or None,
        "drops": effect.drops,
        "waits": effect.waits,
        "file": effect.file,
        "line": effect.line,
        "zone": effect.zone,
    }


def _router_json(plan: RouterPlan) -> dict[str, Any]:
    return {
        "router": plan.router,
        "status": plan.status.value,
        "version": plan.version,
        "fingerprint": fingerprint((plan.router, change) for change in plan.changes),
        "error": plan.error,
    }


def change_json(router: str, change: Change) -> dict[str, Any]:
    where = change.source.where
    entry = {
        "router": router,
        "path": change.kind.path,
        "action": change.action.value,
        "key": dict(change.key),
        "before": dict(change.before),
        "after": dict(change.after),
        "digests": dict(change.digests),
        "source": {
            "id": change.source.id,
            "file": where.file if where else None,
            "line": where.line if where else None,
        },
    }
    if change.cause is None:
        return entry
    deed = asdict(change.deed) if change.deed else {"by": None, "at": None, "via": None}
    return entry | {"cause": change.cause} | deed


Sign = Callable[[str], str | None]
"""The keyed hash of a text under the repository key; None without a key."""


def unsigned(_text: str) -> None:
    """The signature where a repository has no key."""


def plan_file_text(changes: ChangeSet, sign: Sign, more: Mapping[str, Any] | None = None) -> str:
    """The JSON of a plan with `more`, signed with the repository key where there is one."""
    data = to_json(changes) | dict(more or {})
    return json.dumps(data | {"signature": sign(_canonical(data))}, indent=1) + "\n"


def _canonical(data: Mapping[str, Any]) -> str:
    return "plan file\n" + json.dumps(data, sort_keys=True)


def adopts(entries: Iterable[Mapping[str, Any]]) -> bool:
    """Whether changes, as they are in JSON, take rows over."""
    return any(entry["action"] == Action.ADOPT for entry in entries)


class Stale(ReconcileError):
    """What was reviewed is not what would be done now."""

    exit_code = 6


@dataclass(frozen=True)
class PlanFile:
    """A plan written by `plan --out`: exactly these changes may be applied.

    `entries` are as in the JSON; `notices` those of the notice list, which never make it stale.
    """

    fingerprint: str
    entries: tuple[Mapping[str, Any], ...]
    notices: tuple[Mapping[str, Any], ...]
    commit: str | None

    @property
    def adopts(self) -> bool:
        return adopts(self.entries)

    @classmethod
    def parse(cls, text: str, sign: Sign = unsigned) -> "PlanFile":
        """Raises Stale where the file is damaged, was changed by hand, or has not our signature."""
        try:
            data = json.loads(text)
            signed = data.pop("signature", None)
            version, stated = str(data["format_version"]), data["fingerprint"]
            entries, notices = tuple(data["changes"]), tuple(data["notices"])
            own = _hash(map(essence, entries))
            for entry in notices:
                essence(entry)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Stale(
                "This is no plan file, or it was cut off. Make it with plan --out."
            ) from error
        if version.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
            raise Stale(f"The plan file has format {version}, this program reads {FORMAT_VERSION}.")
        if own != stated:
            raise Stale(
                "The plan file was changed after it was made: its fingerprint does not fit its"
                " changes. Nothing was written. Make it anew with plan --out."
            )
        if signed != sign(_canonical(data)):
            raise Stale(
                "The plan file is not signed with this repository's key, or was changed after it"
                " was. Nothing was written. Make it anew with plan --out."
            )
        return cls(stated, entries, notices, data.get("commit"))
