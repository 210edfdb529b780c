# SPDX-License-Identifier: GPL-3.0-or-later
"""/system, /user, /log, /file and menus kept open. Data; may import kinds and facts.model.

Groups, clock, note: a 6.49 verbose export. Scheduler and script: `/console/inspect`.
"""

from reconciler.emulator.facts.model import (
    BOOL,
    COMMENT,
    ENDS,
    NAME,
    F,
    Fields,
    Menu,
    named,
    texts,
)  # fmt: skip
from reconciler.emulator.kinds.base import Int, Shaped, Text, words
from reconciler.emulator.kinds.combine import Either, Many, ref
from reconciler.emulator.kinds.net import PREFIXES_KIND
from reconciler.emulator.kinds.units import TIME_KIND, milliseconds
from reconciler.emulator.version import Version, read_date

POLICIES = (
    "local telnet ssh ftp reboot read write policy test winbox password web sniff sensitive api"
    " romon"
).split()
POLICIES_6 = (*POLICIES, "dude", "tikapp")
POLICIES_7 = (*POLICIES, "rest-api")
EVERY_POLICY = {*POLICIES_6, *POLICIES_7}
READ = EVERY_POLICY - {"ftp", "write", "policy", "dude"}
WRITE = EVERY_POLICY - {"ftp", "policy", "dude"}
SCRIPT_POLICY = "ftp,reboot,read,write,policy,test,password,sniff,sensitive,romon"


def policy(held: set[str], version: Version) -> str:
    """All policies of the version in order, the missing ones after, each with a `!`."""
    known = POLICIES_6 if version.major < 7 else POLICIES_7
    have = [name for name in known if name in held]
    return ",".join(have + [f"!{name}" for name in known if name not in held])


def complete_policy(fields: Fields, version: Version) -> None:
    """What a group holds is told with what it lacks, in the names of this version."""
    named = fields.get("policy", "").split(",")
    fields["policy"] = policy({name for name in named if name[:1] != "!"}, version)


def time_of_day(text: str) -> str | None:
    """`HH:MM:SS`, as both majors print the start of a scheduler."""
    total = milliseconds(text)
    if total is None or total >= 86_400_000:
        return None
    seconds = total // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


START_DATE = Shaped(lambda text: text if read_date(text) else None)
TIME_OF_DAY = Shaped(time_of_day)
GROUP_POLICY = Many(words(" ".join(f"{name} !{name}" for name in sorted(EVERY_POLICY))))


IDENTITY = Menu("/system/identity", {"name": F(Text(), "MikroTik")}, single=True)
RESOURCE = Menu("/system/resource", {}, single=True, fixed=True)
CLOCK = Menu(
    "/system/clock",
    {
        "time": F(),
        "date": F(),
        "time-zone-autodetect": F(BOOL, "true"),
        "time-zone-name": F(Text(), "manual"),
    },
    live={"gmt-offset": "+00:00", "dst-active": "false"},
    single=True,
    volatile=frozenset({"time", "date"}),
)
NOTE = Menu(
    "/system/note",
    {"show-at-login": F(BOOL, "true"), "note": F(Text(), "")},
    single=True,
    open=True,
)
SCHEDULER = Menu(
    "/system/scheduler",
    {
        "name": NAME,
        "start-date": F(START_DATE),
        "start-time": F(Either((words("startup"), TIME_OF_DAY))),
        "interval": F(TIME_KIND, "0s"),
        "on-event": F(Text(), ""),
        "policy": F(Text(), SCRIPT_POLICY),
        **ENDS,
    },
    live={"owner": "admin", "run-count": "0"},
    unique=named(),
    name_prefix="schedule",
    volatile=frozenset({"run-count", "next-run", "start-date", "start-time"}),
)
SCRIPT = Menu(
    "/system/script",
    {
        "name": NAME,
        "owner": F(Text(), "admin"),
        "policy": F(Text(), SCRIPT_POLICY),
        "dont-require-permissions": F(BOOL, "false"),
        "source": F(Text(), ""),
        "comment": COMMENT,
    },
    live={"run-count": "0", "invalid": "false"},
    unique=named(),
    name_prefix="script",
    volatile=frozenset({"run-count", "last-started"}),
)
PACKAGE = Menu("/system/package", {"name": NAME, "version": F()}, fixed=True, open=True)
BACKUP = Menu("/system/backup", {}, fixed=True)
ROUTERBOARD = Menu("/system/routerboard", {}, single=True, open=True)
LICENSE = Menu("/system/license", {}, single=True, open=True)
HISTORY = Menu("/system/history", {}, only_dynamic=True, open=True)

