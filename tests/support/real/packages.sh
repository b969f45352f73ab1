# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Where servers and clients come from: packages in a folder of ours, and namespaces of our own to
# unpack them in. Who sources this has set $private, LIMIT (seconds), and sets PACKAGES[tools].

# What each overlay gets on top of the machine's own packages.
declare -A PACKAGES=(
    [postfix]="postfix sasl2-bin libsasl2-modules"
    [exim]="exim4-daemon-light"
    [opensmtpd]="opensmtpd"
)

skip() {
    echo "${0##*/}: $*" >&2
    exit 77
}

# check_machine TOOL:PACKAGE...: what is needed of the machine, with these besides.
check_machine() {
    local tool missing=
    [ "$(id -u)" = 0 ] || skip "needs root, to make namespaces and overlays"
    for tool in apt-get:apt chroot:coreutils ip:iproute2 mount:mount nsenter:util-linux \
        openssl:openssl python3:python3 timeout:coreutils unshare:util-linux "$@"; do
        command -v "${tool%:*}" >/dev/null || missing+=" ${tool#*:}"
    done
    [ -z "$missing" ] || skip "tools are missing: apt-get install$missing"
    unshare -mnpiu --fork true 2>/dev/null || skip "this machine refuses new namespaces"
}

# apt_from FOLDER: the command ${apt[@]} that installs what is in FOLDER. There it also keeps what it
# makes of its lists, which some machines are told not to keep.
apt_from() {
    apt=(apt-get install -y --no-install-recommends -o Debug::NoLocking=1
        -o "Dir::Cache::archives=$1" -o "Dir::Cache::pkgcache=$1/pkgcache.bin"
        -o "Dir::Cache::srcpkgcache=$1/srcpkgcache.bin")
}

# fetch_packages SET...: downloads only, nothing is unpacked on the machine. It gives up after
# FETCH_LIMIT seconds, if that is set.
fetch_packages() {
    local set end=$((SECONDS + ${FETCH_LIMIT:-$LIMIT}))
    mkdir -p "$private/debs/partial" "$private/npm"
    apt_from "$private/debs"
    for set in "$@"; do
        [ "$SECONDS" -lt "$end" ] || skip "downloading packages takes too long"
        # shellcheck disable=SC2086
        timeout $((end - SECONDS)) "${apt[@]}" -qq --download-only ${PACKAGES[$set]} \
            >/dev/null </dev/null ||
            skip "cannot download ${PACKAGES[$set]} (is apt-get update needed?)"
    done
}

# enter_namespaces COMMAND...: in the place of this shell. The process namespace ends with its first
# process, and everything in it.
enter_namespaces() {
    exec timeout --kill-after=10 "$LIMIT" unshare --mount --net --ipc --uts --pid --fork \
        --kill-child --mount-proc "$@"
}
