# On-screen notices follow the date. Anything else that differs is for a review: exit 6.
reconcile apply --yes --expect "$(reconcile ci expected --nothing)"
