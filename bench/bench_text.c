/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/bench_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_text_add(struct bytes *b, const void *p, size_t n)
{
	if (b->len + n > b->room) {
		b->room = (b->len + n) * 2;
		b->p = realloc(b->p, b->room);
		if (!b->p)
			abort();
	}
	memcpy(b->p + b->len, p, n);
	b->len += n;
}

void bench_text_str(struct bytes *b, const char *s)
{
	bench_text_add(b, s, strlen(s));
}

static uint32_t next_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

/* English-like: common words are short, and there are marks, names, numbers. */
void bench_text_words(struct bytes *b, size_t bytes, const char *between)
{
	static const char *const words[] = {"the", "of", "and", "to", "a", "in", "for", "is", "on",
		"that", "by", "this", "with", "you", "it", "not", "or", "be", "are", "from", "at",
		"as", "your", "all", "have", "new", "more", "an", "was", "we", "will", "home",
		"can", "us", "about", "if", "page", "my", "has", "search", "free", "but", "our",
		"one", "other", "information", "time", "they", "site", "he", "up", "may", "what",
		"which", "their", "news", "out", "use", "any", "there", "see", "only", "business",
		"contact", "online", "First", "been", "would", "how", "were", "services", "these",
		"its", "like", "service", "than", "find", "price", "date", "back", "top", "people",
		"had", "list", "name", "just", "over", "state", "year", "day", "into", "email",
		"two", "health", "World", "next", "used", "go", "work", "last", "most", "products"};
	uint32_t x = 42, column = 0;
	size_t end = b->len + bytes;

	while (b->len < end) {
		uint32_t r = next_random(&x);
		const char *w = words[(r % 100) * (r / 100 % 100) / 100];
		const char *mark = r % 11 == 0 ? ", " : r % 17 == 0 ? ". " : between;

		if (r % 97 == 0)
			w = "http://www.shop.example/offer?id=8f3a2b";
		else if (r % 89 == 0)
			w = "sales@shop.example";
		else if (r % 41 == 0)
			w = "1,249.90";
		bench_text_str(b, w);
		column += (uint32_t)(strlen(w) + strlen(mark));
		if (column > 70) {
			bench_text_str(b, "\r\n");
			column = 0;
		} else {
			bench_text_str(b, mark);
		}
	}
	bench_text_str(b, "\r\n");
}

void bench_text_html(struct bytes *b, size_t bytes)
{
	size_t end = b->len + bytes;

	bench_text_str(b, "<html><head><style>p {margin: 0}</style></head><body>\r\n");
	while (b->len < end) {
		bench_text_str(b,
			"<tr><td align=\"left\" valign=\"top\" style=\"font-family: Arial, "
			"sans-serif; font-size: 14px; color: #333333; padding: 0 10px\">");
		bench_text_words(b, 90, " ");
		bench_text_str(b,
			"<a href=\"https://click.shop.example/c/8a7f6e5d\">Read <b>more</b></a>"
			"&nbsp;</td></tr>\r\n");
	}
}

void bench_text_base64(struct bytes *b, const struct bytes *from, size_t line)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t column = 0;

	for (size_t i = 0; i + 2 < from->len; i += 3) {
		const uint8_t *p = (const uint8_t *)from->p + i;
		uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		char four[4];

		for (int k = 0; k < 4; k++)
			four[k] = alphabet[v >> (18 - 6 * k) & 63];
		bench_text_add(b, four, 4);
		column += 4;
		if (column == line) {
			bench_text_str(b, "\r\n");
			column = 0;
		}
	}
	bench_text_str(b, "\r\n");
}

void bench_text_qp(struct bytes *b, const struct bytes *from)
{
	size_t column = 0;

	for (size_t i = 0; i < from->len; i++) {
		uint8_t c = (uint8_t)from->p[i];
		char text[4];

		if (c == '\n') {
			column = 0;
		} else if (column > 70) {
			bench_text_str(b, "=\r\n");
			column = 0;
		}
		if (c == '=' || c >= 0x7f) {
			snprintf(text, sizeof(text), "=%02X", c);
			bench_text_str(b, text);
			column += 3;
		} else {
			bench_text_add(b, &c, 1);
			column++;
		}
	}
}
