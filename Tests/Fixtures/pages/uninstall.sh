# shellcheck shell=bash
# An installation with a pool and an environment `shop`.
kubectl apply -f release/install.yaml
kubectl -n quartermaster-system rollout status deployment/quartermaster
kubectl apply -f config/samples/quick-start-pool.yaml
sed 's/name: hello/name: shop/' config/samples/quick-start-environment.yaml >environments.yaml
kubectl apply -f environments.yaml
kubectl -n workers wait rwp/workers --for=condition=Ready --timeout=5m
kubectl wait appenv/shop --for=condition=Ready --timeout=5m
