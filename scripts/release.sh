#!/usr/bin/env bash
# Writes what a release consists of into dist/, or $DIST:
#   scripts/release.sh VERSION              everything, for the architecture of this machine
#   scripts/release.sh VERSION PART...      some of it:
#     version     nothing, but that VERSION is that of the sources, and these are committed; the others want it too
#     manifests   install.yaml, crds.yaml and the packaged chart
#     programs    the command line, alone and as a plugin of kubectl, and the images with their parts lists; `make image image-backup`
#                 comes before
#     krew        the manifest of the plugin, when the plugins of every architecture in $ARCHITECTURES are there
#     sums        SHA256SUMS, when all files of every architecture in $ARCHITECTURES are there and no other
# DIRTY=1 takes sources that are not committed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
    echo "release: $*" >&2
    exit 1
}

[ $# -gt 0 ] || fail "say which version: make release-artifacts VERSION=…"
version=$1
shift
case $(uname -m) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) fail "no images are made for $(uname -m)" ;;
esac
dist=${DIST:-dist}
images=${IMAGES:-.build/images}

# The version stands in the sources, and an artifact must be made again from the commit that it names.
declared=$(sed -n 's/.*version = "\(.*\)"/\1/p' Sources/KubeAPI/Model/BuildInfo.swift)
[ "$version" = "$declared" ] || fail "VERSION is '$version', and BuildInfo.swift says $declared"
if [ -z "${DIRTY:-}" ] && [ -n "$(git status --porcelain)" ]; then
    fail "there are changes that are not committed; DIRTY=1 makes the artifacts nevertheless"
fi

version() { :; }

plugin() { echo "kubectl-quartermaster-linux-$1.tar.gz"; }

names() {
    printf '%s\n' install.yaml crds.yaml "quartermaster-$version.tgz" quartermaster.yaml
    local each image
    for each in ${ARCHITECTURES:-$architecture}; do
        echo "quartermaster-linux-$each"
        plugin "$each"
        for image in quartermaster quartermaster-backup; do
            printf '%s\n' "$image-$version-linux-$each".{oci.tar,spdx.json}
        done
    done
}

helm() {
    if [ -x .build/helm/helm ]; then .build/helm/helm "$@"; else command helm "$@"; fi
}

# The kind and name of each object, one a line. The manifests are written with two spaces, lists of objects do not occur.
objects() {
    awk '/^---/ { kind = ""; inside = 0 }
        /^kind:/ { kind = $2 }
        /^[a-z]/ { inside = $1 == "metadata:" }
        inside && /^  name:/ { print kind, $2 }' "$@" | sort
}

manifests() {
    rm -f "$dist"/quartermaster-*.tgz
    kubectl kustomize config/default >"$dist/install.yaml"
    local file
    for file in crds/*_*.yaml; do
        echo "---"
        cat "$file"
    done >"$dist/crds.yaml"
    local said
    said=$(helm package charts/quartermaster --destination "$dist" 2>&1) || fail "$said"

    # What is installed by one file is what stands in the folders, and the image is that of the version.
    local apart=(crds/*_*.yaml config/rbac/*.yaml config/manager/*.yaml)
    diff <(for file in "${apart[@]}"; do [[ $file == */kustomization.yaml ]] || { echo "---"; cat "$file"; }; done | objects) \
        <(objects "$dist/install.yaml") || fail "install.yaml has other objects than crds, config/rbac and config/manager"
    grep -qE "^ +image: \S+/quartermaster:$version\$" "$dist/install.yaml" || fail "install.yaml names another image than that of $version"
    diff <(objects "$dist/crds.yaml") <(objects "$dist/install.yaml" | grep '^CustomResourceDefinition ') || fail "crds.yaml lacks a CRD"
    diff <(cd crds && printf '%s\n' *_*.yaml) <(tar -tzf "$dist/quartermaster-$version.tgz" | sed -n 's|^quartermaster/files/crds/\(.*_.*\)|\1|p' | sort) \
        || fail "the chart lacks a CRD"
}

programs() {
    install -m 755 .build/release/quartermaster "$dist/quartermaster-linux-$architecture"
    strip "$dist/quartermaster-linux-$architecture"
    [ "$("$dist/quartermaster-linux-$architecture" version | head -1)" = "quartermaster $version" ] || fail "the program is not $version"
    # Equal programs give equal archives.
    tar --create --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 \
        --transform "s|^quartermaster-linux-$architecture\$|quartermaster|" \
        --directory "$PWD" LICENSE --directory "$(cd "$dist" && pwd)" "quartermaster-linux-$architecture" |
        gzip -9n >"$dist/$(plugin "$architecture")"
    cp "$images"/quartermaster{,-backup}-"$version-linux-$architecture".{oci.tar,spdx.json} "$dist/"
}

krew() {
    local template=config/krew/quartermaster.yaml each sum
    {
        sed '/^ *- selector/,$d' "$template"
        for each in ${ARCHITECTURES:-$architecture}; do
            sum=$(sha256sum <"$dist/$(plugin "$each")")
            sed -n '/^ *- selector/,$p' "$template" | sed "s/\$ARCHITECTURE/$each/g; s/\$SHA256/${sum%% *}/"
        done
    } | sed "s/\$VERSION/$version/g" >"$dist/quartermaster.yaml"
}

sums() {
    diff <(names | sort) <(cd "$dist" && find . -type f -not -name SHA256SUMS -printf '%P\n' | sort) \
        || fail "$dist lacks the files with <, or has those with > that belong to no release"
    (cd "$dist" && names | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
}

[ $# -gt 0 ] || set -- manifests programs krew sums
mkdir -p "$dist"
for part; do
    case $part in
        version | manifests | programs | krew | sums) "$part" ;;
        *) fail "'$part' is no part of a release" ;;
    esac
done
[ "$*" = version ] || (cd "$dist" && du -bh -- * | awk '{ printf "%8s  %s\n", $1, $2 }')
