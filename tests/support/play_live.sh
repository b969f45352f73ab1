#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# play_live.sh FOLDER HELOSCOPE: heloscope listens in while real mail servers talk. For
# e2e/live_mail.py, which reads what is then in FOLDER: seen.pcap (its -w), live.json (its ecs
# output), error (what it says) and the servers' logs, postfix and exim.
#
# As in record_real.sh, but the wire is a hub: a bridge that learns no address, so that each frame
# leaves by all ports, with three of them: mx0 (the mail host), net0 (everybody else) and span0,
# behind which heloscope is. Exit status 77 where something is missing.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
real=$here/real
private=$(readlink -m "${HELOSCOPE_PRIVATE:-$here/../../build/private}")
LIMIT=300 # seconds, for a machine that is busy; it takes a tenth of that
FETCH_LIMIT=30

# shellcheck source-path=SCRIPTDIR
. "$real/packages.sh"
PACKAGES[tools]= # the machine's python3 will do

if [ "$1" != --inside ]; then
    check_machine
    fetch_packages postfix exim
    enter_namespaces "$here/play_live.sh" --inside "$@"
fi
folder=$2
heloscope=$3

# shellcheck source-path=SCRIPTDIR
{
    . "$real/stage.sh"
    . "$real/servers.sh"
    . "$real/scenarios.sh"
}

hub() {
    nsenter --target "$hub_pid" --net "$@"
}

# plug IFACE NETNS: a port of the hub, with IFACE of the namespace that NETNS (a process) holds.
plug() {
    ip link add "$1" netns "$2" type veth peer name "port-$1" netns "$hub_pid"
    hub ip link set "port-$1" master hub0 up
    hub ip link set "port-$1" type bridge_slave learning off flood on
}

make_wire() {
    new_network hub_pid
    new_network watcher_pid
    hub bash -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
    hub ip link add hub0 type bridge ageing_time 0 mcast_snooping 0 ||
        skip "this machine refuses bridges"
    hub ip link set hub0 up
    plug mx0 $$
    plug net0 "$senders_pid"
    plug span0 "$watcher_pid"
    nsenter --target "$watcher_pid" --net \
        bash -c 'echo 1 >/proc/sys/net/ipv6/conf/span0/disable_ipv6; ip link set span0 up'
}

watch() {
    nsenter --target "$watcher_pid" --net "$heloscope" -i span0 -w "$folder/seen.pcap" \
        -o "ecs:$folder/live.json" --datasets session,message,alert,source,engine \
        --set learning=off 2>"$folder/error" &
    heloscope_pid=$!
    until_true 20 grep -q started "$folder/live.json"
}

stage_build postfix exim
watch
scenario=live
postfix_start
record_postfix_from_exim
smtplib auth
postfix_stop
exim_start
record_exim_from_postfix
exim_stop
sleep 0.5
kill -INT $heloscope_pid
wait $heloscope_pid
cp "$logs"/{postfix,exim} "$folder"
