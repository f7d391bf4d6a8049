#!/usr/bin/env bash
# Runs FOLDER/steps/0.sh, 1.sh, … in this shell, with a cluster in memory and the programs of PROGRAMS; called by PageTests:
#   run.sh FOLDER PROGRAMS
# What a step prints goes to N.out. N.done says that it ended as N.status wants, or with success, and printed what N.want matches. The operator runs while its
# Deployment is there, with the flags and the rights that it was installed with.
set -euo pipefail
qm_folder=$1
qm_programs=$2
qm_sources=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$qm_folder"
for qm_part in config crds charts; do ln -s "$qm_sources/$qm_part" "$qm_part"; done
export PATH=$qm_programs:$qm_sources/.build/kubectl:$PATH HOME=$qm_folder KUBECONFIG=$qm_folder/kubeconfig
mkdir release
kubectl kustomize config/default >release/install.yaml

operate() {
    local flags process
    while [ -s "$KUBECONFIG" ]; do
        sleep 0.2
        kubectl -n quartermaster-system rollout status deployment/quartermaster --timeout=60s || continue
        mapfile -t flags < <(kubectl -n quartermaster-system get deployment quartermaster \
            -o jsonpath='{range .spec.template.spec.containers[0].args[*]}{@}{"\n"}{end}' | grep -v bind-address)
        devcluster kubeconfig --kubeconfig "$KUBECONFIG" --service-account quartermaster-system/quartermaster \
            --output operator.kubeconfig || continue
        KUBECONFIG='' POD_NAMESPACE=quartermaster-system quartermaster "${flags[@]}" --kubeconfig operator.kubeconfig \
            --metrics-bind-address=off --health-probe-bind-address=off &
        process=$!
        kubectl -n quartermaster-system wait --for=delete deployment/quartermaster --timeout=1h
        # As it ends with its pod; what it would still write has no rights any more.
        kill -KILL $process
    done
}

qm_processes=()
finish() {
    local status=$?
    trap - EXIT
    # The operator and those that wait for it first: their cluster is about to be gone.
    [ ${#qm_processes[@]} -lt 2 ] || kill -KILL -- "-${qm_processes[1]}" || true
    kill "${qm_processes[0]}" || true
    wait || true
    [ "$status" -eq 0 ] || tail -n 20 devcluster.log operator.log
    exit "$status"
}
trap finish EXIT
trap 'exit 143' TERM

devcluster start --kubeconfig "$KUBECONFIG" >devcluster.log 2>&1 &
qm_processes+=($!)
until [ -s "$KUBECONFIG" ]; do
    kill -0 "${qm_processes[0]}"
    sleep 0.1
done
# With a process group of its own, to be ended as one.
set -m
operate >operator.log 2>&1 &
qm_processes+=($!)
set +m

for ((qm_step = 0; ; qm_step++)); do
    qm_file=steps/$qm_step
    [ -f "$qm_file.sh" ] || break
    # Nothing but its own commands is to count for the status.
    [ ! -f "$qm_file.status" ] || echo true >>"$qm_file.sh"
    for ((qm_try = 0; ; qm_try++)); do
        qm_failures=
        if [ -f "$qm_file.status" ]; then
            trap 'qm_failures+=$?' ERR
            set +e
        fi
        # shellcheck disable=SC1090
        . "$qm_file.sh" >"$qm_file.out" 2>&1
        set -e
        trap - ERR
        if [ "$qm_failures" = "$(cat "$qm_file.status" 2>/dev/null || true)" ]; then
            [ -f "$qm_file.want" ] || break
            # What a page shows may come a moment later, such as an event.
            ! LC_ALL=C.UTF-8 grep -Pzqf "$qm_file.want" "$qm_file.out" || break
        fi
        [ -f "$qm_file.want" ] && [ "$qm_try" -lt 30 ]
        sleep 1
    done
    touch "$qm_file.done"
done
