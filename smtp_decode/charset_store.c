/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_store.h"

#include <stdlib.h>
#include <string.h>

#include "smtp_decode/charset.h"
#include "smtp_decode/charset_iconv.h"

#define IDLE_MAX 16

static void conv_free(struct charset_conv *c)
{
	iconv_close(c->cd);
	free(c);
}

struct charsets *charsets_create(void)
{
	struct charsets *cs = calloc(1, sizeof(*cs));

	if (!cs)
		return NULL;
	charset_labels_init(&cs->labels);
	cs->tables = calloc(charset_label_count(), sizeof(cs->tables[0]));
	if (!cs->tables) {
		free(cs);
		return NULL;
	}
	return cs;
}

void charsets_destroy(struct charsets *cs)
{
	if (!cs)
		return;
	while (cs->idle) {
		struct charset_conv *next = cs->idle->next;

		conv_free(cs->idle);
		cs->idle = next;
	}
	for (size_t i = 0; i < charset_label_count(); i++)
		free(cs->tables[i]);
	free(cs->tables);
	for (size_t i = 0; i < CHARSET_PAIR_SETS; i++) {
		if (cs->pairs[i])
			conv_free(cs->pairs[i]->conv);
		free(cs->pairs[i]);
	}
	free(cs);
}

uint64_t charsets_unknown(const struct charsets *cs)
{
	return cs->unknown;
}

static uint16_t ask_byte(iconv_t cd, uint8_t b)
{
	char byte = (char)b, *in = &byte;
	uint8_t units[8];
	char *out = (char *)units;
	size_t in_len = 1, out_len = sizeof(units);

	/* Some hold a letter back, in case an accent follows: the second call asks. */
	if (iconv(cd, &in, &in_len, &out, &out_len) != (size_t)-1 &&
		iconv(cd, NULL, NULL, &out, &out_len) != (size_t)-1 && out_len == sizeof(units) - 2)
		return (uint16_t)(units[0] | units[1] << 8);
	iconv(cd, NULL, NULL, NULL, NULL);
	return 0xfffd;
}

static uint16_t *make_table(const char *name)
{
	iconv_t cd = iconv_open("UTF-16LE", name);
	uint16_t *t;

	if (cd == (iconv_t)-1)
		return NULL;
	t = malloc(CHARSET_TABLE_SIZE * sizeof(*t));
	for (int i = 0; t && i < CHARSET_TABLE_SIZE; i++)
		t[i] = ask_byte(cd, (uint8_t)i);
	iconv_close(cd);
	return t;
}

const uint16_t *charset_store_table(struct charsets *cs, const struct charset_label *l)
{
	uint16_t **table = &cs->tables[l->number];

	if (!*table)
		*table = make_table(l->name);
	return *table;
}

static struct charset_conv *make_conv(const char *name)
{
	struct charset_conv *c = malloc(sizeof(*c));

	if (!c)
		return NULL;
	c->cd = iconv_open("UTF-8", name);
	if (c->cd == (iconv_t)-1) {
		free(c);
		return NULL;
	}
	c->passes = charset_iconv_passes(c->cd);
	strcpy(c->name, name);
	return c;
}

struct charset_pairs *charset_store_pairs(struct charsets *cs, enum charset_pair_set set)
{
	struct charset_pairs *p = cs->pairs[set];

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->conv = make_conv(charset_pair_name(set));
	if (!p->conv) {
		free(p);
		return NULL;
	}
	cs->pairs[set] = p;
	return p;
}

struct charset_conv *charset_store_take(struct charsets *cs, const char *name)
{
	struct charset_conv **at, *c;

	for (at = &cs->idle; (c = *at) != NULL; at = &c->next) {
		if (strcmp(c->name, name) == 0) {
			*at = c->next;
			iconv(c->cd, NULL, NULL, NULL, NULL);
			return c;
		}
	}
	return make_conv(name);
}

void charset_store_give(struct charsets *cs, struct charset_conv *c)
{
	struct charset_conv **at;
	int n = 1;

	c->next = cs->idle;
	cs->idle = c;
	for (at = &cs->idle; *at; at = &(*at)->next, n++) {
		if (n == IDLE_MAX && (*at)->next) {
			conv_free((*at)->next);
			(*at)->next = NULL;
			return;
		}
	}
}
