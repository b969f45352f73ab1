/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/packet_live.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/fanout.h"
#include "capture/filter_text.h"

#define DEFAULT_SNAPLEN 262144
#define DEFAULT_BUFFER (64 * 1024 * 1024)
#define TIMEOUT_MS 100 /* after which the kernel hands on a block that is not full */
/* By when every packet that bears a time stamp has shown itself. */
#define LATENESS ((TIMEOUT_MS + 50) * NS_PER_MS)

struct device {
	const char *name;
	pcap_t *pcap;
	int link_type;
	nstime fraction; /* nanoseconds a unit of tv_usec */
	bool has_head;
	struct packet head;
	nstime empty_at; /* by the wall clock, when it last had nothing */
	struct pcap_stat last;
	struct packet_live_stats stats;
};

struct packet_live {
	struct device *devices;
	struct pollfd *polls;
	size_t count;
	size_t taken; /* whose head was handed out, or count */
	volatile sig_atomic_t broken;
	char error[512];
};

static nstime wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (nstime)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* What to do about the failures that a user can mend. */
static void say_why(const char *name, int rc, pcap_t *p, char error[512])
{
	char self[256];
	ssize_t n;

	switch (rc) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		n = readlink("/proc/self/exe", self, sizeof(self));
		snprintf(error, 512,
			"cannot capture on '%s': no permission; run as root, or once: "
			"setcap cap_net_raw+ep %.*s",
			name, n > 0 ? (int)n : 9, n > 0 ? self : "heloscope");
		break;
	case PCAP_ERROR_NO_SUCH_DEVICE:
		snprintf(error, 512,
			"cannot capture on '%s': there is no such interface; -D lists them", name);
		break;
	case PCAP_ERROR_IFACE_NOT_UP:
		snprintf(error, 512, "cannot capture on '%s': it is down; ip link set %s up", name,
			name);
		break;
	default:
		snprintf(error, 512, "cannot capture on '%s': %s", name,
			p && *pcap_geterr(p) ? pcap_geterr(p) : pcap_statustostr(rc));
	}
}

static int compile(struct device *d, const char *text, struct bpf_program *ret)
{
	return pcap_compile(d->pcap, ret, text, 1, PCAP_NETMASK_UNKNOWN);
}

/* `filter` for tagged frames, too; as it was given where libpcap will not have it so. */
static int set_filter(struct device *d, const char *filter, char error[512])
{
	char *text = filter ? filter_text_tagged(filter, d->link_type)
			    : filter_text_default(d->link_type);
	struct bpf_program code;
	int rc = text ? compile(d, text, &code) : -1;

	free(text);
	if (rc < 0 && filter)
		rc = compile(d, filter, &code);
	if (rc < 0) {
		snprintf(error, 512, "bad filter '%.200s' for '%s': %s", filter ? filter : "default",
			d->name, pcap_geterr(d->pcap));
		return -1;
	}
	rc = pcap_setfilter(d->pcap, &code);
	pcap_freecode(&code);
	if (rc < 0)
		snprintf(error, 512, "cannot set the filter on '%s': %s", d->name,
			pcap_geterr(d->pcap));
	return rc;
}

