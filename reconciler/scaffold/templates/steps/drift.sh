mkdir -p out
code=0
reconcile drift --json out/drift.json --junit out/drift.xml --issue out/drift.md \
  > out/drift.txt 2> out/drift.err || code=$?
cat out/drift.txt out/drift.err
[ -s out/drift.json ] || exit "$code"
drift=$(reconcile ci outputs out/drift.json | sed -n 's/^drift=//p')
if [ "$drift" -gt 0 ]; then
  reconcile ci issue --title "<< t("Cambios hechos a mano en los routers", "Routers were changed by hand") >>" out/drift.md
elif [ "$code" -eq 0 ]; then
  reconcile ci issue --close "<< t("Ya no hay cambios hechos a mano.", "Nothing is changed by hand any more.") >>"
fi
<% if forge == "github" %>
{ echo "### drift"; echo; sed 's/^/    /' out/drift.txt; } >> "$GITHUB_STEP_SUMMARY"
case "$code" in
  0 | 2) ;;
  3) echo "::warning::<< t("Hay routers que no contestan.", "Some routers do not answer.") >>" ;;
  *) exit "$code" ;;
esac
<% else %>
exit "$code"
<% endif %>
