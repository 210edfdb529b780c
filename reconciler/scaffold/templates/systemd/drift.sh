#!/bin/sh
# << t("Qué se cambió a mano en los routers: termina con 2 si hay algo.", "What was changed by hand on the routers: ends with 2 where there is something.") >>
set -eu
cd "$(dirname "$0")/.."
exec 9> .git/reconcile.lock
flock 9
exec reconcile drift
