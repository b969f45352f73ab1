/* SPDX-License-Identifier: Apache-2.0 */
#include "output/rule_table.h"

#include <stddef.h>
#include <string.h>

#define PHISHING                                \
	{                                       \
		"T1566", "Phishing", NULL, NULL \
	}
#define BOTNET                                                              \
	{                                                                   \
		"T1584", "Compromise Infrastructure", "T1584.005", "Botnet" \
	}
#define DOMAINS                                                           \
	{                                                                 \
		"T1583", "Acquire Infrastructure", "T1583.001", "Domains" \
	}
#define SPOOFING                                      \
	{                                             \
		"T1672", "Email Spoofing", NULL, NULL \
	}
#define EXHAUSTION                                                                             \
	{                                                                                      \
		"T1499", "Endpoint Denial of Service", "T1499.002", "Service Exhaustion Flood" \
	}

/* Techniques only where the check says something of the kind: a missing PTR is no attack. */
static const struct rule rules[] = {
	{"campaign_botnet", "Same content from a botnet", {PHISHING, BOTNET}},
	{"campaign_snowshoe", "Same content from a snowshoe network", {PHISHING, DOMAINS}},
	{"campaign_spoofed_brand", "Same content under a spoofed brand", {PHISHING, SPOOFING}},
	{"campaign_low_and_slow", "Same content, low and slow", {PHISHING, BOTNET}},
	{"dkim_replay", "DKIM signature replayed", {PHISHING, SPOOFING}},
	{"content_spread", "Content spread thinly over many sources", {PHISHING, BOTNET}},
	{"synchrony", "Sources sending in step", {PHISHING, BOTNET}},
	{"helo_changing", "Changing HELO names", {BOTNET}},
	{"helo_syntax", "Bad HELO name", {BOTNET}},
	{"helo_shared", "HELO name shared by many sources", {BOTNET}},
	{"helo_rdns", "HELO and reverse DNS disagree", {{NULL}}},
	{"rdns_class", "Reverse DNS missing, dynamic or generic", {{NULL}}},
	{"hold_time", "Connections held open", {EXHAUSTION}},
	{"envelope_from", "Inconsistent envelope senders", {SPOOFING}},
	{"message_id", "Message-ID missing or invalid", {{NULL}}},
	{"proxy_suspected", "Source looks like a proxy", {{NULL}}},
};

const struct rule *rule_table_find(const char *check)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (check && strcmp(rules[i].check, check) == 0)
			return &rules[i];
	return NULL;
}
