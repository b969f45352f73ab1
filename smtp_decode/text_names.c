/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/text_names.h"

#include <assert.h>

#include "smtp_decode/text_digest.h"
#include "smtp_decode/text_fold.h"
#include "smtp_decode/text_utf8.h"

#define STRONG_MIN 3 /* bytes of a name that is told anywhere */
#define WORD_MAX 96  /* bytes of a word that are looked at */
#define PIECES_MAX 8 /* of one name */

/* Behind these comes a name, whatever it is made of. */
static const char *const greetings[] = {
	"dear",
	"hello",
	"hi",
	"hey",
	"hiya",
	"greetings",
	"attn",
	"attention",
	"mr",
	"mrs",
	"ms",
	"dr",
	"sir",
	"welcome",
	"hallo",
	"liebe",
	"lieber",
	"herr",
	"frau",
	"bonjour",
	"cher",
	"chere",
	"hola",
	"estimado",
	"estimada",
	"querido",
	"querida",
	"ciao",
	"caro",
	"cara",
	"gentile",
	"salve",
	"ola",
	"prezado",
	"prezada",
	"beste",
	"geachte",
	"hej",
	"drogi",
	"szanowny",
};

/* Local parts of roles, and names that are everyday words: of texts, or of other names. */
static const char *const common[] = {
	"info",
	"mail",
	"email",
	"contact",
	"support",
	"sales",
	"service",
	"services",
	"office",
	"admin",
	"help",
	"team",
	"news",
	"newsletter",
	"billing",
	"account",
	"accounts",
	"postmaster",
	"webmaster",
	"hostmaster",
	"abuse",
	"noreply",
	"reply",
	"root",
	"staff",
	"security",
	"marketing",
	"order",
	"orders",
	"customer",
	"customers",
	"client",
	"clients",
	"user",
	"users",
	"test",
	"jobs",
	"press",
	"media",
	"legal",
	"finance",
	"events",
	"feedback",
	"general",
	"enquiries",
	"inquiries",
	"web",
	"website",
	"shop",
	"store",
	"home",
	"free",
	"group",
	"company",
	"business",
	"online",
	"internet",
	"domain",
	"server",
	"system",
	"post",
	"mailbox",
	"inbox",
	"list",
	"lists",
	"member",
	"members",
	"partner",
	"partners",
	"club",
	"school",
	"health",
	"travel",
	"hotel",
	"music",
	"design",
	"work",
	"today",
	"date",
	"name",
	"the",
	"and",
	"for",
	"you",
	"your",
	"from",
	"all",
	"new",
	"now",
	"one",
	"will",
	"may",
	"mark",
	"bill",
	"grace",
	"hope",
	"rose",
	"best",
	"art",
	"joy",
	"love",
	"june",
	"april",
	"august",
	"summer",
	"star",
	"king",
	"young",
	"white",
	"black",
	"green",
	"brown",
	"long",
	"good",
	"rich",
	"price",
	"page",
	"der",
	"die",
	"das",
	"und",
	"van",
	"von",
	"del",
	"los",
};

static_assert(sizeof(greetings) / sizeof(greetings[0]) + sizeof(common) / sizeof(common[0]) <=
		      TEXT_COMMON_MAX,
	"TEXT_COMMON_MAX");

static void fill(struct text_tables *t, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		t->common[t->commons++] = text_word_hash(words[i], strlen(words[i]));
}

void text_names_fill(struct text_tables *t)
{
	t->commons = 0;
	fill(t, greetings, sizeof(greetings) / sizeof(greetings[0]));
	t->greetings = t->commons;
	fill(t, common, sizeof(common) / sizeof(common[0]));
}

static bool is_among(const uint64_t *hashes, uint32_t n, uint64_t hash)
{
	for (uint32_t i = 0; i < n; i++)
		if (hashes[i] == hash)
			return true;
	return false;
}

void text_names_init(struct text_names *n)
{
	n->filter = 0;
	n->weak = 0;
	n->count = 0;
}

static void add_word(
	struct text_names *n, const struct text_tables *t, struct span word, bool inner)
{
	uint64_t h = text_word_hash(word.p, word.len);

	if (n->count == TEXT_NAMES_MAX || is_among(n->hashes, n->count, h))
		return;
	if (inner || word.len < STRONG_MIN || is_among(t->common, t->commons, h))
		n->weak |= 1u << n->count;
	n->hashes[n->count++] = h;
	n->filter |= 1ull << h % 64;
}

static bool is_word_byte(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

/* Splits the folded `s` into words and adds them; where `first_and_last`, only those are strong. */
static void add_words(
	struct text_names *n, const struct text_tables *t, struct span s, bool first_and_last)
{
	struct span words[PIECES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < s.len && count < PIECES_MAX;) {
		size_t start = i;

		while (i < s.len && is_word_byte(s.p[i]))
			i++;
		if (i > start)
			words[count++] = span_of(s.p + start, i - start);
		else
			i++;
	}
	for (size_t i = 0; i < count; i++)
		add_word(n, t, words[i], first_and_last && i > 0 && i + 1 < count);
}

/* `s` as the text path would have it. */
static struct span fold(const struct text_tables *t, struct span s, char buf[WORD_MAX])
{
	size_t n = 0;

	while (s.len > 0 && n + TEXT_FOLD_MAX <= WORD_MAX) {
		uint32_t cp;

		s = span_skip(s, text_utf8_get(s.p, s.len, &cp));
		n += text_fold_put(t, cp, buf + n);
	}
	return span_of(buf, n);
}

void text_names_add_local(struct text_names *n, const struct text_tables *t, struct span local)
{
	char buf[WORD_MAX];

	add_words(n, t, fold(t, local, buf), false);
}

void text_names_add_display(struct text_names *n, const struct text_tables *t, struct span name)
{
	char buf[WORD_MAX];

	add_words(n, t, fold(t, name, buf), true);
}

bool text_names_match(const struct text_names *n, const struct text_tables *t, uint64_t hash,
	uint64_t before, bool after_name)
{
	for (uint32_t i = 0; i < n->count; i++) {
		if (n->hashes[i] != hash)
			continue;
		return !(n->weak >> i & 1) || after_name ||
		       is_among(t->common, t->greetings, before);
	}
	return false;
}
