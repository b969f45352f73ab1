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

# shellcheck source-path=SCRIPTDIR
. "$real/packages.sh"
PACKAGES[tools]="tcpdump swaks libnet-ssleay-perl msmtp s-nail openssl curl"
PACKAGES[programs]="ruby php-cli libphp-phpmailer"
PACKAGES[nullmailer]=nullmailer
PACKAGES[dma]=dma

fetch_nodemailer() {
    [ -d "$private/npm/node_modules/nodemailer" ] ||
        npm install --silent --prefix "$private/npm" --no-audit --no-fund --ignore-scripts \
            "nodemailer@$NODEMAILER" >/dev/null </dev/null || skip "cannot download nodemailer"
}

if [ "${1-}" != --inside ]; then
    if [ "${1-}" = --list ]; then
        sed -n 's/^record_\(.*\)() {.*/\1/p' "$real/scenarios.sh" | tr _ -
        exit
    fi
    check_machine node:nodejs npm:npm tshark:tshark
    fetch_packages "${!PACKAGES[@]}"
    fetch_nodemailer
    enter_namespaces "$here/record_real.sh" --inside "$@"
fi
shift

# shellcheck source-path=SCRIPTDIR
{
    . "$real/stage.sh"
    . "$real/servers.sh"
    . "$real/scenarios.sh"
}

stage_build postfix exim opensmtpd
for client in programs nullmailer dma; do
    make_layer "$client" tools
    make_root "$client" "$client" tools
done
wanted=("$@")
run_group postfix postfix_start postfix_stop
run_group exim exim_start exim_stop
run_group opensmtpd opensmtpd_start opensmtpd_stop
run_group sink sink_start sink_stop
echo "$recorded captures recorded, $failed failed"
[ "$failed" = 0 ]
