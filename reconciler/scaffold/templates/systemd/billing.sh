<% set forge = "systemd" %>
#!/bin/sh
# << t("Propone facturas y cortes como ramas billing/…, que alguien revisa y une.", "Proposes invoices and cuts as branches billing/…, which somebody reviews and merges.") >>
set -eu
cd "$(dirname "$0")/.."
git fetch --quiet origin main
# In a work tree of its own: apply and drift read the other one meanwhile.
repo=$PWD
tree=$(mktemp -d)
trap 'cd / && git -C "$repo" worktree remove --force "$tree"' EXIT
git worktree add --quiet --detach "$tree" FETCH_HEAD
cd "$tree"
<% include "steps/billing.sh" %>
