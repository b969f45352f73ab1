/* SPDX-License-Identifier: Apache-2.0 */
#include "output/names.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *of(const char *const *names, size_t count, unsigned int i)
{
	return i < count && names[i] ? names[i] : "unknown";
}

const char *names_alert_type(enum alert_type t)
{
	static const char *const names[] = {
		[ALERT_CAMPAIGN] = "campaign",
		[ALERT_SOURCE] = "source",
		[ALERT_NETWORK] = "network",
		[ALERT_ACCOUNT] = "account",
		[ALERT_RELAY] = "relay",
		[ALERT_REPUTATION] = "reputation",
		[ALERT_PROTOCOL] = "protocol",
		[ALERT_SENSOR] = "sensor",
	};

	return of(names, COUNT(names), t);
}

const char *names_alert_action(enum alert_type t)
{
	static const char *const names[] = {
		[ALERT_CAMPAIGN] = "campaign-detected",
		[ALERT_SOURCE] = "bot-behaviour-detected",
		[ALERT_NETWORK] = "network-behaviour-detected",
		[ALERT_ACCOUNT] = "account-abuse-detected",
		[ALERT_RELAY] = "relay-abuse-detected",
		[ALERT_REPUTATION] = "reputation-loss-detected",
		[ALERT_PROTOCOL] = "protocol-abuse-detected",
		[ALERT_SENSOR] = "sensor-notice",
	};

	return of(names, COUNT(names), t);
}

const char *names_alert_state(enum alert_state s)
{
	static const char *const names[] = {
		[ALERT_OPEN] = "open", [ALERT_UPDATE] = "update", [ALERT_CLOSE] = "close"};

	return of(names, COUNT(names), s);
}

const char *names_close_reason(enum alert_close_reason r)
{
	static const char *const names[] = {
		[ALERT_CLOSE_DECAYED] = "decayed", [ALERT_CLOSE_RETRACTED] = "retracted"};

	return of(names, COUNT(names), r);
}

const char *names_severity(enum severity s)
{
	return s >= SEVERITY_CRITICAL ? "critical"
	       : s >= SEVERITY_HIGH   ? "high"
	       : s >= SEVERITY_MEDIUM ? "medium"
				      : "low";
}

const char *names_verdict(enum verdict v)
{
	static const char *const names[] = {[VERDICT_CLEAN] = "clean",
		[VERDICT_SUSPECT] = "suspect",
		[VERDICT_BOT_LIKE] = "bot-like"};

	return of(names, COUNT(names), v);
}

const char *names_item_state(enum item_state s)
{
	static const char *const names[] = {
		[ITEM_UNKNOWN] = "unknown", [ITEM_PASS] = "pass", [ITEM_FAIL] = "fail"};

	return of(names, COUNT(names), s);
}

static const struct {
	const char *group, *item;
} items[ITEM_COUNT] = {
	[ITEM_HELO_CONSISTENT] = {"helo", "consistent"},
	[ITEM_HELO_FQDN] = {"helo", "fqdn"},
	[ITEM_HELO_NOT_BARE_IP] = {"helo", "not_bare_ip"},
	[ITEM_HELO_MATCHES_RDNS] = {"helo", "matches_rdns"},
	[ITEM_IP_HAS_RDNS] = {"ip", "has_rdns"},
	[ITEM_IP_RDNS_NOT_DYNAMIC] = {"ip", "rdns_not_dynamic"},
	[ITEM_IP_CONTENT_ON_FEW_IPS] = {"ip", "content_on_few_ips"},
	[ITEM_HEADER_ENVELOPE_FROM_CONSISTENT] = {"header", "envelope_from_consistent"},
	[ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS] = {"header", "envelope_from_like_rdns"},
	[ITEM_HEADER_MESSAGE_ID] = {"header", "message_id"},
	[ITEM_AUTH_PRESENT] = {"auth", "present"},
	[ITEM_AUTH_CORRECT] = {"auth", "correct"},
	[ITEM_CONTENT_NOT_THINLY_SPREAD] = {"content", "not_thinly_spread"},
	[ITEM_CONTENT_NOT_SHARED] = {"content", "not_shared"},
	[ITEM_URL_NOT_INFECTED] = {"url", "not_infected"},
	[ITEM_URL_NOT_AD_SERVED] = {"url", "not_ad_served"},
	[ITEM_SENDING_CLOSES_PROMPTLY] = {"sending", "closes_promptly"},
	[ITEM_SENDING_NOT_SYNCHRONISED] = {"sending", "not_synchronised"},
	[ITEM_HOST_NOT_INFECTED] = {"host", "not_infected"},
	[ITEM_HOST_NOT_OPEN_RELAY] = {"host", "not_open_relay"},
	[ITEM_HOST_NOT_OPEN_PROXY] = {"host", "not_open_proxy"},
	[ITEM_ACCOUNT_NOT_HIJACKED] = {"account", "not_hijacked"},
};

const char *names_item_group(enum check_item i)
{
	return items[i].group;
}

const char *names_item(enum check_item i)
{
	return items[i].item;
}

const char *names_helo_verb(unsigned int verb)
{
	static const char *const names[] = {
		[HELO_VERB_HELO] = "HELO", [HELO_VERB_EHLO] = "EHLO", [HELO_VERB_LHLO] = "LHLO"};

	return of(names, COUNT(names), verb);
}

