# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Where recordings take place: roots (overlays of / with packages of their own), two network
# namespaces (the receiver's is ours, the senders' is another) and the capture on the wire between.

stage=$private/stage
logs=$private/logs
recorded=0
failed=0

# stage_build SERVER...
stage_build() {
    local server
    mkdir -p "$stage" "$logs"
    rm -f "$logs"/*
    mount -t tmpfs -o size=1g tmpfs "$stage" || skip "this machine refuses a tmpfs"
    ip link set lo up
    hostname mx1.corp.example
    make_layer tools
    make_root tools tools
    for server in "$@"; do
        make_layer "$server" tools
        make_root "$server" "$server" tools
        make_root "$server-sender" "$server" tools
    done
    make_network
    make_certificate "$@"
    trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
    senders python3 "$real/dns.py" 192.0.2.53 "$real/zone.txt" >"$logs/dns" 2>&1 &
}

# mount_overlay NAME [LAYER...]: / with LAYERs on it, and what is changed from here on.
mount_overlay() {
    local name=$1 root=$stage/root/$1 lower= layer
    shift
    for layer in "$@"; do
        lower+=$stage/layer/$layer:
    done
    mkdir -p "$root" "$stage/layer/$name" "$stage/scratch/$name"
    mount -t overlay overlay "$root" \
        -o "lowerdir=$lower/,upperdir=$stage/layer/$name,workdir=$stage/scratch/$name" ||
        skip "this machine refuses overlays"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mkdir -p "$root"/mnt/{debs,npm,real}
    mount --bind "$private/debs" "$root/mnt/debs"
    mount --bind "$private/npm" "$root/mnt/npm"
    mount --bind "$real" "$root/mnt/real"
}

# make_layer PACKAGES [LAYER...]: what unpacking them adds.
make_layer() {
    mount_overlay "$@"
    unpack "$1" || skip "cannot unpack ${PACKAGES[$1]}; see $logs/unpack-$1"
    umount --recursive "$stage/root/$1"
}

# make_root NAME LAYER...: a host's files.
make_root() {
    local name=host-$1
    shift
    mount_overlay "$name" "$@"
    rm -f "$stage/root/$name/etc/"{resolv.conf,hosts}
    echo "127.0.0.1 localhost" >"$stage/root/$name/etc/hosts"
    echo "nameserver 192.0.2.53" >"$stage/root/$name/etc/resolv.conf"
}

# No service starts (policy-rc.d), no question is asked, nothing is fetched.
unpack() {
    [ -n "${PACKAGES[$1]}" ] || return 0
    printf '#!/bin/sh\nexit 101\n' >"$stage/root/$1/usr/sbin/policy-rc.d"
    chmod +x "$stage/root/$1/usr/sbin/policy-rc.d"
    rm -f "$stage/root/$1/var/lib/man-db/auto-update" # no index of manual pages
    apt_from /mnt/debs
    # shellcheck disable=SC2086
    in_overlay "$1" "${apt[@]}" --no-download \
        -o Dpkg::Options::=--force-unsafe-io ${PACKAGES[$1]} \
        >"$logs/unpack-$1" 2>&1 </dev/null
}

# A program's world: nothing of the machine's environment.
CLEAN=(env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
    HOME=/root LOGNAME=root DEBIAN_FRONTEND=noninteractive NODE_PATH=/mnt/npm/node_modules)

in_overlay() {
    local overlay=$1
    shift
    "${CLEAN[@]}" chroot "$stage/root/$overlay" "$@"
}

in_root() {
    local root=$1
    shift
    in_overlay "host-$root" "$@"
}

# exec_in_root ROOT COMMAND...: in the place of this shell, so that $! of a background one is it.
exec_in_root() {
    local root=$1
    shift
    exec "${CLEAN[@]}" chroot "$stage/root/host-$root" "$@"
}

senders() {
    nsenter --target "$senders_pid" --net "$@"
}

# new_network VARIABLE: one more network namespace; VARIABLE gets the process that holds it.
new_network() {
    unshare --net sleep infinity &
    printf -v "$1" %s $!
    while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do
        sleep 0.05
    done
}

# The wire between mx0 and net0. Who listens in has another; see play_live.sh.
make_wire() {
    ip link add mx0 type veth peer name net0 netns "$senders_pid"
}

# mx0 is the receiver's side, where we record; net0 has the addresses of everybody else.
make_network() {
    local address
    new_network senders_pid
    make_wire
    echo 0 >/proc/sys/net/ipv6/conf/mx0/accept_dad
    for address in 192.0.2.25/32 192.0.2.26/32 2001:db8:25::25/128; do
        ip address add "$address" dev mx0
    done
    senders bash -c 'echo 0 >/proc/sys/net/ipv6/conf/net0/accept_dad'
    for address in 192.0.2.53/32 198.51.100.{9..18}/32 198.51.100.{20,30,40,50,60}/32 2001:db8:51::6/128; do
        senders ip address add "$address" dev net0
    done
    # A span port sees what a card sends: sums worked out, segments cut.
    python3 "$real/offload.py" mx0
    senders python3 "$real/offload.py" net0
    ip link set mx0 up
    senders ip link set lo up
    senders ip link set net0 up
    ip route add 192.0.2.53 dev mx0
    ip route add 198.51.100.0/24 dev mx0
    ip -6 route add 2001:db8:51::/64 dev mx0
    senders ip route add 192.0.2.0/24 dev net0 src 192.0.2.53
    senders ip -6 route add 2001:db8:25::/64 dev net0 src 2001:db8:51::6
}

# make_certificate SERVER...: for each.
make_certificate() {
    local root
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=mx1.corp.example \
        -keyout "$stage/key.pem" -out "$stage/cert.pem" 2>/dev/null
    for root in "$@"; do
        install -m 644 "$stage/cert.pem" "$stage/root/host-$root/etc/real-cert.pem"
        install -m 600 "$stage/key.pem" "$stage/root/host-$root/etc/real-key.pem"
    done
}

# sender ADDRESS HOSTNAME ROOT COMMAND...: runs it as that host; its failure is part of the play.
sender() {
    local address=$1 hostname=$2 root=$3
    shift 3
    senders ip route replace 192.0.2.0/24 dev net0 src "$address"
    echo "# $hostname: $*" >>"$logs/$scenario"
    unshare --uts -- bash -c 'hostname "$1"; shift; exec "$@"' - "$hostname" \
        nsenter --target "$senders_pid" --net \
        "${CLEAN[@]}" timeout 60 chroot "$stage/root/host-$root" "$@" >>"$logs/$scenario" 2>&1 || true
}

# until_true SECONDS COMMAND...: waits for it to be true.
until_true() {
    local left=$(($1 * 10))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $((left--)) -gt 0 ] || { echo "${0##*/}: waited in vain for: $*" >&2; return 1; }
        sleep 0.1
    done
}

