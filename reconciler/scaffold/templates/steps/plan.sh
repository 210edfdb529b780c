mkdir -p out
code=0
reconcile plan --detailed-exitcode --out out/plan.json --markdown out/plan.md --html out/plan.html \
<% if forge == "gitlab" %>
  --junit out/plan.xml --terraform out/terraform.json \
<% endif %>
  > out/plan.txt 2> out/plan.err || code=$?
cat out/plan.txt out/plan.err
if ! [ -s out/plan.md ]; then
  {
    echo "### << t("No se pudo hacer un plan", "No plan could be made") >>"
    echo
    sed 's/^/    /' out/plan.err
  } > out/plan.md
fi
reconcile ci comment out/plan.md
<% if forge == "github" %>
cat out/plan.md >> "$GITHUB_STEP_SUMMARY"
[ ! -s out/plan.json ] || reconcile ci outputs out/plan.json >> "$GITHUB_OUTPUT"
case "$code" in
  0 | 2) ;;
  3) echo "::warning::<< t("Hay routers que no contestan: faltan en el plan.", "Some routers do not answer: the plan leaves them out.") >>" ;;
  *) exit "$code" ;;
esac
<% else %>
[ ! -s out/plan.json ] || reconcile ci outputs out/plan.json > out/plan.env
# 2 is: there are changes.
[ "$code" -eq 2 ] || exit "$code"
<% endif %>