const char *names_auth_outcome(unsigned int outcome)
{
	static const char *const names[] = {
		[AUTH_SUCCESS] = "success",
		[AUTH_FAILURE] = "failure",
		[AUTH_CANCELLED] = "cancelled",
		[AUTH_UNKNOWN] = "unknown",
	};

	return of(names, COUNT(names), outcome);
}

const char *names_session_close(unsigned int close)
{
	static const char *const names[] = {
		[SESSION_CLOSE_QUIT] = "quit",
		[SESSION_CLOSE_FIN] = "fin",
		[SESSION_CLOSE_RST] = "rst",
		[SESSION_CLOSE_TIMEOUT] = "timeout",
		[SESSION_CLOSE_EVICTED] = "evicted",
		[SESSION_CLOSE_EOF] = "eof",
		[SESSION_CLOSE_TLS] = "tls",
		[SESSION_CLOSE_XCLIENT] = "xclient",
		[SESSION_CLOSE_TURN] = "turn",
	};

	return of(names, COUNT(names), close);
}

const char *names_provenance(unsigned int provenance)
{
	static const char *const names[] = {
		[CLIENT_BY_CONNECTION] = "connection",
		[CLIENT_BY_PROXY] = "proxy_protocol",
		[CLIENT_BY_XCLIENT] = "xclient",
		[CLIENT_BY_XFORWARD] = "xforward",
	};

	return of(names, COUNT(names), provenance);
}

const char *names_session_anomaly(unsigned int bit)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{SESSION_BARE_LF, "bare_lf"},
		{SESSION_LONG_LINE, "long_line"},
		{SESSION_UNKNOWN_REPLY, "unknown_reply"},
		{SESSION_CLIENT_FIRST, "client_first"},
		{SESSION_NOT_SMTP, "not_smtp"},
		{SESSION_SMUGGLE_CANDIDATE, "smuggle_candidate"},
		{SESSION_STARTTLS_INJECTION, "starttls_injection"},
		{SESSION_BAD_BDAT, "bad_bdat"},
		{SESSION_DATA_WITHOUT_354, "data_without_354"},
		{SESSION_GAP, "gap"},
		{SESSION_SMUGGLE_ATTEMPT, "smuggle_attempt"},
		{SESSION_SMUGGLE_SUCCESS, "smuggle_success"},
		{SESSION_BAD_PROXY, "bad_proxy"},
		{SESSION_CLIENT_CLAIMED, "client_claimed"},
		{SESSION_ENDED_BY_SERVER, "ended_by_server"},
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].bit == bit)
			return names[i].name;
	return "unknown";
}

const char *names_extension(unsigned int bit)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{SMTP_CAP_PIPELINING, "PIPELINING"},
		{SMTP_CAP_STARTTLS, "STARTTLS"},
		{SMTP_CAP_SIZE, "SIZE"},
		{SMTP_CAP_DSN, "DSN"},
		{SMTP_CAP_CHUNKING, "CHUNKING"},
		{SMTP_CAP_AUTH, "AUTH"},
		{SMTP_CAP_8BITMIME, "8BITMIME"},
		{SMTP_CAP_SMTPUTF8, "SMTPUTF8"},
		{SMTP_CAP_PIPECONNECT, "PIPECONNECT"},
		{SMTP_CAP_BINARYMIME, "BINARYMIME"},
		{SMTP_CAP_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES"},
		{SMTP_CAP_REQUIRETLS, "REQUIRETLS"},
		{SMTP_CAP_DELIVERBY, "DELIVERBY"},
		{SMTP_CAP_FUTURERELEASE, "FUTURERELEASE"},
		{SMTP_CAP_MT_PRIORITY, "MT-PRIORITY"},
		{SMTP_CAP_BURL, "BURL"},
		{SMTP_CAP_LIMITS, "LIMITS"},
		{SMTP_CAP_ETRN, "ETRN"},
		{SMTP_CAP_ATRN, "ATRN"},
		{SMTP_CAP_TURN, "TURN"},
		{SMTP_CAP_VRFY, "VRFY"},
		{SMTP_CAP_EXPN, "EXPN"},
		{SMTP_CAP_HELP, "HELP"},
		{SMTP_CAP_XCLIENT, "XCLIENT"},
		{SMTP_CAP_XFORWARD, "XFORWARD"},
		{SMTP_CAP_X_ANONYMOUSTLS, "X-ANONYMOUSTLS"},
		{SMTP_CAP_X_EXPS, "X-EXPS"},
		{SMTP_CAP_XEXCH50, "XEXCH50"},
		{SMTP_CAP_NO_SOLICITING, "NO-SOLICITING"},
		{SMTP_CAP_CHECKPOINT, "CHECKPOINT"},
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].bit == bit)
			return names[i].name;
	return "unknown";
}

const char *names_pattern(const char *pattern)
{
	static const char *const names[][2] = {
		{"spoofed_brand", "spoofed-brand"}, {"low_and_slow", "low-and-slow"}};

	for (size_t i = 0; i < COUNT(names); i++)
		if (pattern && strcmp(pattern, names[i][0]) == 0)
			return names[i][1];
	return pattern ? pattern : "content";
}
