/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"

enum summary_form run_report_form(const struct run *r)
{
	if (r->o->summary != SUMMARY_AUTO)
		return r->o->summary;
	return r->live || r->o->verbosity < 0 ? SUMMARY_NONE : SUMMARY_TEXT;
}

#define SOURCE_STATS 10
#define STATS_MAX (SOURCE_STATS + PIPELINE_STATS_MAX)

/* Every counter there is. Returns how many. */
static size_t all_stats(const struct run *r, struct stat_value ret[STATS_MAX])
{
	const struct stat_value source[SOURCE_STATS] = {
		{"capture.packets", r->in.packets},
		{"capture.bytes", r->in.bytes},
		{"capture.packets_received", r->in.received},
		{"capture.packets_dropped", r->in.dropped},
		{"capture.packets_if_dropped", r->in.if_dropped},
		{"capture.truncated", r->in.truncated},
		{"capture.damaged", r->in.damaged},
		{"capture.clock_steps_back", r->in.clock_steps_back},
		{"capture.files_left_out", r->in.left_out},
		{"outputs.lost", outputs_lost(r->outputs)},
	};

	memcpy(ret, source, sizeof(source));
	return SOURCE_STATS + pipeline_stats(r->pipeline, ret + SOURCE_STATS);
}

/* Live by the clock; in a replay its first packet. */
static nstime started(const struct run *r)
{
	return r->live ? r->started : pipeline_first_time(r->pipeline);
}

void run_report_stats(struct run *r, nstime now)
{
	struct stat_value all[STATS_MAX + 1];
	nstime start = started(r);
	size_t count = all_stats(r, all);

	all[count++] = (struct stat_value){
		"uptime_s", now > start ? (uint64_t)(now - start) / NS_PER_S : 0};
	emitter_stats(r->emitter, now, start, all, count);
}

void run_report_engine(struct run *r, nstime now, const char *action, const char *message)
{
	const struct stat_value values[] = {
		{"packets", r->in.packets},
		{"packets_dropped", r->in.dropped},
		{"sessions", pipeline_sessions(r->pipeline)},
		{"alerts", pipeline_alerts(r->pipeline)},
	};

	emitter_engine(r->emitter, now, started(r), action, message, values,
		sizeof(values) / sizeof(values[0]));
}

/* Counters worth a word to the reader of a summary: something was not seen, or was dropped. */
static const struct {
	const char *counter, *words;
} notice_rows[] = {
	{"capture.damaged", "captures that end in the middle, or damaged blocks"},
	{"capture.truncated", "frames cut by the snap length"},
	{"capture.packets_dropped", "packets dropped by the kernel"},
	{"capture.packets_if_dropped", "packets dropped by the interface"},
	{"capture.clock_steps_back", "packets whose time stepped back"},
	{"capture.files_left_out", "files in folders that are no captures"},
	{"capture.unknown_link", "frames of a link type that is not read"},
	{"capture.malformed", "malformed packets"},
	{"capture.cut", "packets whose headers the snap length has cut"},
	{"capture.fragmented_lost", "fragmented packets given up before they were whole"},
	{"capture.fragmented_pending", "fragmented packets that were not whole at the end"},
	{"capture.fragments_refused", "fragments that fit no packet"},
	{"capture.too_deep", "packets nested too deep"},
	{"capture.checksum_bad", "packets dropped for a wrong checksum"},
	{"capture.tunnels_capped", "packets of tunnels beyond those that records tell of"},
	{"capture.duplicates", "packets that the tap showed twice"},
	{"capture.queue_dropped", "packets dropped because decoding did not keep up"},
	{"tcp.flows_undecided", "connections whose protocol could not be told"},
	{"tcp.flows_evicted", "connections given up because the table was full"},
	{"tcp.sessions_evicted", "sessions given up because too many were open"},
	{"tcp.sessions_refused", "sessions not read because too many were open"},
	{"tcp.overlap_bytes", "bytes that came again with other content (the first copy won)"},
	{"tcp.out_of_window", "segments too far from their connection, left out"},
	{"tcp.after_fin_bytes", "bytes behind the end of their stream, left out"},
	{"tcp.lost_bytes", "bytes that their receivers acknowledged and the tap did not show"},
	{"tcp.reassembly_gaps", "holes in TCP streams"},
	{"tcp.reassembly_gap_bytes", "bytes lost in them"},
	{"tcp.reassembly_capped", "times that bytes out of order found no room"},
	{"tcp.guess_capped", "connections left undecided for lack of room"},
	{"smtp.messages_undecoded", "messages read without headers and text for lack of room"},
	{"smtp.lines_capped", "lines longer than is looked at"},
	{"smtp.headers_capped", "header sections longer than is looked at"},
	{"smtp.texts_capped", "texts longer than is digested"},
	{"smtp.mime_capped", "messages with more MIME parts or depth than is followed"},
	{"smtp.charsets_unknown", "texts and encoded words in charsets that are not known"},
	{"smtp.commands_pending_capped", "commands beyond what may await a reply"},
	{"smtp.hellos_capped", "TLS hellos and server certificates longer than is looked at"},
	{"smtp.records_full", "records that could not hold everything"},
	{"judge.sources_evicted", "sources whose card was written early for lack of room"},
	{"judge.clusters_evicted", "contents forgotten for lack of room"},
	{"judge.messages_late_facts", "messages judged before their DNS facts were in"},
	{"judge.messages_unknown_facts", "messages judged without DNS facts"},
	{"alerts.suppressed", "alerts held back by the limit of 30 a minute"},
	{"dns.refused", "packets on port 53 that are no DNS"},
	{"dns.streams_capped", "DNS connections not read to their end for lack of room"},
	{"outputs.lost", "lines that could not be written"},
};

