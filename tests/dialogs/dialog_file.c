/* SPDX-License-Identifier: Apache-2.0 */
#include "dialog_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define START ((nstime)1767323041 * NS_PER_S)
#define STEP_TIME (10 * NS_PER_MS)

enum ack_mode {
	ACK_ALL,   /* what the other side has sent */
	ACK_FIXED, /* no more than it had sent at one time */
	ACK_UNKNOWN,
};

struct reader {
	struct dialog *d;
	unsigned int line;
	nstime now;
	uint64_t packet;
	uint64_t sent[2], delivered[2];
	enum ack_mode ack[2];
	uint64_t fixed[2];
	bool unseen[2], joined;
};

static int fail(const struct reader *r, const char *what)
{
	fprintf(stderr, "%s:%u: %s\n", r->d->path, r->line, what);
	return -1;
}

static void *more(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		abort();
	return p;
}

static void add_byte(struct dialog *d, uint8_t c)
{
	if (d->bytes_len == d->bytes_size) {
		d->bytes_size = d->bytes_size ? 2 * d->bytes_size : 4096;
		d->bytes = more(d->bytes, d->bytes_size);
	}
	d->bytes[d->bytes_len++] = c;
}

/* "\[x*N]": N times the text x. */
static int add_repeated(struct reader *r, const char **s)
{
	const char *text = *s + 1, *end = strchr(text, ']'), *star;
	unsigned long n;

	if (!end)
		return fail(r, "\\[ without ]");
	for (star = end; star > text && *star != '*'; star--)
		;
	n = strtoul(star + 1, NULL, 10);
	if (star == text || n == 0)
		return fail(r, "\\[text*count] expected");
	while (n-- > 0) {
		for (const char *p = text; p < star; p++)
			add_byte(r->d, (uint8_t)*p);
	}
	*s = end + 1;
	return 1;
}

static int add_escape(struct reader *r, const char **s)
{
	static const char names[] = "rnt0\\", values[] = "\r\n\t\0\\";
	const char *name = strchr(names, **s);
	char hex[3] = "";

	if (**s == '[')
		return add_repeated(r, s);
	if (name && **s) {
		add_byte(r->d, (uint8_t)values[name - names]);
		*s += 1;
		return 1;
	}
	if (**s != 'x' || !isxdigit((unsigned char)(*s)[1]) || !isxdigit((unsigned char)(*s)[2]))
		return fail(r, "unknown escape");
	memcpy(hex, *s + 1, 2);
	add_byte(r->d, (uint8_t)strtoul(hex, NULL, 16));
	*s += 3;
	return 1;
}

static int add_text(struct reader *r, const char *s)
{
	while (*s) {
		if (*s == '\\') {
			s++;
			if (add_escape(r, &s) < 0)
				return -1;
		} else {
			add_byte(r->d, (uint8_t)*s++);
		}
	}
	return 1;
}

static int64_t ack_of(const struct reader *r, enum flow_dir dir)
{
	uint64_t all = r->sent[!dir];

	if (r->ack[dir] == ACK_UNKNOWN)
		return -1;
	return (int64_t)(r->ack[dir] == ACK_FIXED && r->fixed[dir] < all ? r->fixed[dir] : all);
}

static struct step *add_step(struct reader *r, enum step_kind kind, enum flow_dir dir)
{
	struct dialog *d = r->d;
	struct step *s;

	d->steps = more(d->steps, (d->steps_count + 1) * sizeof(*s));
	s = &d->steps[d->steps_count++];
	*s = (struct step){
		.kind = kind,
		.dir = dir,
		.time = r->now,
		.packet = r->packet,
		.peer_acked = ack_of(r, dir),
		.off = d->bytes_len,
		.at = r->sent[dir],
	};
	return s;
}

/* What a side had received of one that was never seen shows as lost. */
static void add_unseen(struct reader *r, enum flow_dir dir)
{
	int64_t acked = ack_of(r, dir);
	struct step *s;

	if (!r->unseen[!dir] || acked < 0 || (uint64_t)acked <= r->delivered[!dir])
		return;
	s = add_step(r, STEP_LOST, !dir);
	s->at = r->delivered[!dir];
	s->len = (size_t)((uint64_t)acked - r->delivered[!dir]);
	r->delivered[!dir] = (uint64_t)acked;
}

static void next_packet(struct reader *r)
{
	if (!r->joined) {
		r->now += STEP_TIME;
		r->packet++;
	}
	r->joined = false;
}

/* "C: text", "C> raw", "-C: lost", "+C: in the segment of the line before". */
static int read_send(struct reader *r, const char *s)
{
	bool lost = *s == '-', crlf;
	enum flow_dir dir;
	struct step *step;
	size_t index, len;

	r->joined = *s == '+';
	s += lost || r->joined;
	dir = *s == 'S' ? FLOW_SERVER : FLOW_CLIENT;
	crlf = s[1] == ':';
	s += s[2] == ' ' ? 3 : 2;
	next_packet(r);
	if (!r->unseen[dir])
		add_unseen(r, dir);
	step = add_step(r, lost ? STEP_LOST : STEP_BYTES, dir);
	index = r->d->steps_count - 1;
	if (add_text(r, s) < 0)
		return -1;
	if (crlf) {
		add_byte(r->d, '\r');
		add_byte(r->d, '\n');
	}
	step = &r->d->steps[index];
	len = step->len = r->d->bytes_len - step->off;
	r->sent[dir] += len;
	if (r->unseen[dir])
		r->d->steps_count--;
	else
		r->delivered[dir] = r->sent[dir];
	return 1;
}

static bool read_dir(const char *s, enum flow_dir *ret)
{
	*ret = *s == 'S' ? FLOW_SERVER : FLOW_CLIENT;
	return *s == 'S' || *s == 'C';
}

