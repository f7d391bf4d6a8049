#!/bin/sh
# Exports the objects of namespaces as YAML, one file a kind. Any error fails the run: half an export looks like a whole one.
#   QM_NAMESPACES (one a line, a folder each; empty: that of the policy, without a folder)
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

# Of the kinds that are known: without what the cluster makes of itself in every namespace.
selector_of() {
    case $1 in
        configmaps) echo metadata.name!=kube-root-ca.crt ;;
        secrets) echo type!=kubernetes.io/service-account-token ;;
    esac
}

# Takes out of the metadata what one cluster gave and another one refuses. In what kubectl prints, items of a list begin with
# a dash in the first column, their metadata stand two columns further, and its fields four.
portable() {
    awk '
        /^  [A-Za-z]/ || /^- / { inside = ($0 == "  metadata:" || $0 == "- metadata:") }
        inside && /^    (uid|resourceVersion|generation|creationTimestamp|selfLink):/ { next }
        { print }' "$1"
}

objects=0
# export_objects NAMESPACE FOLDER
export_objects() {
    before=$objects
    while IFS= read -r kind; do
        run "$kind could not be read in $1 (exclude the kind, or let quartermaster-backup-reader read it)" \
            kubectl get "$kind" --namespace "$1" -o yaml --ignore-not-found --chunk-size=500 \
            --field-selector "$(selector_of "$kind")" >"$work/yaml"
        count=$(grep -c '^- apiVersion:\|^- \?$' "$work/yaml" || true)
        [ "$count" -gt 0 ] || continue
        objects=$((objects + count))
        mkdir -p "$2"
        portable "$work/yaml" >"$2/$kind.part"
        mv "$2/$kind.part" "$2/$kind.yaml"
    done <"$work/kinds"
    [ "$objects" -gt "$before" ] || fail "the namespace $1 holds nothing to save; is there such a namespace?"
}

if [ -n "${QM_NAMESPACES:-}" ]; then
    for namespace in $QM_NAMESPACES; do export_objects "$namespace" "$artifact/$namespace"; done
else
    # shellcheck disable=SC2153 # no misspelling
    export_objects "$QM_NAMESPACE" "$artifact"
fi
field objects "$objects"
hand_over
