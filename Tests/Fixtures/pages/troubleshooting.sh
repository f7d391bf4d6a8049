# shellcheck shell=bash
# An installation, and nothing in it.
kubectl apply -f release/install.yaml
kubectl -n quartermaster-system rollout status deployment/quartermaster
