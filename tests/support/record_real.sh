#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# record_real.sh [SCENARIO...]: records real mail clients against real mail servers and writes
# tests/pcaps/real-SCENARIO.pcap, all of them or those named. --list names them.
#
# The captures are in the repository; this is only needed to make them anew, or more of them. Each
# run gives the same traffic in kind, not in bytes (times, ports, queue ids, keys differ).
#
# Postfix, Exim and OpenSMTPD run here without touching the machine's own: packages are downloaded
# to build/private and unpacked in overlays of / that live in memory, in mount, process and network
# namespaces of their own, which end with this script. The network is a veth pair without a way out;
# real/dns.py is its resolver. Needs root and a kernel that allows this; exit status 77 where
# something is missing.
#
# HELOSCOPE_PRIVATE: where packages are kept (default: build/private). The logs of servers and
# clients stay in its folder logs.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
real=$here/real
captures=$(readlink -f "$here/../pcaps")
private=$(readlink -m "${HELOSCOPE_PRIVATE:-$here/../../build/private}")
NODEMAILER=7.0.6
LIMIT=1800 # seconds that a recording may take

# What each overlay gets on top of the machine's own packages.
declare -A PACKAGES=(
    [tools]="tcpdump ethtool swaks libnet-ssleay-perl msmtp s-nail openssl curl"
    [postfix]="postfix sasl2-bin libsasl2-modules"
    [exim]="exim4-daemon-light"
    [opensmtpd]="opensmtpd"
    [programs]="ruby php-cli libphp-phpmailer"
    [nullmailer]="nullmailer"
    [dma]="dma"
)

skip() {
    echo "record_real.sh: $*" >&2
    exit 77
}

check_machine() {
    local tool missing=
    [ "$(id -u)" = 0 ] || skip "needs root, to make namespaces and overlays"
    for tool in apt-get:apt chroot:coreutils ip:iproute2 mount:mount node:nodejs npm:npm \
        nsenter:util-linux python3:python3 timeout:coreutils tshark:tshark unshare:util-linux; do
        command -v "${tool%:*}" >/dev/null || missing+=" ${tool#*:}"
    done
    [ -z "$missing" ] || skip "tools are missing: apt-get install$missing"
    unshare -mnpiu --fork true 2>/dev/null || skip "this machine refuses new namespaces"
}

# Downloads only: nothing is unpacked on the machine.
fetch_packages() {
    local set
    mkdir -p "$private/debs/partial" "$private/npm"
    for set in "${!PACKAGES[@]}"; do
        # shellcheck disable=SC2086
        apt-get install -qq -y --no-install-recommends --download-only -o Debug::NoLocking=1 \
            -o Dir::Cache::archives="$private/debs" ${PACKAGES[$set]} >/dev/null </dev/null ||
            skip "cannot download ${PACKAGES[$set]} (is apt-get update needed?)"
    done
    [ -d "$private/npm/node_modules/nodemailer" ] ||
        npm install --silent --prefix "$private/npm" --no-audit --no-fund --ignore-scripts \
            "nodemailer@$NODEMAILER" >/dev/null </dev/null || skip "cannot download nodemailer"
}

if [ "${1-}" != --inside ]; then
    if [ "${1-}" = --list ]; then
        sed -n 's/^record_\(.*\)() {.*/\1/p' "$real/scenarios.sh" | tr _ -
        exit
    fi
    check_machine
    fetch_packages
    # The process namespace ends with its first process, and everything in it.
    exec timeout --kill-after=10 $LIMIT unshare --mount --net --ipc --uts --pid --fork \
        --kill-child --mount-proc "$here/record_real.sh" --inside "$@"
fi
shift

# shellcheck source-path=SCRIPTDIR
{
    . "$real/stage.sh"
    . "$real/servers.sh"
    . "$real/scenarios.sh"
}

stage_build
wanted=("$@")
run_group postfix postfix_start postfix_stop
run_group exim exim_start exim_stop
run_group opensmtpd opensmtpd_start opensmtpd_stop
run_group sink sink_start sink_stop
echo "$recorded captures recorded, $failed failed"
[ "$failed" = 0 ]
