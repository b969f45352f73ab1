/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/packet_filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/filter_text.h"

#define LINK_TYPES 32 /* programs kept; packets of further link types do not match */
#define SNAPLEN 262144

struct program {
	int link_type;
	bool good;
	struct bpf_program code;
	char why[256];
};

struct packet_filter {
	char *expression;
	size_t count, last; /* programs; the one used last */
	struct program programs[LINK_TYPES];
};

struct packet_filter *packet_filter_create(const char *expression)
{
	struct packet_filter *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->expression = strdup(expression);
	if (!f->expression) {
		free(f);
		return NULL;
	}
	return f;
}

void packet_filter_destroy(struct packet_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		if (f->programs[i].good)
			pcap_freecode(&f->programs[i].code);
	}
	free(f->expression);
	free(f);
}

/* Instead of the plain program, where there is one. */
static void compile_tagged(pcap_t *dead, const char *expression, struct program *g)
{
	char *text = filter_text_tagged(expression, g->link_type);
	struct bpf_program code;

	if (text && strcmp(text, expression) != 0 &&
		pcap_compile(dead, &code, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		pcap_freecode(&g->code);
		g->code = code;
	}
	free(text);
}

static void compile(const char *expression, struct program *g)
{
	pcap_t *dead = pcap_open_dead(g->link_type, SNAPLEN);

	if (!dead) {
		snprintf(g->why, sizeof(g->why), "memory is short");
		return;
	}
	/* What is wrong with it is best said of the expression as it was given. */
	g->good = pcap_compile(dead, &g->code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!g->good)
		snprintf(g->why, sizeof(g->why), "%s", pcap_geterr(dead));
	else
		compile_tagged(dead, expression, g);
	pcap_close(dead);
}

static struct program *program_for(struct packet_filter *f, int link_type)
{
	struct program *g;

	if (f->count > 0 && f->programs[f->last].link_type == link_type)
		return &f->programs[f->last];
	for (f->last = 0; f->last < f->count; f->last++) {
		if (f->programs[f->last].link_type == link_type)
			return &f->programs[f->last];
	}
	if (f->count == LINK_TYPES) {
		f->last = 0;
		return NULL;
	}
	g = &f->programs[f->count++];
	g->link_type = link_type;
	compile(f->expression, g);
	return g;
}

int packet_filter_check(struct packet_filter *f, int link_type, char why[256])
{
	const struct program *g = program_for(f, link_type);

	if (g && g->good)
		return 0;
	snprintf(why, 256, "%s", g ? g->why : "too many link types");
	return -1;
}

int packet_filter_check_form(struct packet_filter *f, char why[256])
{
	static const int others[] = {DLT_RAW, DLT_LINUX_SLL, DLT_IEEE802_11};
	char ignored[256];

	if (packet_filter_check(f, DLT_EN10MB, why) == 0)
		return 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (packet_filter_check(f, others[i], ignored) == 0)
			return 0;
	return -1;
}

bool packet_filter_matches(struct packet_filter *f, const struct packet *p)
{
	const struct program *g = program_for(f, p->link_type);
	struct pcap_pkthdr h = {.caplen = (bpf_u_int32)p->bytes.len, .len = p->wire_len};

	return g && g->good && pcap_offline_filter(&g->code, &h, p->bytes.p) > 0;
}
