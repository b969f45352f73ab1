/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/charset_label.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "smtp_decode/charset_label_table.h"

/* The slot of a label, or the empty one where it would be. */
static size_t find_slot(const struct charset_labels *l, struct span label)
{
	size_t at = hash64(label) % CHARSET_LABEL_SLOTS;

	for (; l->slots[at].row > 0; at = (at + 1) % CHARSET_LABEL_SLOTS) {
		const char *labels = charset_label_rows[l->slots[at].row - 1].labels;

		if (span_eq(label, span_of(labels + l->slots[at].off, l->slots[at].len)))
			break;
	}
	return at;
}

void charset_labels_init(struct charset_labels *l)
{
	memset(l, 0, sizeof(*l));
	for (size_t row = 0; row < charset_label_rows_count; row++) {
		const char *labels = charset_label_rows[row].labels;

		for (size_t off = 0; labels[off];) {
			size_t len = strcspn(labels + off, " ");
			size_t at = find_slot(l, span_of(labels + off, len));

			l->slots[at].row = (uint16_t)(row + 1);
			l->slots[at].off = (uint8_t)off;
			l->slots[at].len = (uint8_t)len;
			off += len + (labels[off + len] == ' ');
		}
	}
}

size_t charset_label_count(void)
{
	return charset_label_rows_count + charset_label_pages_count;
}

/* The letters and digits of a label, lower case; none where it holds what no label does. */
static struct span squeeze(struct span label, char out[CHARSET_LABEL_MAX + 8])
{
	size_t n = 0;

	for (size_t i = 0; i < label.len; i++) {
		char c = (char)label.p[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (n == CHARSET_LABEL_MAX)
				return span_of(NULL, 0);
			out[n++] = c;
		} else if (!c || !strchr("-_.:+() ", c)) {
			return span_of(NULL, 0);
		}
	}
	return span_of(out, n);
}

static int compare_page(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static bool find_row(const struct charset_labels *l, struct span label, struct charset_label *ret)
{
	uint16_t row = l->slots[find_slot(l, label)].row;

	if (row == 0)
		return false;
	ret->kind = charset_label_rows[row - 1].kind;
	ret->number = (uint16_t)(row - 1);
	strcpy(ret->name, charset_label_rows[row - 1].name);
	return true;
}

/* The number that stands behind the names of code pages, -1 where it is another label. */
static int page_of(struct span label)
{
	static const char *const fronts[] = {"cp", "ibm", "windows", "win", "dos", "ms"};
	int page = 0;

	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
		if (span_istarts(label, fronts[i])) {
			label = span_skip(label, strlen(fronts[i]));
			break;
		}
	}
	if (label.len < 2 || label.len > 6)
		return -1;
	for (size_t i = 0; i < label.len; i++) {
		if (label.p[i] < '0' || label.p[i] > '9')
			return -1;
		page = 10 * page + label.p[i] - '0';
	}
	return page;
}

static bool find_page(const struct charset_labels *l, struct span label, struct charset_label *ret)
{
	int page = page_of(label);
	uint16_t key = (uint16_t)page;
	const uint16_t *at;
	char name[16];

	if (page < 0)
		return false;
	snprintf(name, sizeof(name), "%s%d", page / 10 == 8859 || page / 100 == 8859 ? "iso" : "cp",
		page);
	if (find_row(l, span_str(name), ret))
		return true;
	if (page > UINT16_MAX)
		return false;
	at = bsearch(
		&key, charset_label_pages, charset_label_pages_count, sizeof(key), compare_page);
	if (!at)
		return false;
	ret->kind = CHARSET_TABLE;
	ret->number = (uint16_t)(charset_label_rows_count + (size_t)(at - charset_label_pages));
	snprintf(ret->name, sizeof(ret->name), "CP%03d", page);
	return true;
}

bool charset_label_find(
	const struct charset_labels *l, struct span label, struct charset_label *ret)
{
	char text[CHARSET_LABEL_MAX + 8];
	struct span s = squeeze(label, text);

	while (s.len > 0) {
		if (find_row(l, s, ret) || find_page(l, s, ret))
			return true;
		if (s.p[0] == 'x')
			s = span_skip(s, 1);
		else if (span_istarts(s, "cs"))
			s = span_skip(s, 2);
		else
			break;
	}
	return false;
}
