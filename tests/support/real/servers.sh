# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The receivers at 192.0.2.25, one at a time, and the senders that are mail servers themselves.
# corp.example has the users anna, ben and carla; mail to them is accepted and thrown away.

PASSWORD=planted-secret-7f3a

postfix_start() {
    local root=$stage/root/host-postfix
    cat >"$root/etc/postfix/main.cf" <<-EOF
	compatibility_level = 3.6
	maillog_file = /var/log/postfix.log
	myhostname = mx1.corp.example
	mydestination = corp.example
	mynetworks = 127.0.0.0/8
	inet_interfaces = 192.0.2.25, 192.0.2.26, 2001:db8:25::25
	local_recipient_maps = inline:{ anna=x, ben=x, carla=x }
	local_transport = discard:
	default_transport = discard:
	smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
	smtpd_recipient_restrictions = check_recipient_access inline:{{ later@corp.example = 450 4.2.0 Greylisted, see http://postgrey.example/help }}
	smtpd_sasl_path = smtpd
	smtpd_sasl_local_domain = mx1.corp.example
	smtpd_tls_security_level = may
	smtpd_tls_cert_file = /etc/real-cert.pem
	smtpd_tls_key_file = /etc/real-key.pem
	postscreen_greet_action = enforce
	postscreen_greet_wait = 3s
	EOF
    mkdir -p "$root/etc/postfix/sasl"
    printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN CRAM-MD5\n' \
        >"$root/etc/postfix/sasl/smtpd.conf"
    in_root postfix saslpasswd2 -p -c -u mx1.corp.example anna <<<"$PASSWORD"
    in_root postfix chgrp postfix /etc/sasldb2
    in_root postfix postconf -M# smtp/inet
    in_root postfix postconf -M \
        '192.0.2.25:25/inet=192.0.2.25:25 inet n - n - - smtpd' \
        '[2001:db8:25::25]:25/inet=[2001:db8:25::25]:25 inet n - n - - smtpd' \
        '192.0.2.26:25/inet=192.0.2.26:25 inet n - n - 1 postscreen' \
        'smtpd/pass=smtpd pass - - n - - smtpd' \
        'dnsblog/unix=dnsblog unix - - n - 0 dnsblog' \
        'tlsproxy/unix=tlsproxy unix - - n - 0 tlsproxy' \
        '192.0.2.25:587/inet=192.0.2.25:587 inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=no' \
        '192.0.2.25:465/inet=192.0.2.25:465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes'
    in_root postfix postconf -F '*/unix/chroot = n'
    in_root postfix postfix start >"$logs/postfix-start" 2>&1
    until_true 10 listening 192.0.2.25 25
}

postfix_stop() {
    in_root postfix postfix stop >/dev/null 2>&1
    cp "$stage/root/host-postfix/var/log/postfix.log" "$logs/postfix"
}

# postfix_send SETTINGS RECIPIENTS...: out1.postfix.example sends mail.txt once for each of
# RECIPIENTS (several in one word: one mail to all), with SETTINGS (lines) in its main.cf.
postfix_send() {
    cat >"$stage/root/host-postfix-sender/etc/postfix/main.cf" <<-EOF
	compatibility_level = 3.6
	maillog_file = /var/log/postfix.log
	myhostname = out1.postfix.example
	mydestination =
	inet_protocols = ipv4
	smtp_bind_address = 198.51.100.20
	$1
	EOF
    shift
    in_root postfix-sender postconf -MX smtp/inet 2>/dev/null || true
    in_root postfix-sender postconf -F '*/unix/chroot = n'
    sender 198.51.100.20 out1.postfix.example postfix-sender sh -c '
        for to in "$@"; do
            sendmail -i -f bounces@postfix.example $to </mnt/real/mail.txt
        done
        postfix start
        for i in $(seq 150); do
            mailq | grep -q "is empty" && break
            sleep 0.1
        done
        sleep 3 # for connections that it keeps for more mail
        postfix stop
        cat /var/log/postfix.log; : >/var/log/postfix.log' - "$@"
}

exim_start() {
    cat >"$stage/root/host-exim/etc/exim4/exim4.conf" <<-EOF
	primary_hostname = mx1.corp.example
	local_interfaces = 192.0.2.25
	daemon_smtp_ports = 25 : 587 : 465
	tls_on_connect_ports = 465
	tls_advertise_hosts = *
	tls_certificate = /etc/real-cert.pem
	tls_privatekey = /etc/real-key.pem
	auth_advertise_hosts = \${if eq{\$received_port}{25}{}{*}}
	host_lookup = *
	helo_try_verify_hosts = *
	keep_environment =
	queue_only = true
	acl_smtp_rcpt = rcpt
	acl_smtp_data = data
	acl_smtp_vrfy = accept
	begin acl
	rcpt:
	  accept authenticated = *
	  deny message = relay not permitted
	    domains = !corp.example
	  defer message = greylisted, please try again later
	    local_parts = later
	  require verify = recipient
	  accept
	data:
	  deny message = this message scores too high
	    condition = \${if match{\$h_subject:}{Lottery}}
	  accept
	begin routers
	users:
	  driver = redirect
	  domains = corp.example
	  local_parts = anna : ben : carla
	  data = :blackhole:
	begin authenticators
	plain:
	  driver = plaintext
	  public_name = PLAIN
	  server_prompts = :
	  server_condition = \${if and{{eq{\$auth2}{anna}}{eq{\$auth3}{$PASSWORD}}}}
	  server_set_id = \$auth2
	login:
	  driver = plaintext
	  public_name = LOGIN
	  server_prompts = <| Username: | Password:
	  server_condition = \${if and{{eq{\$auth1}{anna}}{eq{\$auth2}{$PASSWORD}}}}
	  server_set_id = \$auth1
	EOF
    in_root exim chgrp Debian-exim /etc/real-key.pem
    in_root exim chmod 640 /etc/real-key.pem
    exec_in_root exim exim4 -bdf >"$logs/exim-start" 2>&1 &
    exim_pid=$!
    until_true 10 listening 192.0.2.25 25
}

exim_stop() {
    kill "$exim_pid"
    wait "$exim_pid" || true
    cp "$stage/root/host-exim/var/log/exim4/mainlog" "$logs/exim"
}

# exim_send SETTINGS RECIPIENTS...: the same from out1.exim.example; SETTINGS are its transport's.
exim_send() {
    cat >"$stage/root/host-exim-sender/etc/exim4/exim4.conf" <<-EOF
	primary_hostname = out1.exim.example
	disable_ipv6 = true
	keep_environment =
	queue_only = true
	trusted_users = root
	begin routers
	outside:
	  driver = dnslookup
	  transport = smtp
	begin transports
	smtp:
	  driver = smtp
	  interface = 198.51.100.30
	  $1
	begin retry
	* * F,2h,15m
	EOF
    shift
    sender 198.51.100.30 out1.exim.example exim-sender sh -c '
        for to in "$@"; do
            sendmail -i -f bounces@exim.example $to </mnt/real/mail.txt
        done
        exim4 -qq
        rm -f /var/spool/exim4/input/* # bounces
        cat /var/log/exim4/mainlog /var/log/exim4/paniclog 2>/dev/null
        : >/var/log/exim4/mainlog' - "$@"
}

opensmtpd_start() {
    local root=$stage/root/host-opensmtpd
    echo "anna $(openssl passwd -6 "$PASSWORD")" >"$root/etc/smtpd-credentials"
    cat >"$root/etc/smtpd.conf" <<-EOF
	pki mx1.corp.example cert "/etc/real-cert.pem"
	pki mx1.corp.example key "/etc/real-key.pem"
	table credentials file:/etc/smtpd-credentials
	table users { "anna" = "nobody", "ben" = "nobody", "carla" = "nobody" }
	listen on 192.0.2.25 port 25 tls pki mx1.corp.example hostname mx1.corp.example
	listen on 192.0.2.25 port 587 tls-require pki mx1.corp.example hostname mx1.corp.example auth <credentials>
	listen on 192.0.2.25 port 465 smtps pki mx1.corp.example hostname mx1.corp.example auth <credentials>
	action "throw_away" mda "cat >/dev/null" virtual <users>
	match from any for domain "corp.example" action "throw_away"
	EOF
    exec_in_root opensmtpd smtpd -d >"$logs/opensmtpd" 2>&1 &
    opensmtpd_pid=$!
    until_true 10 listening 192.0.2.25 25
}

opensmtpd_stop() {
    kill "$opensmtpd_pid"
    wait "$opensmtpd_pid" || true
}

# opensmtpd_send SETTINGS RECIPIENTS...: the same from out1.opensmtpd.example; SETTINGS end "relay".
opensmtpd_send() {
    cat >"$stage/root/host-opensmtpd-sender/etc/smtpd.conf" <<-EOF
	table here { 198.51.100.40 }
	listen on socket
	action "outside" relay src <here> helo out1.opensmtpd.example $1
	match from local for any action "outside"
	EOF
    shift
    sender 198.51.100.40 out1.opensmtpd.example opensmtpd-sender sh -c '
        smtpd -d &
        for i in $(seq 50); do
            smtpctl show status >/dev/null 2>&1 && break
            sleep 0.1
        done
        for to in "$@"; do
            sendmail -f bounces@opensmtpd.example $to </mnt/real/mail.txt
        done
        for i in $(seq 150); do
            [ -z "$(smtpctl show queue)" ] && break
            sleep 0.1
        done
        sleep 12 # it keeps the connection for ten seconds, then says QUIT
        kill $!
        wait' - "$@"
}

# sink.py in the receiver's place; at its second address it knows no EHLO.
sink_start() {
    exec_in_root tools python3 /mnt/real/sink.py 192.0.2.25 PIPELINING 'SIZE 10240000' 8BITMIME \
        DSN SMTPUTF8 >"$logs/sink" 2>&1 &
    sink_pids=$!
    exec_in_root tools python3 /mnt/real/sink.py 192.0.2.26 >"$logs/sink-no-ehlo" 2>&1 &
    sink_pids+=" $!"
    until_true 10 listening 192.0.2.25 25
    until_true 10 listening 192.0.2.26 25
}

sink_stop() {
    # shellcheck disable=SC2086
    kill $sink_pids
    # shellcheck disable=SC2086
    wait $sink_pids || true
}

# nullmailer_send RECIPIENT: out1.nullmailer.example sends mail.txt to mx1.corp.example.
nullmailer_send() {
    local root=$stage/root/host-nullmailer
    rm -f "$root/etc/nullmailer/me"
    echo out1.nullmailer.example | tee "$root/etc/mailname" >"$root/etc/nullmailer/me"
    echo "mx1.corp.example smtp" >"$root/etc/nullmailer/remotes"
    sender 198.51.100.50 out1.nullmailer.example nullmailer sh -c '
        nullmailer-inject -f bounces@nullmailer.example "$1" </mnt/real/mail.txt
        timeout 5 nullmailer-send' - "$1"
}

# dma_send RECIPIENT: the same from out1.dma.example, to the recipient's MX.
dma_send() {
    echo "MAILNAME out1.dma.example" >"$stage/root/host-dma/etc/dma/dma.conf"
    sender 198.51.100.60 out1.dma.example dma sh -c \
        'dma -D -i -f bounces@dma.example "$1" </mnt/real/mail.txt' - "$1"
}
