#!/bin/sh
# Runs a command in pods of the policy's namespace, before or after the source. The arguments are the command.
#   QM_HOOK_STAGE (pre or post) QM_HOOK_SELECTOR QM_HOOK_CONTAINER (empty: the pod's default) QM_HOOK_TIMEOUT (seconds)
#   QM_HOOK_ON_ERROR (Fail or Continue) QM_HOOK_IS_LAST (true for the one that ends a pod whose source has failed)
# shellcheck source=scripts/backup/common.sh
. "$QM_SCRIPTS/common.sh"

failed="$QM_STAGING/hooks/failed"
if [ "$QM_HOOK_STAGE" = pre ] && [ -f "$failed" ]; then
    message="skipped: a hook before it failed"
    result=Succeeded
    exit 0
fi
need kubectl
need timeout

problem=
if ! kubectl get pods --namespace "$QM_NAMESPACE" --selector "$QM_HOOK_SELECTOR" \
    --field-selector=status.phase=Running -o name >"$work/pods" 2>"$work/stderr"; then
    problem="its pods could not be listed: $(tail -n 2 "$work/stderr" | tr '\n' ' ')"
elif [ ! -s "$work/pods" ]; then
    problem="no running pod has the labels $QM_HOOK_SELECTOR"
fi
while IFS= read -r pod; do
    [ -z "$problem" ] || break
    say "running the hook in $pod"
    status=0
    timeout "$QM_HOOK_TIMEOUT" kubectl exec --namespace "$QM_NAMESPACE" "$pod" \
        ${QM_HOOK_CONTAINER:+--container "$QM_HOOK_CONTAINER"} -- "$@" </dev/null 2>"$work/stderr" || status=$?
    cat "$work/stderr" >&2
    # What `timeout` of coreutils and that of busybox say.
    case $status in
        0) ;;
        124 | 143) problem="it took more than $QM_HOOK_TIMEOUT s in $pod" ;;
        *) problem="it failed in $pod (status $status): $(tail -n 2 "$work/stderr" | tr '\n' ' ')" ;;
    esac
done <"$work/pods"

result=Succeeded
if [ -n "$problem" ]; then
    problem="$QM_HOOK_STAGE hook $1: $problem"
    if [ "$QM_HOOK_ON_ERROR" = Continue ]; then
        message="$problem; the run goes on"
        say "$message"
    elif [ "$QM_HOOK_STAGE" = pre ]; then
        fail "$problem"
    elif [ -s "$QM_STAGING/run/stamp" ]; then
        # The artifact is whole: it is stored, and the run is no full success.
        result=Partial
        message=$problem
        printf '%s\n' "$problem" | scrub >>"$QM_STAGING/run/partial"
    else
        message=$problem
    fi
fi
if [ "${QM_HOOK_IS_LAST:-false}" = true ] && [ -f "$failed" ]; then
    fail "$(cat "$failed")"
fi
