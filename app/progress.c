/* SPDX-License-Identifier: Apache-2.0 */
#include "app/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define TERMINAL_INTERVAL (NS_PER_S / 2)
#define LOG_INTERVAL (30 * NS_PER_S)

static int64_t monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int64_t interval(const struct progress *p)
{
	return p->form == PROGRESS_AUTO && p->terminal ? TERMINAL_INTERVAL : LOG_INTERVAL;
}

void progress_start(struct progress *p, enum progress_form form, int verbosity)
{
	*p = (struct progress){.form = verbosity < 0 ? PROGRESS_NONE : form,
		.terminal = isatty(STDERR_FILENO) != 0,
		.start_ns = monotonic()};
	p->next_ns = p->start_ns + interval(p);
}

struct rates {
	double seconds, percent, mb, mb_s, packets_s, eta;
};

static struct rates rates_of(const struct progress *p, int64_t now,
	const struct packet_source_stats *in)
{
	struct rates r = {.seconds = (double)(now - p->start_ns) / NS_PER_S,
		.mb = (double)in->bytes / 1e6};

	r.mb_s = r.mb / r.seconds;
	r.packets_s = (double)in->packets / r.seconds;
	if (in->file_bytes_total) {
		r.percent = 100.0 * (double)in->file_bytes_read / (double)in->file_bytes_total;
		if (r.percent > 0)
			r.eta = r.seconds * (100.0 - r.percent) / r.percent;
	}
	return r;
}

static void show_text(struct progress *p, const struct rates *r,
	const struct packet_source_stats *in, const struct pipeline *l)
{
	char time[NSTIME_RFC3339_SIZE], head[32] = "", tail[32] = "";

	nstime_rfc3339(pipeline_last_time(l), time);
	time[19] = '\0'; /* seconds are enough here */
	if (in->file_bytes_total) {
		snprintf(head, sizeof(head), "%5.1f %%  ", r->percent);
		snprintf(tail, sizeof(tail), "  %.0f s left", r->eta);
	}
	fprintf(stderr,
		"%s%s%s  %.0f MB/s  %.0f packets/s  %" PRIu64 " sessions  %" PRIu64 " alerts%s%s",
		p->terminal ? "\r\033[K" : "heloscope: ", head, time, r->mb_s, r->packets_s,
		pipeline_sessions(l), pipeline_alerts(l), tail, p->terminal ? "" : "\n");
	p->shown = p->terminal;
}

static void show_json(const struct rates *r, const struct packet_source_stats *in,
	const struct pipeline *l)
{
	char time[NSTIME_RFC3339_SIZE];

	fprintf(stderr,
		"{\"progress\":{\"bytes_read\":%" PRIu64 ",\"bytes_total\":%" PRIu64
		",\"packets\":%" PRIu64 ",\"packet_time\":\"%s\",\"seconds\":%.1f,\"sessions\":%" PRIu64
		",\"alerts\":%" PRIu64 "}}\n",
		in->file_bytes_read, in->file_bytes_total, in->packets,
		nstime_rfc3339(pipeline_last_time(l), time), r->seconds, pipeline_sessions(l),
		pipeline_alerts(l));
}

void progress_show(struct progress *p, const struct packet_source_stats *in, const struct pipeline *l)
{
	int64_t now = monotonic();
	struct rates r;

	if (p->form == PROGRESS_NONE || now < p->next_ns)
		return;
	p->next_ns = now + interval(p);
	r = rates_of(p, now, in);
	if (p->form == PROGRESS_JSON)
		show_json(&r, in, l);
	else
		show_text(p, &r, in, l);
	fflush(stderr);
}

void progress_finish(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = false;
}
