mkdir -p out
# What the approved comment said; where nothing was reviewed, nothing may be applied.
expect="${EXPECT:-$(reconcile ci expected)}"
code=0
reconcile apply --yes --expect "$expect" > out/apply.txt 2> out/apply.err || code=$?
cat out/apply.txt out/apply.err
<% if forge == "github" %>
{ echo "### apply"; echo; sed 's/^/    /' out/apply.txt out/apply.err; } >> "$GITHUB_STEP_SUMMARY"
<% endif %>
if [ "$code" -ne 0 ]; then
  reconcile plan --format markdown > out/plan.md || true
  {
    echo "### apply: << t("terminó con", "ended with") >> $code"
    echo
    sed 's/^/    /' out/apply.err
    tail -n 1 out/apply.txt | sed 's/^/    /'
    echo
    cat out/plan.md
    echo
<% if forge == "github" %>
    echo "<< t("Para aplicar este plan: Actions, apply, Run workflow, con su huella (fingerprint).", "To apply this plan: Actions, apply, Run workflow, with its fingerprint.") >>"
<% else %>
    echo "<< t("Para aplicar este plan: Build, Pipelines, New pipeline, con su huella en EXPECT.", "To apply this plan: Build, Pipelines, New pipeline, with its fingerprint as EXPECT.") >>"
<% endif %>
  } > out/after.md
  reconcile ci comment --key apply out/after.md
<% if forge == "github" %>
  cat out/after.md >> "$GITHUB_STEP_SUMMARY"
<% endif %>
fi
exit "$code"