static int activate(struct device *d, const struct live_options *o, char error[512])
{
	char why[PCAP_ERRBUF_SIZE];
	int rc;

	d->pcap = pcap_create(d->name, why);
	if (!d->pcap) {
		snprintf(error, 512, "cannot capture on '%s': %s", d->name, why);
		return -1;
	}
	pcap_set_snaplen(d->pcap, o && o->snaplen > 0 ? o->snaplen : DEFAULT_SNAPLEN);
	pcap_set_buffer_size(d->pcap, o && o->buffer_bytes > 0 ? o->buffer_bytes : DEFAULT_BUFFER);
	pcap_set_timeout(d->pcap, TIMEOUT_MS);
	pcap_set_promisc(d->pcap, !(o && o->no_promiscuous));
	pcap_set_tstamp_precision(d->pcap, PCAP_TSTAMP_PRECISION_NANO);
	rc = pcap_activate(d->pcap);
	if (rc < 0) { /* above 0 are warnings: not promiscuous, no such type of time stamps */
		say_why(d->name, rc, d->pcap, error);
		return -1;
	}
	d->fraction =
		pcap_get_tstamp_precision(d->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : NS_PER_US;
	d->link_type = pcap_datalink(d->pcap);
	return 0;
}

static int join_group(struct device *d, uint32_t group, char error[512])
{
	if (group <= FANOUT_GROUP_MAX && fanout_join(d->pcap, (uint16_t)group) == 0)
		return 0;
	snprintf(error, 512,
		"cannot join fanout group %u on '%s': %s; all of its members must watch the same "
		"interface, and be heloscope",
		group, d->name, group > FANOUT_GROUP_MAX ? "it is above 65535" : strerror(errno));
	return -1;
}

static int open_device(struct packet_live *l, size_t i, const char *filter,
	const struct live_options *o, char error[512])
{
	struct device *d = &l->devices[i];
	char why[PCAP_ERRBUF_SIZE];

	if (activate(d, o, error) < 0)
		return -1;
	if (o && o->fanout_group && join_group(d, o->fanout_group + (uint32_t)i, error) < 0)
		return -1;
	if (set_filter(d, filter, error) < 0)
		return -1;
	l->polls[i] = (struct pollfd){.events = POLLIN};
	/* TPACKET_V3 wakes nobody while its block is empty, so the waiting is done here. */
	if (pcap_setnonblock(d->pcap, 1, why) < 0) {
		snprintf(error, 512, "cannot capture on '%s': %s", d->name, why);
		return -1;
	}
	return 0;
}

struct packet_live *packet_live_open(const char *const *interfaces, size_t count,
	const char *filter, const struct live_options *options, char error[512])
{
	struct packet_live *l = calloc(1, sizeof(*l));

	if (!l)
		goto short_of_memory;
	l->devices = calloc(count ? count : 1, sizeof(*l->devices));
	l->polls = calloc(count ? count : 1, sizeof(*l->polls));
	if (!l->devices || !l->polls)
		goto short_of_memory;
	l->count = l->taken = count;
	for (size_t i = 0; i < count; i++) {
		l->devices[i].name = interfaces[i];
		if (open_device(l, i, filter, options, error) < 0)
			goto fail;
	}
	return l;
short_of_memory:
	snprintf(error, 512, "cannot open %zu interfaces: memory is short", count);
fail:
	packet_live_close(l);
	return NULL;
}

void packet_live_close(struct packet_live *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++) {
		if (l->devices[i].pcap)
			pcap_close(l->devices[i].pcap);
	}
	free(l->devices);
	free(l->polls);
	free(l);
}

/* 1 and the head filled, 0 where there is nothing now, -1 where the device failed. */
static int read_head(struct packet_live *l, struct device *d)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int rc = pcap_next_ex(d->pcap, &h, &bytes);

	if (rc == PCAP_ERROR_BREAK)
		return 0;
	if (rc < 0) {
		snprintf(l->error, sizeof(l->error), "capture on '%s' ended: %s", d->name,
			pcap_geterr(d->pcap));
		return -1;
	}
	if (rc == 0)
		return 0;
	d->head.time = (nstime)h->ts.tv_sec * NS_PER_S + (nstime)h->ts.tv_usec * d->fraction;
	d->head.link_type = d->link_type;
	d->head.bytes = span_of(bytes, h->caplen);
	d->head.wire_len = h->len > h->caplen ? h->len : h->caplen;
	d->head.interface = 0;
	d->head.file_index = (uint64_t)(d - l->devices);
	d->has_head = true;
	return 1;
}

/* The device with the earliest head, or NULL. */
static struct device *earliest(struct packet_live *l)
{
	struct device *best = NULL;