listening() {
    (: </dev/tcp/"$1"/"$2")
}

# record SCENARIO [INTERFACE]: runs record_SCENARIO with the wire on file.
record() {
    scenario=$1
    local capture=$captures/real-$1.pcap capture_pid
    local interface=mx0
    [ "$1" != "$ANY_INTERFACE" ] || interface=any
    exec_in_root tools tcpdump -i "$interface" --immediate-mode -B 16384 -U -s 0 -w - \
        'port 25 or port 465 or port 587 or port 53' >"$stage/capture" 2>"$logs/tcpdump" &
    capture_pid=$!
    until_true 10 grep -q "listening on" "$logs/tcpdump"
    "record_${1//-/_}"
    sleep 0.5
    kill $capture_pid
    wait $capture_pid || true
    if verify "$stage/capture"; then
        cp "$stage/capture" "$capture"
        echo "$1: $(stat -c %s "$capture") bytes"
        recorded=$((recorded + 1))
    else
        failed=$((failed + 1))
    fi
}

# A capture is good if tcpdump lost nothing, a dialogue is on it, and it is small.
verify() {
    local dropped sessions
    dropped=$(sed -n 's/^\([0-9]*\) packets dropped by kernel/\1/p' "$logs/tcpdump")
    sessions=$(tshark -r "$1" -Y 'tcp.flags.syn == 1 && tcp.flags.ack == 1 && tcp.port != 53' \
        2>/dev/null | wc -l)
    if [ "${dropped:-1}" != 0 ] || [ "$sessions" = 0 ] || [ "$(stat -c %s "$1")" -gt 60000 ]; then
        echo "$scenario: not usable: ${dropped:-?} packets lost, $sessions connections," \
            "$(stat -c %s "$1") bytes" >&2
        return 1
    fi
}

# run_group SERVER START STOP: records the scenarios of SERVER that are wanted.
run_group() {
    local names name
    names=$(sed -n "s/^record_\($1_.*\)() {.*/\1/p" "$real/scenarios.sh" | tr _ -)
    [ ${#wanted[@]} = 0 ] || names=$(grep -Fx "$(printf '%s\n' "${wanted[@]}")" <<<"$names" || true)
    [ -n "$names" ] || return 0
    "$2"
    for name in $names; do
        record "$name"
    done
    "$3"
}
