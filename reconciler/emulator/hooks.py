# SPDX-License-Identifier: GPL-3.0-or-later
"""What single menus do beyond the common rules, one function each.

May import store, table, kinds, traps, facts.interface.
"""

from reconciler.emulator.facts.interface import INTERFACE_TYPES
from reconciler.emulator.kinds.net import is_host
from reconciler.emulator.kinds.units import format_time, milliseconds
from reconciler.emulator.store import Hook, Store
from reconciler.emulator.table import Row

LISTS = ("/ip/firewall/address-list", "/ipv6/firewall/address-list")
MIRRORED = ("name", "default-name", "mtu", "mac-address", "disabled", "comment")


def list_entry_created(store: Store, row: Row) -> None:
    """An entry gets its creation time; one with a timeout lives in memory only."""
    fields = {}
    for name, value in row.fields.items():
        fields[name] = value
        if name == "address":
            fields["creation-time"] = store.version.date(store.clock.moment())
    row.fields = fields
    set_timeout(store, row)


def set_timeout(store: Store, row: Row) -> None:
    """The written timeout counts from now; the printed one is what is left."""
    text = row.fields.pop("timeout", None)
    if text is None:
        return
    span = milliseconds(text) or 0
    row.dynamic = True
    row.fields["dynamic"] = "true"
    row.expires = store.clock.now() + span / 1000


def list_entry_changed(path: str) -> Hook:
    def hook(store: Store, row: Row) -> None:
        before = row.expires
        set_timeout(store, row)
        if row.expires != before:
            store.tables[path].await_expiry(row)

    return hook


def timeout_left(store: Store, row: Row) -> str:
    """Whole seconds until the row goes, rounded up."""
    assert row.expires is not None
    left = max(0.0, row.expires - store.clock.now())
    return format_time(-int(-left // 1) * 1000)


def entry_deleted(path: str) -> Hook:
    """The children that a host's name resolved to go with it."""

    def hook(store: Store, row: Row) -> None:
        if is_host(row.fields.get("address", "")):
            for child in [found for found in store.tables[path] if found.owner == row.number]:
                store.delete(path, child)

    return hook


def resolve(store: Store, path: str, name: str, addresses: tuple[str, ...]) -> None:
    """The router has looked `name` up: a dynamic child for each address of each such entry."""
    for parent in [row for row in store.tables[path] if row.fields.get("address") == name]:
        for address in addresses:
            values = {"list": parent.fields["list"], "address": address, "comment": name}
            child = store.create(path, values, dynamic=True)
            child.owner = parent.number


def interface_created(path: str) -> Hook:
    """/interface shows it too, under the same .id."""

    def hook(store: Store, row: Row) -> None:
        shared = store.tables["/interface"]
        row.number = shared.new_number()
        if path == "/interface/ethernet":
            row.fields.setdefault("name", row.fields.get("default-name", row.identifier))
        values = {name: row.fields[name] for name in MIRRORED if name in row.fields}
        values["type"] = INTERFACE_TYPES[path]
        store.create("/interface", values, number=row.number, trusted=True)

    return hook


def interface_changed(store: Store, row: Row) -> None:
    mirror = store.tables["/interface"].rows.get(row.number)
    if mirror is not None:
        copy(store, "/interface", row, mirror)


def mirror_changed(store: Store, mirror: Row) -> None:
    path = owner_path(store, mirror)
    if path is not None:
        copy(store, path, mirror, store.tables[path].rows[mirror.number])


def copy(store: Store, path: str, source: Row, target: Row) -> None:
    """Brings the shared properties of the other row in line; a no-op ends the recursion."""
    values = {}
    for name in MIRRORED:
        value = source.fields.get(name)
        if value == target.fields.get(name) or (value is None and name != "comment"):
            continue
        values[name if value is not None else f"!{name}"] = value or ""
    if values:
        store.change(path, target, values)


def owner_path(store: Store, mirror: Row) -> str | None:
    for path in INTERFACE_TYPES:
        table = store.tables.get(path)
        if table is not None and mirror.number in table.rows:
            return path
    return None


def interface_deleted(store: Store, row: Row) -> None:
    mirror = store.tables["/interface"].rows.get(row.number)
    if mirror is not None:
        store.delete("/interface", mirror)


def mirror_deleted(store: Store, mirror: Row) -> None:
    path = owner_path(store, mirror)
    if path is not None:
        store.delete(path, store.tables[path].rows[mirror.number])


def arp_created(store: Store, row: Row) -> None:
    """A static entry takes the place of the dynamic one."""
    for other in store.tables["/ip/arp"].twins(row.fields):
        if other.dynamic and not row.dynamic:
            store.delete("/ip/arp", other)


def install(store: Store) -> None:
    for path in LISTS:
        store.created[path] = list_entry_created
        store.changed[path] = list_entry_changed(path)
        store.deleted[path] = entry_deleted(path)
    for path in INTERFACE_TYPES:
        store.created[path] = interface_created(path)
        store.changed[path] = interface_changed
        store.deleted[path] = interface_deleted
    store.changed["/interface"] = mirror_changed
    store.deleted["/interface"] = mirror_deleted
    store.created["/ip/arp"] = arp_created