	for (size_t i = 0; i < l->count; i++) {
		struct device *d = &l->devices[i];

		if (d->has_head && (!best || d->head.time < best->head.time))
			best = d;
	}
	return best;
}

/*
 * Asks every device that has no head for one, but for those that were empty late enough that
 * nothing can come of them before `t`. -1 where one failed.
 */
static int fill_heads(struct packet_live *l, nstime t)
{
	for (size_t i = 0; i < l->count; i++) {
		struct device *d = &l->devices[i];
		nstime now;
		int rc;

		if (d->has_head || d->empty_at - LATENESS > t)
			continue;
		now = wall_clock();
		rc = read_head(l, d);
		if (rc < 0)
			return -1;
		if (rc == 0)
			d->empty_at = now;
	}
	return 0;
}

/* May `first` go, or can another device yet come up with something earlier? */
static bool may_go(const struct packet_live *l, const struct device *first)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct device *d = &l->devices[i];

		if (!d->has_head && d->empty_at - LATENESS <= first->head.time)
			return false;
	}
	return true;
}

/* Sleeps until a device that is empty has something, or for the timeout. */
static void wait_for_any(struct packet_live *l, int ms)
{
	for (size_t i = 0; i < l->count; i++) {
		int fd = pcap_get_selectable_fd(l->devices[i].pcap);

		l->polls[i].fd = l->devices[i].has_head ? -1 : fd;
	}
	poll(l->polls, l->count, ms);
}

static int next_of_one(struct packet_live *l, struct packet *ret)
{
	struct device *d = &l->devices[0];
	int rc = read_head(l, d);

	if (rc == 0) {
		wait_for_any(l, TIMEOUT_MS);
		rc = l->broken ? 0 : read_head(l, d);
	}
	if (rc != 1)
		return rc < 0 ? -1 : l->broken ? 0 : 2;
	*ret = d->head;
	l->taken = 0;
	return 1;
}

static int next_of_several(struct packet_live *l, struct packet *ret)
{
	nstime begin = wall_clock();

	while (!l->broken) {
		struct device *first = earliest(l);

		if (fill_heads(l, first ? first->head.time : NSTIME_MAX) < 0)
			return -1;
		first = earliest(l);
		if (first && may_go(l, first)) {
			*ret = first->head;
			l->taken = (size_t)(first - l->devices);
			return 1;
		}
		if (!first && wall_clock() - begin >= TIMEOUT_MS * NS_PER_MS)
			return 2;
		wait_for_any(l, first ? TIMEOUT_MS / 10 : TIMEOUT_MS);
	}
	return 0;
}

int packet_live_next(struct packet_live *l, struct packet *ret)
{
	if (l->taken < l->count) {
		l->devices[l->taken].has_head = false;
		l->taken = l->count;
	}
	if (l->broken)
		return 0;
	return l->count == 1 ? next_of_one(l, ret) : next_of_several(l, ret);
}

const char *packet_live_error(const struct packet_live *l)
{
	return l->error;
}

void packet_live_break(struct packet_live *l)
{
	l->broken = 1;
	for (size_t i = 0; i < l->count; i++)
		pcap_breakloop(l->devices[i].pcap);
}

/* libpcap counts in 32 bits; they may wrap, so only differences are good. */
struct packet_live_stats packet_live_get_stats(struct packet_live *l)
{
	struct packet_live_stats sum = {0};

	for (size_t i = 0; i < l->count; i++) {
		struct device *d = &l->devices[i];
		struct pcap_stat now;

		if (pcap_stats(d->pcap, &now) == 0) {
			d->stats.received += (uint32_t)(now.ps_recv - d->last.ps_recv);
			d->stats.dropped += (uint32_t)(now.ps_drop - d->last.ps_drop);
			d->stats.if_dropped += (uint32_t)(now.ps_ifdrop - d->last.ps_ifdrop);
			d->last = now;
		}
		sum.received += d->stats.received;
		sum.dropped += d->stats.dropped;
		sum.if_dropped += d->stats.if_dropped;
	}
	return sum;
}
