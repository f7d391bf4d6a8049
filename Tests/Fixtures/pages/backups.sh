# shellcheck shell=bash
# An installation, and the policies of the samples that are for everybody.
kubectl apply -f release/install.yaml
kubectl -n quartermaster-system rollout status deployment/quartermaster
for name in postgres production shop velero; do kubectl create namespace $name; done
kubectl apply -f config/samples/backuppolicy.yaml
kubectl -n postgres wait --for=create serviceaccount/databases-backup --timeout=1m
