# shellcheck shell=bash
# What somebody shares with environments.
kubectl create namespace shared-secrets
for name in registry shop-backend shop-database; do
    kubectl -n shared-secrets create secret generic $name --from-literal=key=value
done
