# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# One function a capture: record_SERVER_WHAT becomes real-SERVER-WHAT.pcap. A client's failure is
# part of the play.

TEAM="anna@corp.example ben@corp.example nobody.here@corp.example carla@corp.example"
ANY_INTERFACE=postfix-ipv6 # recorded on all interfaces, with Linux cooked headers

smtplib() {
    sender 198.51.100.10 app1.sender.example tools python3 /mnt/real/smtplib_mail.py "$@"
}

# A host without a name: smtplib greets as [127.0.0.1].
smtplib_laptop() {
    sender 198.51.100.12 laptop tools python3 /mnt/real/smtplib_mail.py "$@"
}

nodemailer() {
    sender 198.51.100.11 news.sender.example tools node /mnt/real/nodemailer_mail.js "$@"
}

# Greets as localhost, unless told otherwise.
msmtp_mail() {
    sender 198.51.100.12 laptop tools sh -c 'msmtp --host=mx1.corp.example \
        --from=sales@sender.example --passwordeval="echo $0" "$@" </mnt/real/mail.txt' \
        "$PASSWORD" "$@"
}

swaks_mail() {
    sender 198.51.100.13 monitor.sender.example tools swaks --server mx1.corp.example \
        --from monitor@sender.example "$@"
}

curl_mail() {
    sender 198.51.100.14 home-pc tools curl --silent --show-error --mail-from bill@isp.example "$@"
}

s_nail() {
    sender 198.51.100.15 desk.sender.example tools sh -c 's-nail -:/ -Sv15-compat -Ssendwait \
        -Sfrom=clerk@sender.example -Ssmtp-auth=none "$@" <<EOF
Please find nothing attached.
EOF' - "$@"
}

net_smtp_pl() {
    sender 198.51.100.16 perl.sender.example tools perl /mnt/real/net_smtp.pl "$@"
}

net_smtp_rb() {
    sender 198.51.100.17 ruby.sender.example programs ruby /mnt/real/net_smtp.rb "$@"
}

phpmailer() {
    sender 198.51.100.18 www.sender.example programs php /mnt/real/phpmailer.php "$@"
}

record_postfix_smtplib() {
    smtplib plain
    smtplib dots
    smtplib two
    smtplib several
    smtplib_laptop plain
}

record_postfix_refused() {
    smtplib refused
    smtplib later
    swaks_mail --to nobody.here@corp.example
    swaks_mail --to nobody.here@corp.example,anna@corp.example --pipeline
    swaks_mail --to someone@elsewhere.example --pipeline
    nodemailer refused
}

record_postfix_nodemailer() {
    nodemailer html
    nodemailer pooled
}

record_postfix_swaks() {
    swaks_mail --to anna@corp.example
    swaks_mail --to anna@corp.example,ben@corp.example,carla@corp.example --pipeline
    swaks_mail --to anna@corp.example --attach-type text/csv --attach-body 'lamp;3' --header 'X-Test: yes'
    swaks_mail --helo 198.51.100.13 --to anna@corp.example --protocol SMTP
    swaks_mail --to anna@corp.example --quit-after HELO
    swaks_mail --to anna@corp.example --quit-after RCPT
    swaks_mail --to anna@corp.example --drop-after MAIL
    swaks_mail --to anna@corp.example --drop-after-send DATA
}

record_postfix_curl() {
    curl_mail smtp://mx1.corp.example --mail-rcpt anna@corp.example --mail-rcpt ben@corp.example \
        --upload-file /mnt/real/mail.txt
    curl_mail smtp://mx1.corp.example/bill.isp.example --mail-rcpt carla@corp.example \
        --form '=Monday suits me.;type=text/plain' --form 'file=@/mnt/real/mail.txt;encoder=base64' \
        --header 'Subject: Which day?' --header 'From: bill@isp.example'
    curl_mail smtp://mx1.corp.example --mail-rcpt anna
    curl_mail smtp://mx1.corp.example --request HELP
}

