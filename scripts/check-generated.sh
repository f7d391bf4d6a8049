#!/usr/bin/env bash
# Checks what no compiler does: what is generated is up to date, manifests build, the sources fit the layout, the documents name what exists.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
complain() {
    echo "check: $*" >&2
    status=1
}


# What is made from the CRDs: the generator compares and changes nothing. The rights of config/rbac are compared by a test.
# It is built as `make test` builds it, so that both do it once.
QM_OPTIMISED=1 swift build --scratch-path .build/tests --product Generator >/dev/null \
    || complain "the generator does not build; run swift build --product Generator"
.build/tests/debug/Generator --check || complain "what is committed differs from crds/; run make generate"

# The version is that of BuildInfo.swift; an image that is named has the same.
version=$(sed -n 's/.*version = "\(.*\)"/\1/p' Sources/KubeAPI/Model/BuildInfo.swift)
while IFS=: read -r file line named; do
    [ "${named##*[^0-9.]}" = "$version" ] || complain "$file:$line has \"$named\", and BuildInfo.swift says $version"
done < <(grep -rnoE '(quartermaster(-backup)?:|newTag: |^Version |/download/v|quartermaster/v|quartermaster-)[0-9]+\.[0-9]+\.[0-9]+' README.md docs config crds Dockerfile*)

# So has what is released, and the oldest Kubernetes is the same to the program, the chart and the pages.
grep -qF "## [$version]" CHANGELOG.md || complain "CHANGELOG.md has nothing about $version"
oldest=$(sed -n 's/.*oldestMinor = //p' Sources/Operator/Doctor/Checkup.swift)
grep -qF ">=1.$oldest.0-0" charts/quartermaster/Chart.yaml || complain "the chart is for another Kubernetes than 1.$oldest, which Checkup.swift names"
for page in README.md docs/operating.md; do
    grep -qF "1.$oldest or newer" $page || complain "$page does not say that Kubernetes 1.$oldest or newer is needed"
done

# What a release installs from is made as it will be made, without the programs: install.yaml, the CRDs, the chart.
if command -v kubectl >/dev/null && { command -v helm >/dev/null || [ -x .build/helm/helm ]; }; then
    folder=$(mktemp -d)
    DIRTY=1 DIST=$folder scripts/release.sh "$version" manifests >/dev/null || complain "the manifests of a release can't be made"
    rm -rf "$folder"
fi

# Foundation's decoders are too slow for cluster data and its start costs memory: no source of a program uses it.
if grep -rn --include='*.swift' -E '^\s*(internal |package |public |private |fileprivate )?(@\w+ )?import Foundation' Sources; then
    complain "Foundation is imported above; use the types of KubeAPI instead"
fi

# The anchors of a document, one a line, as GitHub makes them of its headings.
anchors() {
    grep -E '^#+ ' "$1" | sed -E 's/^#+ //; s/[^[:alnum:] _-]//g' | tr '[:upper:] ' '[:lower:]-'
}

# Relative links of the documents.
while IFS=: read -r file link; do
    target=${link%%#*}
    path=$file
    [ -z "$target" ] || path=$(dirname "$file")/$target
    if [ ! -e "$path" ]; then
        complain "$file links to $link, which does not exist"
    elif [ "$target" != "$link" ] && ! grep -qxF -- "${link#*#}" <<<"$(anchors "$path")"; then
        complain "$file links to $link, and that page has no such heading"
    fi
done < <(grep -oHE '\]\([^)]+\)' README.md CONTRIBUTING.md CHANGELOG.md docs --include='*.md' -r \
    | sed -E 's/\]\(([^)]*)\)/\1/' | grep -vE ':(https?|mailto):' || true)

# The pages about the code name files and types, which must be there.
code_pages=(CONTRIBUTING.md docs/architecture.md)
while IFS=: read -r file path; do
    [ -e "$path" ] || complain "$file names $path, which does not exist"
done < <(grep -oHE "\`(Sources|Tests|config|crds|scripts)/[A-Za-z0-9_./+-]+\`" "${code_pages[@]}" | tr -d '`')
types=$(grep -rhoE --include='*.swift' '\b(struct|class|enum|actor|protocol|typealias) [A-Z][A-Za-z0-9]*' Sources | sed 's/.* //' | sort -u)
while IFS= read -r name; do
    grep -qxF "$name" <<<"$types" || complain "docs/architecture.md names $name, which is no type of the sources"
done < <(grep -oE "\`[A-Z][A-Za-z0-9]+\`" docs/architecture.md | tr -d '`' | sort -u)

exit "$status"
