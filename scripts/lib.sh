# What the scripts share: installing what a fresh machine lacks, and a throwaway PostgreSQL.
# To be sourced by bash under `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$*"
    exit 1
}

# Runs a command as root, with sudo where needed.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root or sudo: $*"
    fi
}

# The newest PostgreSQL server's programs; nothing if there is none.
postgres_bin() {
    local candidate newest=
    for candidate in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
        if [ -x "$candidate/initdb" ]; then newest=$candidate; fi
    done
    printf '%s' "$newest"
}

# The Chromium that tests drive; nothing if there is none.
browser() {
    command -v chromium-headless-shell || command -v chromium || command -v chromium-browser ||
        command -v google-chrome || true
}

# Installs the packages whose programs are missing: a C toolchain for the bundled SQLite, libpq
# and OpenSSL, the PostgreSQL server, an independent reader of printed codes, a browser for the
# stalls' pages with the fonts of an Android phone, and what the documents' own commands need.
install_missing() {
    local packages=()
    command -v cc >/dev/null && command -v make >/dev/null || packages+=(build-essential)
    perl -MIPC::Cmd -MFindBin -e1 2>/dev/null || packages+=(perl)
    command -v flock >/dev/null && command -v setpriv >/dev/null || packages+=(util-linux)
    command -v zbarimg >/dev/null || packages+=(zbar-tools)
    command -v curl >/dev/null || packages+=(curl)
    command -v jq >/dev/null || packages+=(jq)
    command -v openssl >/dev/null || packages+=(openssl)
    command -v sqlite3 >/dev/null || packages+=(sqlite3)
    [ -n "$(browser)" ] || packages+=(chromium-headless-shell fonts-roboto-unhinted)
    [ -n "$(postgres_bin)" ] || packages+=(postgresql)
    if [ ${#packages[@]} -eq 0 ]; then return; fi
    command -v apt-get >/dev/null ||
        fail "missing, by their Debian names: ${packages[*]}; there is no apt-get to install them"
    say "installing ${packages[*]}"
    as_root apt-get update -qq </dev/null >&2 || say "apt-get update failed; trying all the same"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${packages[@]}" </dev/null >&2
}

# Sets $axe to the script of axe-core (MPL-2.0), which finds what people who see, hear or touch
# otherwise cannot use on a page. It comes once from the npm registry that is configured here, and
# is nothing but these bytes. No part of the program: it stays below target/. Where no registry is
# reached, $axe is `none`: the pages are tested, but not looked at with it.
axe_version=4.14.1
axe_sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
fetch_axe() {
    local folder=$root/target/axe name=axe-core-$axe_version
    axe=$folder/$name.min.js
    if [ -s "$axe" ]; then return; fi
    say "fetching axe-core $axe_version"
    mkdir -p "$folder"
    npm_pack "$folder" || curl_pack "$folder" || { install_npm && npm_pack "$folder"; } || {
        say "NOT CHECKED WITH AXE-CORE: $axe_version cannot be had; configure npm's registry, or name its axe.min.js in CHO40_AXE"
        axe=none
        return
    }
    printf '%s  %s\n' "$axe_sha512" "$folder/$name.tgz" | sha512sum --check --quiet - >&2 ||
        fail "$folder/$name.tgz is not axe-core $axe_version"
    tar -xzOf "$folder/$name.tgz" package/axe.min.js >"$axe.new"
    mv "$axe.new" "$axe"
}
npm_pack() {
    command -v npm >/dev/null && npm pack --silent --ignore-scripts --pack-destination "$1" \
        "axe-core@$axe_version" </dev/null >/dev/null
}
curl_pack() {
    local registry=${npm_config_registry:-https://registry.npmjs.org}
    curl -fsSL --retry 2 --max-time 120 -o "$1/axe-core-$axe_version.tgz" \
        "${registry%/}/axe-core/-/axe-core-$axe_version.tgz"
}
install_npm() {
    command -v npm >/dev/null && return 1
    command -v apt-get >/dev/null && say "installing npm" &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            npm </dev/null >&2
}

# Makes `cargo` known where rustup has installed it for this user only.
require_cargo() {
    if ! command -v cargo >/dev/null && [ -f "$HOME/.cargo/env" ]; then . "$HOME/.cargo/env"; fi
    command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs"
}

# ---------------------------------------------------------------- a throwaway PostgreSQL
cluster=
cluster_url=
cluster_options=
cluster_name=cho40-throwaway-postgres

# PostgreSQL refuses to run as root: then it runs as its own user, or as nobody.
postgres_user() {
    if [ "$(id -u)" -ne 0 ]; then
        id -un
    elif id postgres >/dev/null 2>&1; then
        printf postgres
    else
        printf nobody
    fi
}

as_postgres_user() {
    local user
    user=$(postgres_user)
    if [ "$(id -un)" = "$user" ]; then
        "$@"
    else
        (cd / && setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$@")
    fi
}

# Starts a cluster in a temporary folder, reached by a socket there and by no port, and sets
# `cluster_url` to its maintenance database. The arguments are the server's, e.g. `-c fsync=off`.
# The caller sets `trap stop_cluster EXIT` first. The folder lies in $cluster_parent or /tmp: the
# other user must reach it, and the path of a socket has at most 107 bytes.
start_cluster() {
    local parent=${cluster_parent:-/tmp} bin making
    sweep_clusters "$parent"
    bin=$(postgres_bin)
    [ -n "$bin" ] || fail "no PostgreSQL server in /usr/lib/postgresql"
    # Its lock is held until this script ends, however it ends; it gets the name by which
    # `sweep_clusters` finds it when the lock is held.
    making=$(mktemp -d "$parent/making-$cluster_name.XXXXXX")
    exec 9>"$making/lock"
    flock 9
    cluster=$parent/${making##*/making-}
    mv "$making" "$cluster"
    mkdir -m 700 "$cluster/home"
    if [ "$(id -u)" -eq 0 ]; then chown "$(postgres_user)" "$cluster/home"; fi
    chmod 711 "$cluster"
    as_postgres_user "$bin/initdb" -D "$cluster/home/data" -U postgres -A trust -E UTF8 \
        --locale=C --no-sync >"$cluster/initdb.log" 2>&1 9>&- ||
        fail "initdb failed: $(cat "$cluster/initdb.log")"
    cluster_options="-c listen_addresses='' -k $cluster/home -c max_connections=400 $*"
    cluster_up || fail "PostgreSQL did not start: $(cat "$cluster/home/log")"
    cluster_url="postgres:///postgres?host=$cluster/home&user=postgres"
}

# Starts the cluster's server, and stops it in a way of pg_ctl's (`fast`, `immediate`).
cluster_up() {
    as_postgres_user "$(postgres_bin)/pg_ctl" -D "$cluster/home/data" -l "$cluster/home/log" \
        -w -t 60 -o "$cluster_options" start >/dev/null 9>&-
}
cluster_down() {
    as_postgres_user "$(postgres_bin)/pg_ctl" -D "$cluster/home/data" -m "$1" -w stop >/dev/null
}

# Stops the cluster that this script started, and removes its folder.
stop_cluster() {
    if [ -n "$cluster" ]; then remove_cluster "$cluster"; fi
    cluster=
}

# The process is stopped only if it is the one that works in this very folder: after a crash its
# number may be another's by now.
remove_cluster() {
    local data=$1/home/data pid=
    if [ -f "$data/postmaster.pid" ]; then pid=$(head -n 1 "$data/postmaster.pid"); fi
    if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd" || true)" = "$data" ]; then
        as_postgres_user "$(postgres_bin)/pg_ctl" -D "$data" -m immediate -w stop >/dev/null || true
    fi
    rm -rf "$1"
}

# Removes the clusters of killed runs: those of this user whose lock nobody holds.
sweep_clusters() {
    local left
    for left in "$1/$cluster_name".*; do
        if [ ! -O "$left/lock" ]; then continue; fi
        (
            exec 8>"$left/lock"
            if flock -n 8; then remove_cluster "$left" 8>&-; fi
        )
    done
}
