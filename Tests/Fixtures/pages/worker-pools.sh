# shellcheck shell=bash
# An installation, and the password of the queue server.
kubectl apply -f release/install.yaml
kubectl -n quartermaster-system rollout status deployment/quartermaster
printf secret >redis-password
