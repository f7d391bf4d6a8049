#!/usr/bin/env bash
# Checks what no compiler does: what is generated is up to date, manifests build, the sources fit the layout, the documents' links lead somewhere.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
complain() {
    echo "check: $*" >&2
    status=1
}

if command -v kubectl >/dev/null; then
    kubectl kustomize config/default >/dev/null || complain "config/default does not build; run kubectl kustomize config/default"
fi

# What is made from the CRDs: the generator compares and changes nothing. The rights of config/rbac are compared by a test.
swift build --product Generator >/dev/null || complain "the generator does not build; run swift build --product Generator"
.build/debug/Generator --check || complain "what is committed differs from crds/; run make generate"

# Foundation's decoders are too slow for cluster data and its start costs memory: no source of a program uses it.
if grep -rn --include='*.swift' -E '^\s*(internal |package |public |private |fileprivate )?(@\w+ )?import Foundation' Sources; then
    complain "Foundation is imported above; use the types of KubeAPI instead"
fi

# Relative links of the documents.
while IFS=: read -r file link; do
    target=${link%%#*}
    [ -z "$target" ] || [ -e "$(dirname "$file")/$target" ] || complain "$file links to $link, which does not exist"
done < <(grep -oHE '\]\([^)]+\)' README.md CONTRIBUTING.md docs --include='*.md' -r \
    | sed -E 's/\]\(([^)]*)\)/\1/' | grep -vE ':(https?|mailto):' || true)

exit "$status"