record_postfix_msmtp() {
    msmtp_mail anna@corp.example ben@corp.example
    msmtp_mail --domain=laptop.sender.example --read-recipients
    msmtp_mail nobody.here@corp.example
    msmtp_mail --serverinfo
}

record_postfix_s_nail() {
    s_nail -s 'Weekly list' -Smta=smtp://mx1.corp.example anna@corp.example
    s_nail -s 'Weekly list' -Smta=smtp://mx1.corp.example -a /mnt/real/mail.txt \
        -c ben@corp.example -b carla@corp.example anna@corp.example
}

record_postfix_hello() {
    smtplib hello
    smtplib abort
}

record_postfix_postscreen() {
    smtplib_laptop eager mx2.corp.example
    smtplib plain mx2.corp.example
    smtplib two mx2.corp.example
}

record_postfix_ipv6() {
    smtplib plain mx6.corp.example
    smtplib several mx6.corp.example
    smtplib plain
}

record_postfix_starttls() {
    smtplib starttls
    swaks_mail --to anna@corp.example --tls
    nodemailer starttls
    curl_mail smtp://mx1.corp.example --ssl-reqd --insecure --mail-rcpt anna@corp.example \
        --upload-file /mnt/real/mail.txt
}

record_postfix_starttls_servers() {
    postfix_send 'smtp_tls_security_level = may' anna@corp.example
    exim_send 'hosts_require_tls = *' anna@corp.example
    opensmtpd_send '' anna@corp.example
}

record_postfix_auth() {
    smtplib auth
    smtplib cancel
    swaks_mail --port 587 --to anna@corp.example --auth PLAIN --auth-user anna \
        --auth-password "$PASSWORD"
    swaks_mail --port 587 --to anna@corp.example --auth LOGIN --auth-user mallory \
        --auth-password "$PASSWORD"
    nodemailer auth
    msmtp_mail --port=587 --auth=login --user=anna anna@corp.example
    curl_mail smtp://mx1.corp.example:587 --user "anna:$PASSWORD" --login-options AUTH=PLAIN \
        --mail-rcpt anna@corp.example --upload-file /mnt/real/mail.txt
    curl_mail smtp://mx1.corp.example:587 --user "mallory:$PASSWORD" \
        --mail-rcpt anna@corp.example --upload-file /mnt/real/mail.txt
}

record_postfix_smtps() {
    smtplib implicit_tls
}

record_postfix_bdat() {
    smtplib chunks
}

record_postfix_from_postfix() {
    postfix_send 'smtp_tls_security_level = none' anna@corp.example "$TEAM"
}

# The second mail comes in the first one's connection, which then stays open for two seconds.
record_postfix_reused() {
    postfix_send $'smtp_tls_security_level = none\nsmtp_connection_cache_destinations = corp.example\ndefault_destination_concurrency_limit = 1' \
        anna@corp.example ben@corp.example
}

record_postfix_from_exim() {
    exim_send 'hosts_avoid_tls = *' anna@corp.example "$TEAM"
}

record_postfix_from_opensmtpd() {
    opensmtpd_send 'host smtp+notls://mx1.corp.example' anna@corp.example "$TEAM"
}

record_exim_smtplib() {
    smtplib plain
    smtplib dots
    smtplib several
    smtplib refused
    smtplib later
    smtplib scored
    smtplib hello
}

record_exim_swaks() {
    swaks_mail --to anna@corp.example,ben@corp.example --pipeline
    swaks_mail --to nobody.here@corp.example --pipeline
    swaks_mail --helo 198.51.100.13 --to anna@corp.example --protocol SMTP
    smtplib_laptop eager
}

record_exim_nodemailer() {
    nodemailer html
    nodemailer refused
}

record_exim_bdat() {
    smtplib chunks
}

record_exim_auth() {
    smtplib auth
    smtplib cancel
    nodemailer auth
    msmtp_mail --port=587 --auth=plain --user=anna anna@corp.example
    swaks_mail --port 587 --to anna@corp.example --auth PLAIN --auth-user mallory \
        --auth-password "$PASSWORD"
}

