/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_dialogs [-v] [-p PART/PARTS] FILE|FOLDER...: plays every dialogue (*.txt) as it stands, cut
 * into single bytes, with one more cut at every place, cut at random, and with segments joined
 * where nothing but their number tells them apart; and with a session that sleeps between any two
 * of them. The records must be the same each time, and what the file expects. -v prints the
 * records; -p plays one part of a folder only, so that parts run side by side.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "dialog_file.h"
#include "record_dump.h"
#include "smtp_decode/smtp_decoder.h"

#define RANDOM_RUNS 50
#define MOST_CUTS 4000 /* of a dialogue; a longer one is cut at every n-th place */

struct output {
	FILE *out;
	char *text;
	size_t size;
	unsigned int messages, sessions;
};

/* Where to cut: before byte n of each step where `cut` says so. */
struct cutter {
	bool (*cut)(const struct cutter *c, size_t step, size_t n);
	size_t at;
	uint64_t seed;
	bool join;
	bool sleepy; /* the session sleeps between any two pieces */
};

static void on_record(void *cookie, const struct record *r)
{
	struct output *o = cookie;

	if (r->kind == RECORD_MESSAGE)
		record_dump(o->out, r, ++o->messages);
	else
		record_dump(o->out, r, ++o->sessions);
}

static bool cut_never(const struct cutter *c, size_t step, size_t n)
{
	return false;
}

static bool cut_always(const struct cutter *c, size_t step, size_t n)
{
	return true;
}

/* The n-th place of all. */
static bool cut_once(const struct cutter *c, size_t step, size_t n)
{
	return step + n == c->at;
}

static bool cut_at_random(const struct cutter *c, size_t step, size_t n)
{
	uint64_t x = (c->seed + step + n) * 0x9e3779b97f4a7c15u;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9u;
	return (x >> 32) % 7 == 0;
}

/* What the flow table would have counted with this chunk. */
static void count(struct flow_info *f, const struct step *s)
{
	if (s->peer_acked > 0)
		f->acked[!s->dir] = true;
	if (s->kind == STEP_LOST) {
		f->missing[s->dir] += s->len;
		return;
	}
	f->packets[s->dir] += s->packet != f->last_packet;
	f->last_packet = s->packet;
	f->last_time = s->time;
	f->payload[s->dir] += s->len;
}

static struct stream_chunk chunk_of(const struct dialog *d, const struct step *s)
{
	struct stream_chunk c = {
		.time = s->time,
		.packet = s->packet,
		.dir = s->dir,
		.offset = s->at,
		.peer_acked = s->peer_acked,
	};

	if (s->kind == STEP_LOST) {
		c.kind = CHUNK_GAP;
		c.missing = s->len;
		c.peer_acked = -1;
	} else if (s->kind == STEP_FIN) {
		c.kind = CHUNK_FIN;
	} else {
		c.data = span_of(d->bytes + s->off, s->len);
	}
	return c;
}

/* Gives `c` in pieces; the memory of each is of its own size, so that a sanitizer sees overreads.
 */
static void give(struct smtp_session *session, const struct flow_info *f,
	const struct stream_chunk *c, const struct cutter *cutter, size_t before)
{
	size_t from = 0;

	for (size_t n = 1; n <= c->data.len; n++) {
		struct stream_chunk piece = *c;
		uint8_t *copy;

		if (n < c->data.len && !cutter->cut(cutter, before, n))
			continue;
		copy = malloc(n - from);
		if (!copy)
			abort();
		memcpy(copy, c->data.p + from, n - from);
		piece.data = span_of(copy, n - from);
		piece.offset += from;
		smtp_session_chunk(session, f, &piece);
		free(copy);
		from = n;
	}
	if (c->data.len == 0)
		smtp_session_chunk(session, f, c);
}

/* May the bytes of `b` follow those of `a` in one segment? */
static bool joins(const struct step *a, const struct step *b)
{
	return a->kind == STEP_BYTES && b->kind == STEP_BYTES && a->dir == b->dir &&
	       a->peer_acked == b->peer_acked && a->off + a->len == b->off &&
	       a->packet == b->packet;
}

static void play(const struct dialog *d, const struct cutter *cutter, struct output *o)
{
	struct smtp_decoder_config config = {.emit = on_record,
		.cookie = o,
		.want_recipients = true,
		.trust = {.proxies = {&d->proxy, d->proxy.bits > 0},
			.peers = {&d->peer, d->peer.bits > 0}},
		.message_contexts = d->contexts,
		.shards = 1,
		.room.sleepy = cutter->sleepy};
	struct smtp_decoder *decoder = smtp_decoder_create(&config);
	struct flow_info f = d->flow;
	struct smtp_session *session;
	size_t before = 0;

	*o = (struct output){0};
	o->out = open_memstream(&o->text, &o->size);
	session = decoder ? smtp_session_open(decoder, &f) : NULL;
	if (!session)
		abort();
	for (size_t i = 0; i < d->steps_count; i++) {
		struct step s = d->steps[i];
		struct stream_chunk c;

		while (cutter->join && i + 1 < d->steps_count && joins(&s, &d->steps[i + 1]))
			s.len += d->steps[++i].len;
		count(&f, &s);
		c = chunk_of(d, &s);
		give(session, &f, &c, cutter, before);
		before += s.len;
	}
	smtp_session_end(session, &f, &d->ending);
	smtp_decoder_destroy(decoder);
	fprintf(o->out, "messages = %u\n", o->messages);
	fclose(o->out);
}

