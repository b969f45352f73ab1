/* SPDX-License-Identifier: Apache-2.0 */
#include "output/rule_table.h"

#include <stddef.h>
#include <string.h>

static const struct technique phishing = {"T1566", "Phishing", NULL, NULL};
static const struct technique botnet = {
	"T1584", "Compromise Infrastructure", "T1584.005", "Botnet"};
static const struct technique domains = {"T1583", "Acquire Infrastructure", "T1583.001", "Domains"};
static const struct technique spoofing = {"T1672", "Email Spoofing", NULL, NULL};
static const struct technique mail_protocols = {
	"T1071", "Application Layer Protocol", "T1071.003", "Mail Protocols"};
static const struct technique exhaustion = {
	"T1499", "Endpoint Denial of Service", "T1499.002", "Service Exhaustion Flood"};

/* Techniques only where the check says something of the kind: a missing PTR is no attack. */
static const struct rule rules[] = {
	{"campaign_botnet", "Same content from a botnet", "botnet", {&phishing, &botnet}},
	{"campaign_snowshoe", "Same content from a snowshoe network", "snowshoe",
		{&phishing, &domains}},
	{"campaign_spoofed_brand", "Same content under a spoofed brand", "spoofed brand",
		{&phishing, &spoofing}},
	{"campaign_low_and_slow", "Same content, low and slow", "low-and-slow",
		{&phishing, &botnet}},
	{"dkim_replay", "DKIM signature replayed", "DKIM replay", {&phishing, &spoofing}},
	{"content_spread", "Content spread thinly over many sources", "spread content",
		{&phishing, &botnet}},
	{"synchrony", "Sources sending in step", "in step", {&phishing, &botnet}},
	{"helo_changing", "Changing HELO names", "changing HELO", {&botnet}},
	{"helo_syntax", "Bad HELO name", "bad HELO", {&botnet}},
	{"helo_shared", "HELO name shared by many sources", "shared HELO", {&botnet}},
	{"helo_rdns", "HELO and reverse DNS disagree", "HELO unlike rDNS", {NULL}},
	{"rdns_class", "Reverse DNS missing, dynamic or generic", "poor rDNS", {NULL}},
	{"hold_time", "Connections held open", "holds open", {&exhaustion}},
	{"envelope_from", "Inconsistent envelope senders", "odd senders", {&spoofing}},
	{"message_id", "Message-ID missing or invalid", "bad Message-ID", {NULL}},
	{"rogue_egress", "Own host sends mail past the mail servers", "rogue egress",
		{&botnet, &mail_protocols}},
	{"proxy_suspected", "Source looks like a proxy", "proxy", {NULL}},
	{"feed_one_sided", "Tap shows one direction only", "one-sided feed", {NULL}},
	{"capture_loss", "Tap loses packets", "capture loss", {NULL}},
};

const struct rule *rule_table_find(const char *check)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (check && strcmp(rules[i].check, check) == 0)
			return &rules[i];
	return NULL;
}
