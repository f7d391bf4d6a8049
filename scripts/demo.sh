#!/usr/bin/env bash
# The main job on the embedded API server, with the operator as a process of its own; called by `make demo`.
#   KEEP=1       leaves cluster, operator and pool up at the end, and tells how to use and to end them
#   QM_BIN=DIR   where the programs are; by default .build/debug
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${QM_BIN:-.build/debug}
keep=${KEEP:-}
sample=config/samples/regionalworkerpool.yaml
regions=eu-central,us-east,asia-pacific
account=quartermaster-system/quartermaster
pids=()

for program in devcluster quartermaster; do
    if [ ! -x "$bin/$program" ]; then
        echo "demo: $bin/$program is not built; run \`make demo\`, which builds it" >&2
        exit 2
    fi
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/quartermaster-demo.XXXXXX")
cluster_log=$folder/devcluster.log
operator_log=$folder/operator.log
export KUBECONFIG=$folder/kubeconfig

# Ends what this script has started, the last first, and waits for it.
end_all() {
    local index pid
    for ((index = ${#pids[@]} - 1; index >= 0; index--)); do
        pid=${pids[index]}
        kill -TERM "$pid" 2>/dev/null || continue
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    pids=()
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    end_all
    case $status in
        0) rm -rf "$folder" ;;
        130 | 143)
            rm -rf "$folder"
            echo "demo: interrupted; nothing is left running" >&2
            ;;
        *) echo "demo: failed; the logs are operator.log and devcluster.log in $folder" >&2 ;;
    esac
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "demo: $*" >&2
    exit 1
}

# What a program said for people before it ended; its log proper stays in the file.
last_words() {
    grep -v '^{' "$1" | tail -n 1 || true
}

title() {
    echo
    echo "── $*"
}

# wait_for FILE PID NAME LOG: until the file is there, as long as the process lives.
wait_for() {
    local waited=0
    until [ -s "$1" ]; do
        kill -0 "$2" 2>/dev/null || fail "$3 has ended: $(last_words "$4")"
        sleep 0.1
        waited=$((waited + 1))
        [ $((waited % 20)) -ne 0 ] || echo "   … $((waited / 10)) s: waiting for $3"
        [ "$waited" -lt 300 ] || fail "$3 is not ready after 30 s"
    done
}

started=$SECONDS
title "Start a cluster: an API server in memory, simulated nodes in three regions"
# In a session of their own, so that Ctrl-C ends them in order and KEEP=1 can leave them behind.
setsid "$bin/devcluster" start --kubeconfig "$KUBECONFIG" --regions "$regions" --nodes-per-region 2 \
    --apply crds --apply config/manager/namespace.yaml --apply config/rbac \
    </dev/null >"$cluster_log" 2>&1 &
pids+=($!)
wait_for "$KUBECONFIG" "${pids[0]}" "the cluster" "$cluster_log"
grep -E '^(devcluster|  )' "$cluster_log" | sed 's/^ */   /'

title "Start the operator as ServiceAccount $account, with the rights of config/rbac and no others"
"$bin/devcluster" kubeconfig --kubeconfig "$KUBECONFIG" --service-account "$account" --output "$folder/operator.kubeconfig"
KUBECONFIG='' setsid "$bin/quartermaster" run --kubeconfig "$folder/operator.kubeconfig" \
    --metrics-bind-address=127.0.0.1:0 --health-probe-bind-address=127.0.0.1:0 --node-pool-namespaces=workers \
    </dev/null >"$operator_log" 2>&1 &
pids+=($!)
echo "   quartermaster run is process ${pids[1]}, over TLS, with a token of one hour"

"$bin/devcluster" demo --kubeconfig "$KUBECONFIG" --pool "$sample" ${keep:+--keep} &
pids+=($!)
status=0
wait -n -p ended "${pids[@]}" || status=$?
case ${ended:-} in
    "${pids[0]}") fail "the cluster has ended by itself, with status $status: $(last_words "$cluster_log")" ;;
    "${pids[1]}") fail "the operator has ended by itself, with status $status: $(last_words "$operator_log")" ;;
esac
[ "$status" -eq 0 ] || exit "$status"

echo
if [ -n "$keep" ]; then
    trap - EXIT INT TERM
    cat <<TEXT
── Left running, with the pool Ready (KEEP=$keep)
   export KUBECONFIG=$KUBECONFIG
   kubectl get regionalworkerpools --all-namespaces
   kubectl describe regionalworkerpool workers --namespace workers
   kubectl get nodes --label-columns region,workload
   kubectl taint node us-east-node-1 workload-     # it comes back
   kubectl get pods --namespace workers --output wide

   cluster   process ${pids[0]}, log $cluster_log
   operator  process ${pids[1]}, log $operator_log
   To end both: kill ${pids[1]} ${pids[0]} && rm -r $folder
TEXT
    exit 0
fi
echo "All as it should be, after $((SECONDS - started)) s. Nothing is left running; KEEP=1 leaves it up."
