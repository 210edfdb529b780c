#!/bin/sh
# << t("Toma lo nuevo de la rama principal y lo aplica; los límites son el freno.", "Takes what is new on the main branch and applies it; the limits are the brake.") >>
set -eu
cd "$(dirname "$0")/.."
exec 9> .git/reconcile.lock
flock 9
git fetch --quiet origin main
git switch --quiet --detach FETCH_HEAD
# Notices follow the date, so an apply runs whether there is anything new or not.
exec reconcile apply --yes
