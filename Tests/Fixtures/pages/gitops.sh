# shellcheck shell=bash
# Argo CD as it comes.
kubectl create namespace argocd
kubectl -n argocd create configmap argocd-cm --from-literal=url=https://argocd.example.com
