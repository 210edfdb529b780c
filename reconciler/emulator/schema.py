# SPDX-License-Identifier: GPL-3.0-or-later
"""A menu as one version of RouterOS has it: what add and set take, what a fresh row prints.

May import facts and traps.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.emulator.facts.model import STANDARD, F, Fields, Menu, arguments, commands
from reconciler.emulator.kinds.base import Kind
from reconciler.emulator.kinds.combine import Ref
from reconciler.emulator.version import Version

LAST = ("disabled", "comment")
READ_ONLY = frozenset(".id default default-name dynamic invalid builtin running numbers".split())
UNKNOWN = F(clear=True)


@dataclass(frozen=True)
class Shape:
    """`template`: a fresh row as printed; `order`: where each property is printed."""

    menu: Menu
    version: Version
    template: Fields
    order: dict[str, int]
    takes: frozenset[str] | None
    commands: frozenset[str]
    referring: dict[str, Kind]
    defaulting: dict[str, str]

    def property(self, name: str) -> F:
        return self.menu.properties.get(name, UNKNOWN)

    def allows(self, name: str) -> bool:
        if self.takes is None:
            return name not in READ_ONLY and name not in self.menu.live
        return name in self.takes

    def arrange(self, fields: Fields) -> Fields:
        """The fields in print order; unknown ones stand after the known."""
        if len(fields) == len(self.template):
            return fields
        place = self.order
        last = len(place)
        return {name: fields[name] for name in sorted(fields, key=lambda n: place.get(n, last))}


def shape(menu: Menu, version: Version) -> Shape:
    defaults = {name: field.default_for(version) for name, field in menu.properties.items()}
    order = [name for name in defaults if name not in LAST]
    order += [name for name in menu.live if name not in defaults]
    order += ["default", *(name for name in LAST if name in defaults)]
    template = {
        name: value
        for name in order
        if (value := defaults.get(name, menu.live.get(name))) is not None
    }
    return Shape(
        menu,
        version,
        template,
        {name: number for number, name in enumerate(order)},
        _takes(menu, version),
        _commands(menu, version),
        _referring(menu.properties.items()),
        _defaulting(menu),
    )


def _takes(menu: Menu, version: Version) -> frozenset[str] | None:
    if menu.open:
        return None
    known = arguments(menu.path, version)
    return frozenset(menu.properties) if known is None else known


def _commands(menu: Menu, version: Version) -> frozenset[str]:
    """As inspected; else by the shape of the menu. The console's own commands are left out."""
    known = commands(menu.path, version)
    if known is not None:
        return known | {"print", "get"}
    if menu.single:
        return frozenset({"print", "get", "set", "unset"}) - ({"set"} if menu.fixed else set())
    if menu.only_dynamic:
        return frozenset({"print", "get", "remove"})
    found = STANDARD - ({"add", "remove"} if menu.fixed else set())
    return found if menu.ordered or menu.open else found - {"move"}


def _defaulting(menu: Menu) -> dict[str, str]:
    """Properties that begin as the row `default` of another menu, whatever its name is now."""
    return {
        name: field.kind.paths[0]
        for name, field in menu.properties.items()
        if isinstance(field.kind, Ref) and field.default == "default"
    }


def _referring(properties: Iterable[tuple[str, F]]) -> dict[str, Kind]:
    return {
        name: field.kind
        for name, field in properties
        if type(field.kind).references is not Kind.references
    }
