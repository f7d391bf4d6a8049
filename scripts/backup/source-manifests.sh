#!/bin/sh
# Exports the objects of a namespace as YAML, one file a kind. Any error fails the run: half an export looks like a whole one.
#   QM_INCLUDE_KINDS QM_EXCLUDE_KINDS (one a line, as deployments.apps)  QM_INCLUDE_SECRETS (true or false)
# shellcheck source=scripts/backup/source.sh
. "$QM_SCRIPTS/source.sh"

need kubectl
# What others make from these objects again, and what is gone by the time of a restore.
cat >"$work/excluded" <<'KINDS'
bindings
controllerrevisions.apps
endpoints
endpointslices.discovery.k8s.io
events
events.events.k8s.io
leases.coordination.k8s.io
localsubjectaccessreviews.authorization.k8s.io
pods
pods.metrics.k8s.io
replicasets.apps
csistoragecapacities.storage.k8s.io
KINDS
[ "${QM_INCLUDE_SECRETS:-false}" = true ] || echo secrets >>"$work/excluded"
printf '%s\n' "${QM_EXCLUDE_KINDS:-}" | sed '/^$/d' >>"$work/excluded"

if [ -n "${QM_INCLUDE_KINDS:-}" ]; then
    printf '%s\n' "$QM_INCLUDE_KINDS" | sed '/^$/d' >"$work/offered"
else
    run "the kinds could not be listed" kubectl api-resources --namespaced --verbs=list -o name >"$work/offered"
fi
grep -v -x -F -f "$work/excluded" "$work/offered" >"$work/kinds" || fail "every kind is excluded"

objects=0
while IFS= read -r kind; do
    run "$kind could not be read (exclude the kind, or let quartermaster-backup-reader read it)" \
        kubectl get "$kind" --namespace "$QM_NAMESPACE" -o yaml --ignore-not-found --chunk-size=500 >"$work/yaml"
    count=$(grep -c '^- apiVersion:\|^- \?$' "$work/yaml" || true)
    [ "$count" -gt 0 ] || continue
    objects=$((objects + count))
    mv "$work/yaml" "$artifact/$kind.yaml"
done <"$work/kinds"
[ "$objects" -gt 0 ] || fail "the namespace holds nothing to save"
field objects "$objects"
hand_over
