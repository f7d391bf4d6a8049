# shellcheck shell=bash
# An installation, and what somebody shares with environments.
kubectl apply -f release/install.yaml
kubectl -n quartermaster-system rollout status deployment/quartermaster
kubectl create namespace shared-secrets
for name in registry shop-backend shop-database; do
    kubectl -n shared-secrets create secret generic $name --from-literal=key=value
done
