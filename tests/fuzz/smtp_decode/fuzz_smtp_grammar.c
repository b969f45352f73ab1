/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialogue out of a grammar. The first byte says how the connection stands (enum setup); then two
 * bytes a step: a row of `rows`, and what becomes of it (enum fate). It is decoded in segments as
 * they were sent and in single bytes: the records must be the same, and hold what must hold of
 * every record.
 */
#include <stdio.h>
#include <stdlib.h>

#include "smtp_decode/message_record.h"
#include "smtp_decode/smtp_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum setup {
	SETUP_MIDSTREAM = 1 << 0,
	SETUP_TRUSTED = 1 << 1, /* the client's word on another client is believed */
	SETUP_PROXY = 1 << 2,   /* of a PROXY header only */
	SETUP_SCARCE = 1 << 3,  /* one message context only */
	SETUP_465 = 1 << 4,
};

enum fate {
	FATE_JOINED = 1 << 0,    /* in the segment of the step before */
	FATE_HEAD_LOST = 1 << 1, /* of the two parts of a row, this one was lost */
	FATE_TAIL_LOST = 1 << 2,
	FATE_ARGUMENT = 3, /* shift; in 32nds, where the row is cut in two; 0: it is whole */
};

enum row_kind {
	ROW_TEXT,
	ROW_BDAT,   /* of as many octets as the argument says */
	ROW_LAST,   /* the same, LAST */
	ROW_OCTETS, /* as many */
	ROW_WAIT,   /* seconds */
	ROW_LOST,   /* four times as many bytes */
	ROW_FIN,
	ROW_ACK_ALL,
	ROW_ACK_FIXED,
	ROW_ACK_UNKNOWN,
	ROW_LATE, /* bytes are given up as lost by a deadline */
	ROW_END,  /* the connection ends as enum flow_end says */
};

struct row {
	uint8_t dir, kind;
	const char *text;
	size_t len;
};

/* The credentials below, as they are and decoded. None of them may be in a record. */
static const char *const secrets[] = {
	"AGdyZXRhAHN3b3JkZmlzaC03", "c3dvcmRmaXNoLTc=", "swordfish-7"};

#define C(s)                                            \
	{                                               \
		FLOW_CLIENT, ROW_TEXT, s, sizeof(s) - 1 \
	}
#define S(s)                                            \
	{                                               \
		FLOW_SERVER, ROW_TEXT, s, sizeof(s) - 1 \
	}
#define D(d, kind)               \
	{                        \
		d, kind, NULL, 0 \
	}