USER = Menu(
    "/user",
    {
        "name": NAME,
        "group": F(ref("/user/group")),
        "password": F(Text()),
        "address": F(PREFIXES_KIND, ""),
        "last-logged-in": F(),
        **ENDS,
    },
    live={"expired": "false"},
    required=("name", "group"),
    unique=named("user with the same name already exists"),
    hidden=frozenset({"password"}),
    volatile=frozenset({"last-logged-in"}),
)
GROUP = Menu(
    "/user/group",
    {
        "name": NAME,
        "policy": F(GROUP_POLICY, ""),
        "skin": F(Text(), "default"),
        "comment": COMMENT,
    },
    required=("name",),
    unique=named("group with the same name already exists"),
    builtin=(
        (1, {"name": "read", "policy": ",".join(READ)}),
        (2, {"name": "write", "policy": ",".join(WRITE)}),
        (3, {"name": "full", "policy": ",".join(EVERY_POLICY)}),
    ),
    complete=complete_policy,
)
USER_ACTIVE = Menu("/user/active", texts("when name address via group"), only_dynamic=True)
LOG = Menu("/log", texts("time topics message"), only_dynamic=True)
FILE = Menu(
    "/file",
    {
        "name": NAME,
        "type": F(words("file script backup directory"), "file"),
        "size": F(Int(), "0"),
        "last-modified": F(),
        "contents": F(Text(), ""),
    },
    unique=named(),
    required=("name",),
    volatile=frozenset({"last-modified"}),
)
OPEN_SINGLE = (
    "/ip/dns /ip/settings /ip/cloud /ip/ssh /ip/upnp /ip/socks /ip/smb /ip/traffic-flow"
    " /ipv6/settings /snmp /system/ntp/client /system/watchdog /system/logging/action-settings"
    " /interface/bridge/settings /ip/neighbor/discovery-settings /ip/dhcp-server/config"
    " /interface/l2tp-server/server /interface/pptp-server/server /interface/sstp-server/server"
    " /interface/ovpn-server/server /tool/bandwidth-server /tool/mac-server"
    " /tool/mac-server/mac-winbox /tool/mac-server/ping /tool/romon /tool/e-mail /tool/sms"
    " /tool/sniffer /user/aaa /radius/incoming /system/package/update /ip/hotspot/service-port"
    " /interface/detect-internet /certificate/settings /system/leds/settings /ip/cloud/advanced"
).split()
OPEN_LISTS = (
    "/ip/route /ip/dns/static /ip/dhcp-client /ip/dhcp-client/option /ip/dhcp-server/option"
    " /ip/dhcp-server/alert /ip/ipsec/policy /ip/ipsec/proposal /ip/ipsec/profile /ip/ipsec/peer"
    " /ip/ipsec/identity /ip/neighbor /ip/socks/access /ip/vrf /ip/route/rule /ipv6/address"
    " /ipv6/route /ipv6/pool /ipv6/dhcp-client /ipv6/dhcp-server /ipv6/nd /routing/rule"
    " /routing/ospf/instance /routing/ospf/area /routing/bgp/connection /snmp/community"
    " /system/logging /system/logging/action /system/leds /system/script/job"
    " /system/script/environment /tool/netwatch /tool/graphing/interface /tool/graphing/queue"
    " /tool/graphing/resource /certificate /disk /port /ppp/l2tp-secret"
).split()
TABLES = Menu(
    "/routing/table",
    {"name": NAME, "fib": F(), **ENDS},
    live={"dynamic": "false", "invalid": "false"},
    builtin=((0, {"name": "main", "fib": "", "dynamic": "true"}),),
    unique=named(),
    open=True,
    since=">=7",
)

MENUS = (
    IDENTITY, RESOURCE, CLOCK, NOTE, SCHEDULER, SCRIPT, PACKAGE, BACKUP, ROUTERBOARD, LICENSE,
    HISTORY, USER, GROUP, USER_ACTIVE, LOG, FILE, TABLES,
    *(Menu(path, single=True, open=True) for path in OPEN_SINGLE),
    *(Menu(path, open=True, ordered=True) for path in OPEN_LISTS),
)  # fmt: skip