static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = text; (p = strstr(p, line)) != NULL; p += n) {
		if ((p == text || p[-1] == '\n') && p[n] == '\n')
			return true;
	}
	return false;
}

/* What the records say instead of the expected line. */
static void show_actual(const char *text, const char *line)
{
	size_t n = strcspn(line, "=") + 1;
	const char *p = text;

	while (p && strncmp(p, line, n) != 0) {
		p = strchr(p, '\n');
		p = p && p[1] ? p + 1 : NULL;
	}
	if (p)
		fprintf(stderr, "  but was: %.*s\n", (int)strcspn(p, "\n"), p);
}

static unsigned int check_expected(const struct dialog *d, const struct output *o)
{
	unsigned int failures = d->expected_count == 0;

	if (failures)
		fprintf(stderr, "%s: expects nothing\n", d->path);
	for (size_t i = 0; i < d->expected_count; i++) {
		const char *line = d->expected[i];

		if (strncmp(line, "secret = ", 9) == 0) {
			if (!strstr(o->text, line + 9))
				continue;
			fprintf(stderr, "%s: the records hold the secret %s\n", d->path, line + 9);
		} else {
			if (has_line(o->text, line))
				continue;
			fprintf(stderr, "%s: expected %s\n", d->path, line);
			show_actual(o->text, line);
		}
		failures++;
	}
	return failures;
}

static unsigned int check_same(const struct dialog *d, const struct output *o,
	const struct cutter *cutter, const char *how)
{
	struct output other;
	bool same;
	const char *a = o->text, *b;

	play(d, cutter, &other);
	same = strcmp(o->text, other.text) == 0;
	if (!same) {
		for (b = other.text; *a && *a == *b; a++)
			b++;
		while (a > o->text && a[-1] != '\n') {
			a--;
			b--;
		}
		fprintf(stderr, "%s: %s (%zu): other records: %.*s | %.*s\n", d->path, how,
			cutter->at, (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
	}
	free(other.text);
	return !same;
}

static unsigned int check_cuts(const struct dialog *d, const struct output *o)
{
	struct cutter c = {.cut = cut_never, .join = true};
	size_t step = 1 + d->bytes_len / MOST_CUTS;
	unsigned int failures = check_same(d, o, &c, "joined");

	c = (struct cutter){.cut = cut_always};
	failures += check_same(d, o, &c, "single bytes");
	c.cut = cut_once;
	for (c.at = 1; c.at < d->bytes_len && failures == 0; c.at += step)
		failures += check_same(d, o, &c, "cut at");
	c = (struct cutter){.cut = cut_at_random};
	for (c.seed = 0; c.seed < RANDOM_RUNS && failures == 0; c.seed++) {
		c.join = c.seed & 1;
		failures += check_same(d, o, &c, "at random");
	}
	return failures;
}

/* Nobody sees whether it sleeps between two packets, or bytes. Without a message context it may do
 * so within messages, too. */
static unsigned int check_sleep(const struct dialog *d, const struct output *o)
{
	struct cutter c = {.cut = cut_never, .sleepy = true};
	struct dialog bare = *d;
	struct output awake;
	unsigned int failures = check_same(d, o, &c, "asleep between packets");

	c.cut = cut_always;
	failures += check_same(d, o, &c, "asleep between bytes");
	bare.contexts = 0;
	c.sleepy = false;
	play(&bare, &c, &awake);
	c.sleepy = true;
	failures += check_same(&bare, &awake, &c, "asleep in messages");
	free(awake.text);
	return failures;
}

static unsigned int run_file(const char *path, bool verbose)
{
	struct cutter whole = {.cut = cut_never};
	unsigned int failures = 1;
	struct output o;
	struct dialog d;

	if (dialog_read(&d, path) == 1) {
		play(&d, &whole, &o);
		if (verbose)
			fputs(o.text, stdout);
		failures = check_expected(&d, &o) + check_cuts(&d, &o) + check_sleep(&d, &o);
		free(o.text);
	}
	dialog_finish(&d);
	return failures;
}

static int is_dialog(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 4 && strcmp(e->d_name + n - 4, ".txt") == 0;
}

/* Which dialogues of a folder are played: each whose place leaves `index` of `count`. */
struct part {
	int index, count;
};

static unsigned int run_folder(
	const char *path, const struct part *part, bool verbose, unsigned int *count_files)
{
	struct dirent **names;
	int n = scandir(path, &names, is_dialog, alphasort);
	unsigned int failed = 0;

	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		free(names[i]);
		if (i % part->count != part->index)
			continue;
		failed += run_file(file, verbose) > 0;
		++*count_files;
	}
	if (n >= 0)
		free(names);
	else
		failed += run_file(path, verbose) > 0, ++*count_files;
	return failed;
}

int main(int argc, char **argv)
{
	struct part part = {0, 1};
	bool verbose = false;
	unsigned int files = 0, failed = 0;
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-v") == 0)
			verbose = true;
		else if (strcmp(argv[i], "-p") != 0 || ++i == argc ||
			 sscanf(argv[i], "%d/%d", &part.index, &part.count) != 2 ||
			 part.count < 1)
			return 2;
	}
	for (; i < argc; i++)
		failed += run_folder(argv[i], &part, verbose, &files);
	printf("%u dialogues, %u failed\n", files, failed);
	return failed > 0 || files == 0;
}
