#!/usr/bin/env bash
# Builds the API documentation of the modules with the toolchain's own docc into .build/docs.
set -euo pipefail
cd "$(dirname "$0")/.."

symbols=.build/symbols
output=.build/docs
modules=(KubeAPI Reconcilers EmbeddedAPIServer Simulation)

rm -rf "$symbols" "$output"
mkdir -p "$symbols" "$output"
swift build --build-tests \
    -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$symbols" \
    -Xswiftc -symbol-graph-minimum-access-level -Xswiftc package \
    --scratch-path .build/symbol-graph
for module in "${modules[@]}"; do
    graphs=$symbols/$module.graphs
    mkdir -p "$graphs"
    mv "$symbols/$module".symbols.json "$symbols/$module"@*.symbols.json "$graphs"/ 2>/dev/null || true
    docc convert --additional-symbol-graph-dir "$graphs" --output-path "$output/$module.doccarchive" \
        --fallback-display-name "$module" --fallback-bundle-identifier "dev.quartermaster.$module"
    echo "docs: $output/$module.doccarchive"
done
