/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/redact.h"

#include "smtp_decode/mailbox.h"

#define ALONE_MIN 4    /* a local part shorter than this is replaced in an address only */
#define ANYWHERE_MIN 8 /* one at least this long is replaced inside of words too */
#define LONG 64        /* RFC 5321 4.5.3.1.1; longer ones share a bit of `lengths` */

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* FNV-1a, since it grows by a byte as a match does. */
#define HASH_START 2166136261u

static uint32_t hash_step(uint32_t h, uint8_t c)
{
	return (h ^ lower(c)) * 16777619u;
}

static unsigned int pair_bit(uint8_t a, uint8_t b)
{
	return (lower(a) * 31u + lower(b)) & 255;
}

static void add_pair(struct redactor *r, uint8_t a, uint8_t b)
{
	unsigned int bit = pair_bit(a, b);

	r->first_pairs[bit / 64] |= 1ull << bit % 64;
}

static uint64_t length_bit(size_t len)
{
	return 1ull << ((len < LONG ? len : LONG) - 1);
}

static bool known(const struct redactor *r, uint32_t hash)
{
	for (uint16_t i = 0; i < r->count; i++)
		if (r->hashes[i] == hash)
			return true;
	return false;
}

static void add_local(struct redactor *r, struct span local)
{
	uint32_t h = HASH_START;

	if (local.len == 0)
		return;
	for (size_t i = 0; i < local.len; i++)
		h = hash_step(h, local.p[i]);
	if (known(r, h))
		return;
	if (r->count == LIMIT_RCPTS_REDACTED) {
		r->blunt = true;
		return;
	}
	r->hashes[r->count++] = h;
	r->lengths |= length_bit(local.len);
	if (local.len > 1) {
		add_pair(r, local.p[0], local.p[1]);
	} else { /* found only in front of one of these */
		add_pair(r, local.p[0], '@');
		add_pair(r, local.p[0], '=');
		add_pair(r, local.p[0], '%');
	}
}

void redact_add(struct redactor *r, struct span addr)
{
	struct span local = mailbox_unquoted(mailbox_split(addr).local);
	ptrdiff_t plus = span_find(local, '+');

	add_local(r, local);
	if (plus > 0) /* a subaddress (RFC 5233): its user too */
		add_local(r, span_head(local, (size_t)plus));
}

enum char_class {
	CLASS_OTHER,
	CLASS_LETTER,
	CLASS_DIGIT,
};

static enum char_class class_of(uint8_t c)
{
	if ((lower(c) >= 'a' && lower(c) <= 'z') || c >= 0x80)
		return CLASS_LETTER;
	return c >= '0' && c <= '9' ? CLASS_DIGIT : CLASS_OTHER;
}

/* Do the bytes before and at `i` belong to different words? */
static bool word_edge(struct span s, size_t i)
{
	return i == 0 || i == s.len || class_of(s.p[i]) == CLASS_OTHER ||
	       class_of(s.p[i - 1]) != class_of(s.p[i]);
}

static bool is_atext(uint8_t c)
{
	return class_of(c) != CLASS_OTHER || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

/* Is what lies in [i, end) a recipient, given that it is the local part of one? */
static bool stands_alone(struct span s, size_t i, size_t end)
{
	if (end - i >= ANYWHERE_MIN)
		return true;
	if (!word_edge(s, i) || !word_edge(s, end))
		return false;
	/* In VERP and URLs the '@' may be written '=' or '%40'. */
	return end - i >= ALONE_MIN || (end < s.len && memchr("@=%", s.p[end], 3));
}

/* Length of the longest recipient's local part at `i`, 0 where there is none. */
static size_t match_known(const struct redactor *r, struct span s, size_t i)
{
	unsigned int bit = pair_bit(s.p[i], i + 1 < s.len ? s.p[i + 1] : 0);
	size_t max =
		r->lengths >> 63 ? LIMIT_MAILBOX : 64 - (size_t)__builtin_clzll(r->lengths | 1);
	size_t best = 0;
	uint32_t h = HASH_START;

	if (!(r->first_pairs[bit / 64] >> bit % 64 & 1))
		return 0;
	for (size_t n = 1; n <= max && i + n <= s.len; n++) {
		h = hash_step(h, s.p[i + n - 1]);
		if (r->lengths & length_bit(n) && stands_alone(s, i, i + n) && known(r, h))
			best = n;
	}
	return best;
}

/* Length of any local part at `i` with its '@' behind, 0 where there is none. */
static size_t match_blunt(struct span s, size_t i)
{
	size_t end = i;

	if (i > 0 && is_atext(s.p[i - 1]))
		return 0;
	while (end < s.len && is_atext(s.p[end]))
		end++;
	return end < s.len && s.p[end] == '@' ? end - i : 0;
}

/* Index behind the domain whose '@' is at `i`. */
static size_t skip_domain(struct span s, size_t i)
{
	for (i++; i < s.len; i++)
		if (class_of(s.p[i]) == CLASS_OTHER && !memchr(".-_[]:", s.p[i], 6))
			break;
	return i;
}

struct writer {
	char *buf;
	size_t size, len;
};

static void put(struct writer *w, const void *p, size_t n)
{
	if (n > w->size - w->len)
		n = w->size - w->len;
	if (n > 0)
		memcpy(w->buf + w->len, p, n);
	w->len += n;
}

struct span redact_text(
	const struct redactor *r, struct pseudonyms *p, struct span text, char *buf, size_t size)
{
	struct writer w = {buf, size, 0};
	size_t done = 0, i = 0;

	if (!r || r->count == 0)
		return span_head(text, size);
	while (i < text.len) {
		char name[PSEUDONYM_LEN];
		size_t n;

		if (text.p[i] == '@' && i > 0 && is_atext(text.p[i - 1])) {
			i = skip_domain(text, i);
			continue;
		}
		n = match_known(r, text, i);
		if (n == 0 && r->blunt)
			n = match_blunt(text, i);
		if (n == 0) {
			i++;
			continue;
		}
		pseudonym_local(p, span_of(text.p + i, n), name);
		put(&w, text.p + done, i - done);
		put(&w, name, PSEUDONYM_LEN);
		i += n;
		done = i;
	}
	if (done == 0)
		return span_head(text, size);
	put(&w, text.p + done, text.len - done);
	return span_of(buf, w.len);
}
