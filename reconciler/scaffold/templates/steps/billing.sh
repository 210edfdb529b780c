mkdir -p out
base=$(git rev-parse HEAD)
today=$(date +%F)

# Branch, title, what to show: one request, as long as there is something to do.
propose() {
  if [ -z "$(git status --porcelain -- ledger inventory)" ]; then
<% if forge == "systemd" %>
    # Merging an old list would cut who has paid since.
    git push --quiet origin --delete "$1" 2> /dev/null || true
<% else %>
    # Merging an old list would cut who has paid since.
    reconcile ci pull-request --branch "$1" --close "<< t("Ya no hay nada que hacer.", "There is nothing to do any more.") >>"
<% endif %>
    return
  fi
  git add --all
  git -c user.name=reconcile -c user.email=reconcile@localhost commit --quiet -m "$2"
<% if forge == "systemd" %>
  git push --quiet --force origin "HEAD:refs/heads/$1"
  cat "$3"
<% elif forge == "github" %>
  # The token goes to git through its environment, never through an argument.
  # shellcheck disable=SC2016
  git -c credential.helper= \
    -c credential.helper='!f() { echo username=x-access-token; echo "password=$GITHUB_TOKEN"; }; f' \
    push --quiet --force origin "HEAD:refs/heads/$1"
<% else %>
  # The token goes to git through its environment, never through an argument.
  # shellcheck disable=SC2016
  git -c credential.helper= \
    -c credential.helper='!f() { echo username=oauth2; echo "password=$GITLAB_TOKEN"; }; f' \
    push --quiet --force "$CI_SERVER_URL/$CI_PROJECT_PATH.git" "HEAD:refs/heads/$1"
<% endif %>
<% if forge != "systemd" %>
  reconcile ci pull-request --branch "$1" --title "$2" --text "$3"
<% endif %>
}

git switch --quiet --detach "$base"
reconcile billing issue --allow-branch > out/invoices.txt
propose billing/invoices "<< t("Facturas del", "Invoices of") >> $today" out/invoices.txt

git switch --quiet --detach "$base"
reconcile billing cuts > out/cuts.txt
reconcile billing cuts --write --yes
propose billing/cuts "<< t("Cortes y reconexiones del", "Cuts and restores of") >> $today" out/cuts.txt
