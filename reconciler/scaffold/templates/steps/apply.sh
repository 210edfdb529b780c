mkdir -p out
# What the approved comment said; where nothing was reviewed, nothing may be applied.
expect="${EXPECT:-$(reconcile ci expected)}"
code=0
reconcile apply --yes --expect "$expect" > out/apply.txt 2> out/apply.err || code=$?
cat out/apply.txt out/apply.err
{
  if [ "$code" -eq 0 ]; then
    echo "### apply: << t("hecho", "done") >>"
  else
    echo "### apply: << t("terminó con", "ended with") >> $code"
  fi
  echo
  grep -h -v '^ ' out/apply.txt out/apply.err | sed 's/^/    /'
  # What a router that is away lacks (3) is in the next plan; all else needs a new review.
  if [ "$code" -ne 0 ] && [ "$code" -ne 3 ]; then
    echo
    reconcile plan --format markdown || true
    echo
<% if forge == "github" %>
    echo "<< t("Para aplicar este plan: Actions, apply, Run workflow, con su huella (fingerprint).", "To apply this plan: Actions, apply, Run workflow, with its fingerprint.") >>"
<% else %>
    echo "<< t("Para aplicar este plan: Build, Pipelines, New pipeline, con su huella en EXPECT.", "To apply this plan: Build, Pipelines, New pipeline, with its fingerprint as EXPECT.") >>"
<% endif %>
  fi
} > out/after.md
<% if forge == "github" %>
cat out/after.md >> "$GITHUB_STEP_SUMMARY"
<% endif %>
reconcile ci comment --key apply out/after.md
exit "$code"