/* Rows are added at the end only: the corpus names them by number. */
static const struct row rows[] = {
	S("220 mx.example.net ESMTP\r\n"), /* 0 */
	C("EHLO client.example.org\r\n"),
	S("250-mx.example.net\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-STARTTLS\r\n"
	  "250-AUTH PLAIN LOGIN\r\n250-XCLIENT NAME ADDR\r\n250 SIZE 1000\r\n"),
	C("MAIL FROM:<greta@example.org> SIZE=100\r\n"), S("250 2.1.0 Ok\r\n"),
	C("RCPT TO:<alice@example.net>\r\n"), /* 5 */
	C("DATA\r\n"), S("354 Go ahead\r\n"),
	C("From: greta@example.org\r\nSubject: one\r\n\r\ntext\r\n"), C(".\r\n"),
	S("250 2.0.0 Ok: queued as 4FxyzT1abc\r\n"), /* 10 */
	C("QUIT\r\n"), S("221 2.0.0 Bye\r\n"), C("HELO client.example.org\r\n"),
	C("LHLO client.example.org\r\n"), C("RSET\r\n"), /* 15 */
	C("NOOP\r\n"), C("MAIL FROM:<>\r\n"), C("RCPT TO:<bob@example.net>\r\n"),
	C("BURL imap://example.net/x LAST\r\n"), C("BURL imap://example.net/x\r\n"), /* 20 */
	C("TURN\r\n"), C("ETRN example.org\r\n"), C("VRFY alice\r\n"), C("FROB x\r\n"),
	C("\r\n"), /* 25 */
	C("STARTTLS\r\n"), S("220 2.0.0 Ready\r\n"), C("\x16\x03\x01\x00\x05hello"),
	S("\x16\x03\x03\x00\x05world"), C("\x17\x03\x03\x00\x04xxxx"), /* 30 */
	S("\x15\x03\x03\x00\x02\x02\x28"), C("AUTH PLAIN AGdyZXRhAHN3b3JkZmlzaC03\r\n"),
	C("AUTH PLAIN\r\n"), C("AUTH LOGIN\r\n"), C("AGdyZXRhAHN3b3JkZmlzaC03\r\n"), /* 35 */
	C("Z3JldGE=\r\n"), C("c3dvcmRmaXNoLTc=\r\n"), C("*\r\n"), S("334 \r\n"),
	S("235 2.7.0 Ok\r\n"), /* 40 */
	S("535 5.7.8 No\r\n"), S("550 5.1.1 No such user\r\n"), S("503 5.5.1 Bad sequence\r\n"),
	S("451 4.3.0 Later\r\n"), S("421 4.4.2 Timeout\r\n"), /* 45 */
	S("250 Ok\r\n"), S("250-more\r\n"), S("500 What\r\n"), S("5.5.2 forgot\r\n"),
	S("junk\r\n"), /* 50 */
	S("554 No\r\n"), C("PROXY TCP4 203.0.113.9 198.51.100.25 40000 25\r\n"),
	C("PROXY UNKNOWN\r\n"), C("PROXY nonsense\r\n"),
	C("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x09\xc6\x33\x64\x19\x9c\x40\0\x19"), /* 55
											      */
	C("\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"),
	C("XCLIENT ADDR=203.0.113.9 PORT=40000 NAME=h.example.com HELO=h.example.com "
	  "PROTO=ESMTP\r\n"),
	C("XCLIENT ADDR=203.0.113.77 LOGIN=greta\r\n"),
	C("XCLIENT ADDR=[UNAVAILABLE] NAME=[TEMPUNAVAIL]\r\n"),
	C("XFORWARD ADDR=203.0.113.10 PORT=5 HELO=w.example.com\r\n"), /* 60 */
	C("XFORWARD NAME=w.example.com SOURCE=REMOTE\r\n"), C("..stuffed\r\n.\rx\n.\n"),
	C("\n.\r\n"), C("\r.\r\n"), C("\r\n.\n"), /* 65 */
	C("\r\n.\r"),
	C("\n.\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<alice@example.net>\r\nDATA\r\n"),
	C("\r\r\n"), C("BDAT 18446744073709551616\r\n"), C("BDAT 5 X\r\n"), /* 70 */
	C("BDAT 0 LAST\r\n"), C("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), C("QUIT\n"),
	C("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
	  "http://www.example.com/\r\n--b\r\nContent-Type: image/png; "
	  "name=x.png\r\n\r\nx\r\n--b--\r\n"),
	D(FLOW_CLIENT, ROW_BDAT), /* 75 */
	D(FLOW_CLIENT, ROW_LAST), D(FLOW_CLIENT, ROW_OCTETS), D(FLOW_CLIENT, ROW_WAIT),
	D(FLOW_CLIENT, ROW_LOST), D(FLOW_SERVER, ROW_LOST), /* 80 */
	D(FLOW_CLIENT, ROW_FIN), D(FLOW_SERVER, ROW_FIN), D(FLOW_CLIENT, ROW_ACK_ALL),
	D(FLOW_CLIENT, ROW_ACK_FIXED), D(FLOW_CLIENT, ROW_ACK_UNKNOWN), /* 85 */
	D(FLOW_CLIENT, ROW_LATE), D(FLOW_SERVER, ROW_LATE), D(FLOW_CLIENT, ROW_END),
	C("MAIL FROM:<eve@example.org> BODY=BINARYMIME SMTPUTF8 RET=HDRS ENVID=q\r\n"),
	C("ATRN example.org\r\n"), /* 90 */
};
#undef C
#undef S
#undef D

#define ROWS (sizeof(rows) / sizeof(rows[0]))
#define STEPS 400 /* of an input, at most */

struct output {
	uint8_t *bytes;
	size_t len, size;
	/* Of what was emitted in this session so far. */
	struct record last;
	bool any;
	bool over; /* the session record of the connection's end has come */
	uint32_t messages;
	nstime first_time;
};

struct play {
	struct smtp_session *session;
	struct flow_info flow;
	struct output *out;
	uint64_t sent[2], fixed;
	nstime now;
	uint64_t packet;
	enum row_kind ack;
	bool single, closed[2];
	/* The segment that is being put together. */
	uint8_t dir;
	uint8_t segment[1400];
	size_t len;
};

#define must(condition) must_hold(condition, #condition)

static void must_hold(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

/* ---- what holds of records ---- */

static void check_session(struct output *o, const struct session_record *r)
{
	must(r->messages_accepted + r->messages_rejected <= r->messages_attempted);
	must(r->rcpts_accepted + r->rcpts_rejected <= r->rcpts_attempted);
	must(r->rcpts_unknown_user <= r->rcpts_rejected);
	must(r->auth_failures <= r->auth_attempts);
	must(r->commands_unknown <= r->commands);
	must(r->hold_ms <= r->duration_ms && r->idle_max_ms <= r->duration_ms);
	must(r->banner_ms <= r->duration_ms && r->first_command_ms <= r->duration_ms);
	must(r->duration_ms >= 0 && r->hold_ms >= -1 && r->idle_max_ms >= -1);
	must(r->helos.count <= LIMIT_HELO_NAMES && r->helos.count <= r->helo_count);
	must(r->r.time >= r->flow.first_time);
	/* One that goes on with another client is not the last, and no other says so. */
	must(!o->over);
	o->over = r->close != SESSION_CLOSE_XCLIENT && r->close != SESSION_CLOSE_TURN;
	o->messages = 0;
}

static void check_message(struct output *o, const struct message_record *m)
{
	must(!o->over && m->depth > 0);
	must(m->r.time >= m->session_start && m->session_start >= o->first_time);
	must(m->start == 0 || (m->start >= m->session_start && m->start <= m->r.time));
	must(m->first_packet <= m->last_packet && m->last_packet <= m->r.packet);
	must(m->rcpts <= m->rcpts_attempted && m->to.count <= m->rcpts);
	must(m->complete != TRI_YES || !(m->traits & MESSAGE_GAP));
	o->messages++;
}

static void check(struct output *o, const struct record *r)
{
	must(r->time >= o->first_time);
	must(!o->any || record_cmp(&o->last, r) < 0);
	must(r->number == (o->any ? o->last.number + 1 : 0));
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		must(!memmem(r, r->size, secrets[i], strlen(secrets[i])));
	o->last = *r;
	o->any = true;
	if (r->kind == RECORD_SESSION)
		check_session(o, (const struct session_record *)r);
	else
		check_message(o, (const struct message_record *)r);
}

static void on_record(void *cookie, const struct record *r)
{
	struct output *o = *(struct output **)cookie;

	check(o, r);
	if (o->size - o->len < r->size) {
		o->size = 2 * o->size + r->size;
		o->bytes = realloc(o->bytes, o->size);
		must(o->bytes != NULL);
	}
	memcpy(o->bytes + o->len, r, r->size);
	o->len += r->size;
}

/* ---- the wire ---- */

static int64_t ack_of(const struct play *p, enum flow_dir dir)
{
	if (p->ack == ROW_ACK_UNKNOWN)
		return -1;
	if (p->ack == ROW_ACK_FIXED && dir == FLOW_CLIENT)
		return (int64_t)p->fixed;
	return (int64_t)p->sent[!dir];
}

static void give(struct play *p, struct stream_chunk c)
{
	c.time = p->now;
	c.packet = p->packet;
	c.offset = p->sent[c.dir];
	p->sent[c.dir] += c.data.len + c.missing;
	smtp_session_chunk(p->session, &p->flow, &c);
}

static void next_packet(struct play *p, enum flow_dir dir)
{
	p->now += NS_PER_S / 1000;
	p->flow.last_time = p->now;
	p->flow.last_packet = ++p->packet;
	p->flow.packets[dir]++;
}

static void flush(struct play *p)
{
	struct span s = span_of(p->segment, p->len);
	enum flow_dir dir = p->dir;
	int64_t ack = ack_of(p, dir);

	p->len = 0;
	if (s.len == 0 || p->closed[dir])
		return;
	next_packet(p, dir);
	p->flow.payload[dir] += s.len;
	p->flow.acked[!dir] = p->flow.acked[!dir] || ack > 0;
	while (s.len > 0) {
		size_t n = p->single ? 1 : s.len;

		give(p, (struct stream_chunk){
				.dir = dir, .data = span_head(s, n), .peer_acked = ack});
		s = span_skip(s, n);
	}
}

static void lose(struct play *p, enum flow_dir dir, uint64_t n, bool timer)
{
	flush(p);
	if (n == 0 || p->closed[dir])
		return;
	if (timer)
		p->now += NS_PER_S;
	else
		next_packet(p, dir);
	p->flow.missing[dir] += n;
	give(p, (struct stream_chunk){.kind = CHUNK_GAP,
			.dir = dir,
			.missing = n,
			.peer_acked = -1,
			.timer = timer});
}

static void send_bytes(struct play *p, enum flow_dir dir, struct span s, bool lost, bool joined)
{
	if (lost) {
		lose(p, dir, s.len, false);
		return;
	}
	if (!joined || p->dir != dir || s.len > sizeof(p->segment) - p->len)
		flush(p);
	p->dir = dir;
	if (s.len > 0)
		memcpy(p->segment + p->len, s.p, s.len);
	p->len += s.len;
}

/* In two parts, where the fate says so. */
static void send_row(struct play *p, enum flow_dir dir, struct span s, uint8_t fate)
{
	size_t at = s.len * (fate >> FATE_ARGUMENT) / 32;
	bool whole = at == 0;

	if (!whole)
		send_bytes(p, dir, span_head(s, at), fate & FATE_HEAD_LOST, fate & FATE_JOINED);
	send_bytes(p, dir, span_skip(s, at), fate & FATE_TAIL_LOST, whole && (fate & FATE_JOINED));
}

static void send_bdat(struct play *p, bool last, uint8_t fate)
{
	char text[40];
	int n = snprintf(
		text, sizeof(text), "BDAT %u%s\r\n", fate >> FATE_ARGUMENT, last ? " LAST" : "");

	send_bytes(p, FLOW_CLIENT, span_of(text, (size_t)n), fate & FATE_TAIL_LOST,
		fate & FATE_JOINED);
}

static void send_octets(struct play *p, uint8_t fate)
{
	static const char octets[] = "0123456789\r\nabcdefghijklmnopqrs";

	send_bytes(p, FLOW_CLIENT, span_of(octets, fate >> FATE_ARGUMENT), fate & FATE_TAIL_LOST,
		fate & FATE_JOINED);
}

static void close_side(struct play *p, enum flow_dir dir)
{
	flush(p);
	if (p->closed[dir])
		return;
	next_packet(p, dir);
	give(p, (struct stream_chunk){.kind = CHUNK_FIN, .dir = dir, .peer_acked = ack_of(p, dir)});
	p->closed[dir] = true;
}

static void end(struct play *p, uint8_t argument)
{
	struct flow_ending e = {.how = argument % (FLOW_END_INPUT + 1u), .by = argument >> 4 & 1};

	flush(p);
	if (e.how == FLOW_END_RST || e.how == FLOW_END_FIN)
		next_packet(p, e.by);
	e.timer = e.how == FLOW_END_IDLE || (e.how == FLOW_END_FIN && argument & 8);
	if (e.timer)
		p->now += 300 * (nstime)NS_PER_S;
	e.time = p->now;
	e.packet = p->packet;
	smtp_session_end(p->session, &p->flow, &e);
	p->session = NULL;
	must(p->out->over && p->out->last.kind == RECORD_SESSION);
}

static void step(struct play *p, const struct row *r, uint8_t fate)
{
	uint8_t argument = fate >> FATE_ARGUMENT;

	switch (r->kind) {
	case ROW_TEXT:
		send_row(p, r->dir, span_of(r->text, r->len), fate);
		break;
	case ROW_BDAT:
	case ROW_LAST:
		send_bdat(p, r->kind == ROW_LAST, fate);
		break;
	case ROW_OCTETS:
		send_octets(p, fate);
		break;
	case ROW_WAIT:
		flush(p);
		p->now += argument * (nstime)NS_PER_S;
		break;
	case ROW_LOST:
	case ROW_LATE:
		lose(p, r->dir, 4u * argument, r->kind == ROW_LATE);
		break;
	case ROW_FIN:
		close_side(p, r->dir);
		break;
	case ROW_END:
		end(p, argument);
		break;
	default:
		flush(p);
		p->ack = r->kind;
		p->fixed = p->sent[FLOW_SERVER];
		break;
	}
}

static void play(struct smtp_decoder *decoder, struct output *o, struct span in, bool single)
{
	static const uint8_t strange[4] = {192, 0, 2, 7}, trusted[4] = {198, 51, 100, 7},
			     proxy[4] = {198, 51, 100, 8}, server[4] = {198, 51, 100, 25};
	uint8_t setup = in.p[0];
	struct play p = {.single = single, .ack = ROW_ACK_ALL, .out = o, .now = NS_PER_S};

	o->len = 0;
	o->any = o->over = false;
	o->first_time = p.now;
	p.flow = (struct flow_info){
		.client = addr_from_v4(setup & SETUP_TRUSTED ? trusted
				       : setup & SETUP_PROXY ? proxy
							     : strange),
		.server = addr_from_v4(server),
		.client_port = 40000,
		.server_port = setup & SETUP_465 ? 465 : 25,
		.midstream = setup & SETUP_MIDSTREAM,
		.first_time = p.now,
		.last_time = p.now,
		.packets = {2, 1},
	};
	if (!p.flow.midstream) {
		p.flow.syn.seen = true;
		p.flow.syn_time = p.flow.synack_time = p.now;
	}
	p.session = smtp_session_open(decoder, &p.flow);
	must(p.session != NULL);
	in = span_head(span_skip(in, 1), (size_t)2 * STEPS);
	for (; in.len >= 2 && p.session; in = span_skip(in, 2))
		step(&p, &rows[in.p[0] % ROWS], in.p[1]);
	if (p.session)
		end(&p, FLOW_END_INPUT);
}

static struct smtp_decoder *decoder_create(struct output **to, uint32_t contexts)
{
	static struct cidr peer, proxy;
	struct smtp_decoder_config config = {.emit = on_record,
		.cookie = to,
		.want_recipients = true,
		.want_sha256 = true,
		.trust = {.proxies = {&proxy, 1}, .peers = {&peer, 1}},
		.message_contexts = contexts};

	must(cidr_parse(span_str("198.51.100.7"), &peer) == 1);
	must(cidr_parse(span_str("198.51.100.8"), &proxy) == 1);
	return smtp_decoder_create(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Made once: that takes longer than an input does. */
	static struct output whole, single, *to;
	static struct smtp_decoder *decoders[2];
	struct smtp_decoder *d;

	if (!decoders[0]) {
		decoders[0] = decoder_create(&to, 4);
		decoders[1] = decoder_create(&to, 1);
		must(decoders[0] && decoders[1]);
	}
	if (size == 0)
		return 0;
	d = decoders[data[0] & SETUP_SCARCE ? 1 : 0];
	to = &whole;
	play(d, to, span_of(data, size), false);
	to = &single;
	play(d, to, span_of(data, size), true);
	must(whole.len == single.len && memcmp(whole.bytes, single.bytes, whole.len) == 0);
	return 0;
}