#define NOTICES (sizeof(notice_rows) / sizeof(notice_rows[0]))

static size_t find_notices(const struct run *r, struct stat_value ret[NOTICES])
{
	struct stat_value all[STATS_MAX];
	size_t count = all_stats(r, all), n = 0;

	for (size_t k = 0; k < NOTICES; k++)
		for (size_t i = 0; i < count; i++)
			if (all[i].value && strcmp(all[i].name, notice_rows[k].counter) == 0)
				ret[n++] = (struct stat_value){
					notice_rows[k].words, all[i].value};
	return n;
}

static void print_summary(const struct run *r)
{
	struct stat_value notices[NOTICES];
	struct summary_input input = {.packets = r->in.packets,
		.bytes = r->in.bytes,
		.first = pipeline_first_time(r->pipeline),
		.last = pipeline_last_time(r->pipeline),
		.notices = notices,
		.notice_count = find_notices(r, notices),
		.frame = r->frames ? frame_map_find : NULL,
		.cookie = r->frames};
	struct winsize size = {0};
	char name[64];
	bool terminal = isatty(STDERR_FILENO) != 0;

	input.name = packet_source_name(r->source, 0);
	if (packet_source_count(r->source) > 1) {
		snprintf(name, sizeof(name), "%zu %s", packet_source_count(r->source),
			r->live ? "interfaces" : "captures");
		input.name = name;
	}
	if (run_report_form(r) == SUMMARY_JSON) {
		summary_print_json(r->summary, &input, stderr);
		return;
	}
	if (terminal)
		ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	summary_print_text(
		r->summary, &input, stderr, size.ws_col, terminal && !getenv("NO_COLOR"));
}

/* Live, the counters are always said at the end. */
static void report_live(const struct run *r)
{
	const struct packet_source_stats *in = &r->in;

	if (r->o->verbosity < 0)
		return;
	fprintf(stderr,
		"heloscope: %" PRIu64 " packets received, %" PRIu64 " dropped by the kernel, %" PRIu64
		" by the interface, %" PRIu64 " truncated\n",
		in->received, in->dropped, in->if_dropped, in->truncated);
}

/* Of several files the reader wants to know which are not whole. */
static void report_damage(const struct run *r)
{
	size_t count = packet_source_count(r->source);

	for (size_t i = 0; count > 1 && i < count; i++) {
		const char *why;
		uint64_t damage = packet_source_damage(r->source, i, &why);
		char shown[256];

		if (why)
			log_warning("%s", why);
		else if (damage)
			log_warning("capture file '%s' is damaged, or ends in the middle",
				log_safe(span_str(packet_source_name(r->source, i)), shown,
					sizeof(shown)));
	}
}

void run_report_end(const struct run *r)
{
	report_damage(r);
	if (r->summary)
		print_summary(r);
	if (r->live)
		report_live(r);
}