static int read_ack(struct reader *r, const char *s)
{
	enum flow_dir dir;

	if (!read_dir(s, &dir) || s[1] != ' ')
		return fail(r, "ack C|S all|fixed|unknown|NUMBER");
	s += 2;
	r->fixed[dir] = strcmp(s, "fixed") == 0 ? r->sent[!dir] : strtoull(s, NULL, 10);
	r->ack[dir] = strcmp(s, "all") == 0       ? ACK_ALL
		      : strcmp(s, "unknown") == 0 ? ACK_UNKNOWN
						  : ACK_FIXED;
	return 1;
}

static int read_option(struct reader *r, const char *s)
{
	struct flow_info *f = &r->d->flow;

	if (strcmp(s, "midstream") == 0) {
		f->midstream = true;
		f->syn.seen = false;
		f->syn_time = f->synack_time = 0;
	} else if (strcmp(s, "unseen server") == 0) {
		r->unseen[FLOW_SERVER] = true;
		f->packets[FLOW_SERVER] = 0;
		f->synack_time = 0;
	} else if (strcmp(s, "unseen client") == 0) {
		r->unseen[FLOW_CLIENT] = true;
		f->packets[FLOW_CLIENT] = 0;
		f->syn.seen = false;
		f->syn_time = 0;
	} else if (strncmp(s, "port ", 5) == 0) {
		f->server_port = (uint16_t)strtoul(s + 5, NULL, 10);
	} else if (strcmp(s, "trusted") == 0) {
		r->d->peer = (struct cidr){r->d->flow.client, 32};
	} else if (strcmp(s, "proxy") == 0) {
		r->d->proxy = (struct cidr){r->d->flow.client, 32};
	} else if (strncmp(s, "trusted ", 8) == 0) {
		if (cidr_parse(span_str(s + 8), &r->d->peer) < 0)
			return fail(r, "no network");
	} else if (strncmp(s, "contexts ", 9) == 0) {
		r->d->contexts = (uint32_t)strtoul(s + 9, NULL, 10);
	} else {
		return fail(r, "unknown option");
	}
	return 1;
}

static int read_end(struct reader *r, const char *s)
{
	static const char *const names[] = {[FLOW_END_FIN] = "fin",
		[FLOW_END_RST] = "rst",
		[FLOW_END_IDLE] = "idle",
		[FLOW_END_EVICTED] = "evicted",
		[FLOW_END_INPUT] = "input"};
	struct flow_ending *e = &r->d->ending;
	size_t n = strcspn(s, " ");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == n && strncmp(s, names[i], n) == 0) {
			e->how = (enum flow_end)i;
			e->by = s[n] && s[n + 1] == 'S' ? FLOW_SERVER : FLOW_CLIENT;
			e->timer = e->how == FLOW_END_IDLE;
			return 1;
		}
	}
	return fail(r, "end fin|rst|idle|evicted|input [C|S]");
}

static void add_expected(struct dialog *d, const char *s)
{
	d->expected = more(d->expected, (d->expected_count + 1) * sizeof(char *));
	d->expected[d->expected_count++] = strdup(s);
}

static int read_line(struct reader *r, const char *s)
{
	enum flow_dir dir;
	const char *side = s + (*s == '-' || *s == '+');

	if (*s == '\0' || *s == '#')
		return 1;
	if ((side[0] == 'C' || side[0] == 'S') && (side[1] == ':' || side[1] == '>'))
		return read_send(r, s);
	if (strncmp(s, "wait ", 5) == 0) {
		r->now += (nstime)(strtod(s + 5, NULL) * 1000 + 0.5) * NS_PER_MS;
		return 1;
	}
	if (strncmp(s, "ack ", 4) == 0)
		return read_ack(r, s + 4);
	if (strncmp(s, "fin ", 4) == 0 && read_dir(s + 4, &dir)) {
		next_packet(r);
		add_step(r, STEP_FIN, dir);
		return 1;
	}
	if (strncmp(s, "option ", 7) == 0)
		return read_option(r, s + 7);
	if (strncmp(s, "end ", 4) == 0)
		return read_end(r, s + 4);
	if (strstr(s, " = ") || (strlen(s) > 2 && strcmp(s + strlen(s) - 2, " =") == 0)) {
		add_expected(r->d, s);
		return 1;
	}
	return fail(r, "not understood");
}

static void init(struct dialog *d, const char *path)
{
	static const uint8_t client[4] = {192, 0, 2, 7}, server[4] = {198, 51, 100, 25};

	memset(d, 0, sizeof(*d));
	d->path = path;
	d->contexts = 4;
	d->flow = (struct flow_info){
		.id = 1,
		.client = addr_from_v4(client),
		.server = addr_from_v4(server),
		.client_port = 40001,
		.server_port = 25,
		.syn = {.seen = true},
		.first_time = START,
		.last_time = START,
		.syn_time = START,
		.synack_time = START + NS_PER_MS,
		.first_packet = 1,
		.packets = {2, 1},
	};
	d->ending.how = FLOW_END_INPUT;
}

int dialog_read(struct dialog *d, const char *path)
{
	struct reader r = {.d = d, .now = START, .packet = 3};
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int ret = 1;

	init(d, path);
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	while (ret == 1 && (n = getline(&line, &size, f)) > 0) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		r.line++;
		ret = read_line(&r, line);
	}
	d->ending.time = r.now + STEP_TIME;
	d->ending.packet = r.packet;
	free(line);
	fclose(f);
	return ret;
}

void dialog_finish(struct dialog *d)
{
	for (size_t i = 0; i < d->expected_count; i++)
		free(d->expected[i]);
	free(d->expected);
	free(d->steps);
	free(d->bytes);
}
