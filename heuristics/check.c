/* SPDX-License-Identifier: Apache-2.0 */
#include "heuristics/check.h"

#include <inttypes.h>
#include <string.h>

#define LINE_WIDTH 79
#define INDENT 4

/* Caps and half-lives: detection 2.1, with F6 capped at 30 by contract 1.1. */
static const struct {
	const char *name;
	int cap, half_life_h;
} families[FAMILY_COUNT] = {
	[FAMILY_HELO_SYNTAX] = {"F1", 15, 24},
	[FAMILY_HELO_BEHAVIOUR] = {"F2", 15, 24},
	[FAMILY_RDNS] = {"F3", 8, 24},
	[FAMILY_IDENTITY] = {"F4", 15, 24},
	[FAMILY_MESSAGE_FORM] = {"F5", 10, 24},
	[FAMILY_CONTENT_SPREAD] = {"F6", 30, 1},
	[FAMILY_URL] = {"F7", 30, 24},
	[FAMILY_SESSION] = {"F8", 15, 1},
	[FAMILY_DIALECT] = {"F9", 15, 24},
	[FAMILY_SYNCHRONY] = {"F10", 10, 1},
	[FAMILY_REPUTATION] = {"F11", 20, 24},
	[FAMILY_AUTH_ABUSE] = {"F12", 25, 1},
};

static const char *const item_names[ITEM_COUNT] = {
	[ITEM_HELO_CONSISTENT] = "helo.consistent",
	[ITEM_HELO_FQDN] = "helo.fqdn",
	[ITEM_HELO_NOT_BARE_IP] = "helo.not_bare_ip",
	[ITEM_HELO_MATCHES_RDNS] = "helo.matches_rdns",
	[ITEM_IP_HAS_RDNS] = "ip.has_rdns",
	[ITEM_IP_RDNS_NOT_DYNAMIC] = "ip.rdns_not_dynamic",
	[ITEM_IP_CONTENT_ON_FEW_IPS] = "ip.content_on_few_ips",
	[ITEM_HEADER_ENVELOPE_FROM_CONSISTENT] = "header.envelope_from_consistent",
	[ITEM_HEADER_ENVELOPE_FROM_LIKE_RDNS] = "header.envelope_from_like_rdns",
	[ITEM_HEADER_MESSAGE_ID] = "header.message_id",
	[ITEM_AUTH_PRESENT] = "auth.present",
	[ITEM_AUTH_CORRECT] = "auth.correct",
	[ITEM_CONTENT_NOT_THINLY_SPREAD] = "content.not_thinly_spread",
	[ITEM_CONTENT_NOT_SHARED] = "content.not_shared",
	[ITEM_URL_NOT_INFECTED] = "url.not_infected",
	[ITEM_URL_NOT_AD_SERVED] = "url.not_ad_served",
	[ITEM_SENDING_CLOSES_PROMPTLY] = "sending.closes_promptly",
	[ITEM_SENDING_NOT_SYNCHRONISED] = "sending.not_synchronised",
	[ITEM_HOST_NOT_INFECTED] = "host.not_infected",
	[ITEM_HOST_NOT_OPEN_RELAY] = "host.not_open_relay",
	[ITEM_HOST_NOT_OPEN_PROXY] = "host.not_open_proxy",
	[ITEM_ACCOUNT_NOT_HIJACKED] = "account.not_hijacked",
};

const struct check *check_find(struct span name)
{
	for (int i = 0; i < CHECK_COUNT; i++)
		if (span_eq_str(name, check_get(i)->id))
			return check_get(i);
	return NULL;
}

const char *check_family_name(enum check_family f)
{
	return families[f].name;
}

int check_family_cap(enum check_family f)
{
	return families[f].cap;
}

int check_family_half_life_h(enum check_family f)
{
	return families[f].half_life_h;
}

const char *check_item_name(enum check_item item)
{
	return item_names[item];
}

void check_list(FILE *f)
{
	for (int i = 0; i < CHECK_COUNT; i++) {
		const struct check *c = check_get(i);

		fprintf(f, "%-22s %-3s %s\n", c->id, check_family_name(c->family), c->title);
	}
}

/* `text` in lines of at most LINE_WIDTH columns, broken at spaces. */
static void print_wrapped(FILE *f, int indent, const char *text)
{
	while (*text) {
		size_t room = (size_t)(LINE_WIDTH - indent), len = strlen(text);

		if (len > room) {
			len = room;
			while (len > 0 && text[len] != ' ')
				len--;
			if (len == 0)
				len = strcspn(text, " ");
		}
		fprintf(f, "%*s%.*s\n", indent, "", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
}

static void print_section(FILE *f, const char *heading, const char *text)
{
	if (!text)
		return;
	fprintf(f, "\n%s\n", heading);
	print_wrapped(f, INDENT, text);
}

static void print_items(FILE *f, const struct check *c)
{
	if (c->item_count == 0)
		return;
	fprintf(f, "\nOn the sender card\n");
	for (size_t i = 0; i < c->item_count; i++)
		fprintf(f, "%*s%s\n", INDENT, "", check_item_name(c->items[i]));
}

static void print_settings(FILE *f, const struct check *c)
{
	fprintf(f, "\nSettings\n");
	for (int p = 0; p < PARAM_COUNT; p++) {
		const struct check_setting *s = check_setting_get(p);

		if (check_get(s->check) != c)
			continue;
		fprintf(f, "%*schecks.%s.%s = %" PRId64 " %s (%" PRId64 " to %" PRId64 ")\n",
			INDENT, "", c->id, s->name, s->value, s->unit, s->min, s->max);
		print_wrapped(f, 2 * INDENT, s->title);
	}
}

void check_explain(FILE *f, const struct check *c)
{
	fprintf(f, "%s: %s\n", c->id, c->title);
	fprintf(f, "family %s (at most %d dB, half-life %d h)\n", check_family_name(c->family),
		check_family_cap(c->family), check_family_half_life_h(c->family));
	print_section(f, "What is measured", c->measure);
	print_section(f, "When it fires", c->fires);
	print_section(f, "Opens an alert by itself", c->decisive);
	print_section(f, "Who trips over it honestly", c->false_positives);
	print_section(f, "What to do", c->advice);
	print_section(f, "Sources", c->sources);
	print_items(f, c);
	print_settings(f, c);
}