record_exim_starttls() {
    swaks_mail --to anna@corp.example --tls
    exim_send 'hosts_require_tls = *' anna@corp.example
}

record_exim_from_exim() {
    exim_send 'hosts_avoid_tls = *' anna@corp.example "$TEAM"
}

# From the second connection on, EHLO and more goes before the greeting (PIPECONNECT).
record_exim_pipeconnect() {
    exim_send $'hosts_avoid_tls = *\n  hosts_pipe_connect = *' anna@corp.example
    exim_send $'hosts_avoid_tls = *\n  hosts_pipe_connect = *' "$TEAM"
}

record_exim_from_postfix() {
    postfix_send 'smtp_tls_security_level = none' anna@corp.example "$TEAM"
}

record_exim_from_opensmtpd() {
    opensmtpd_send 'host smtp+notls://mx1.corp.example' anna@corp.example "$TEAM"
}

record_opensmtpd_smtplib() {
    smtplib plain
    smtplib dots
    smtplib several
    smtplib refused
    smtplib hello
    smtplib abort
}

record_opensmtpd_swaks() {
    swaks_mail --to anna@corp.example,ben@corp.example --pipeline
    swaks_mail --to nobody.here@corp.example
    swaks_mail --helo 198.51.100.13 --to anna@corp.example --protocol SMTP
    smtplib_laptop eager
}

record_opensmtpd_nodemailer() {
    nodemailer html
    nodemailer refused
}

record_opensmtpd_starttls() {
    swaks_mail --port 587 --to anna@corp.example --tls --auth PLAIN --auth-user anna \
        --auth-password "$PASSWORD"
    swaks_mail --port 587 --to anna@corp.example
}

record_opensmtpd_from_exim() {
    exim_send 'hosts_avoid_tls = *' anna@corp.example "$TEAM"
}

record_opensmtpd_from_postfix() {
    postfix_send 'smtp_tls_security_level = none' anna@corp.example "$TEAM"
}

# Dialects: the same server to all, which offers what none of them needs.
record_sink_programs() {
    smtplib plain
    smtplib_laptop plain
    nodemailer html
    msmtp_mail anna@corp.example
    swaks_mail --to anna@corp.example
    curl_mail smtp://mx1.corp.example --mail-rcpt anna@corp.example --upload-file /mnt/real/mail.txt
    s_nail -s 'Weekly list' -Smta=smtp://mx1.corp.example anna@corp.example
    net_smtp_pl mx1.corp.example
    net_smtp_rb mx1.corp.example
    phpmailer mx1.corp.example
}

record_sink_servers() {
    postfix_send 'smtp_tls_security_level = none' anna@corp.example
    exim_send 'hosts_avoid_tls = *' anna@corp.example
    opensmtpd_send 'host smtp+notls://mx1.corp.example' anna@corp.example
    nullmailer_send anna@corp.example
    dma_send anna@corp.example
}

# What they do where EHLO is refused.
record_sink_no_ehlo() {
    smtplib plain mx2.corp.example
    msmtp_mail --host=mx2.corp.example anna@corp.example
    swaks_mail --server mx2.corp.example --to anna@corp.example
    curl_mail smtp://mx2.corp.example --mail-rcpt anna@corp.example --upload-file /mnt/real/mail.txt
    net_smtp_pl mx2.corp.example
    net_smtp_rb mx2.corp.example
    phpmailer mx2.corp.example
    postfix_send 'smtp_tls_security_level = none' anna@guarded.example
    exim_send 'hosts_avoid_tls = *' anna@guarded.example
    opensmtpd_send 'host smtp+notls://mx2.corp.example' anna@guarded.example
}

# What they do where all recipients are refused.
record_sink_refused() {
    smtplib refused
    nodemailer refused
    msmtp_mail nobody.here@corp.example
    postfix_send 'smtp_tls_security_level = none' nobody.here@corp.example
    exim_send 'hosts_avoid_tls = *' nobody.here@corp.example
    opensmtpd_send 'host smtp+notls://mx1.corp.example' nobody.here@corp.example
}
