/* SPDX-License-Identifier: Apache-2.0 */
#include "app/counters.h"

#include <assert.h>

/* Where each counter lies. */
struct row {
	const char *name;
	size_t offset;
};

#define ROW(name, member)                               \
	{                                               \
		name, offsetof(struct counters, member) \
	}

static const struct row rows[] = {
	ROW("capture.ip_packets", decap.ip),
	ROW("capture.unknown_link", decap.nothing[DECAP_UNKNOWN_LINK]),
	ROW("capture.malformed", decap.nothing[DECAP_MALFORMED]),
	ROW("capture.not_ip", decap.nothing[DECAP_NOT_IP]),
	ROW("capture.fragments", decap.fragments),
	ROW("capture.fragmented_lost", decap.datagrams_lost),
	ROW("capture.fragmented_pending", decap.datagrams_pending),
	ROW("capture.fragments_refused", decap.nothing[DECAP_FRAGMENT_LOST]),
	ROW("capture.fragments_overlap_bytes", decap.overlap_bytes),
	ROW("capture.tunnelled", decap.tunnelled),
	ROW("capture.other_protocol", decap.nothing[DECAP_OTHER_PROTOCOL]),
	ROW("capture.cut", decap.nothing[DECAP_CUT]),
	ROW("capture.too_deep", decap.nothing[DECAP_TOO_DEEP]),
	ROW("capture.checksum_bad", checksum_bad),
	ROW("capture.checksum_unmade", lanes.capture.checksum_unmade),
	ROW("capture.duplicates", lanes.capture.duplicates),
	ROW("capture.tunnels_capped", lanes.capture.tunnels_capped),
	ROW("capture.queue_dropped", queue_dropped),
	ROW("tcp.segments", decap.tcp),
	ROW("tcp.flows_total", lanes.capture.flows),
	ROW("tcp.flows_active", lanes.capture.flows_active),
	ROW("tcp.flows_smtp", lanes.capture.flows_smtp),
	ROW("tcp.flows_not_smtp", lanes.capture.flows_not_smtp),
	ROW("tcp.flows_undecided", lanes.capture.flows_undecided),
	ROW("tcp.flows_evicted", lanes.capture.flows_evicted),
	ROW("tcp.sessions_evicted", lanes.capture.sessions_evicted),
	ROW("tcp.sessions_refused", lanes.capture.sessions_refused),
	ROW("tcp.flows_idle", lanes.capture.flows_idle),
	ROW("tcp.out_of_order", lanes.capture.out_of_order),
	ROW("tcp.retransmitted_bytes", lanes.capture.retransmitted_bytes),
	ROW("tcp.overlap_bytes", lanes.capture.overlap_bytes),
	ROW("tcp.out_of_window", lanes.capture.out_of_window),
	ROW("tcp.after_fin_bytes", lanes.capture.after_fin_bytes),
	ROW("tcp.resets_ignored", lanes.capture.resets_ignored),
	ROW("tcp.syns_ignored", lanes.capture.syns_ignored),
	ROW("tcp.payload_bytes", lanes.capture.payload_bytes),
	ROW("tcp.lost_bytes", lanes.capture.lost_bytes),
	ROW("capture.loss_permille", loss_permille),
	ROW("tcp.reassembly_gaps", lanes.capture.gaps),
	ROW("tcp.reassembly_gap_bytes", lanes.capture.gap_bytes),
	ROW("tcp.reassembly_capped", lanes.capture.reassembly_capped),
	ROW("tcp.guess_capped", lanes.capture.guess_capped),
	ROW("tcp.ndpi_asked", lanes.capture.ndpi_asked),
	ROW("tcp.ndpi_smtp", lanes.capture.ndpi_smtp),
	ROW("dns.datagrams", decap.udp),
	ROW("memory.capture_bytes", memory_capture),
	ROW("memory.queue_bytes", memory_queues),
	ROW("memory.session_bytes", lanes.decoder.bytes),
	ROW("smtp.sessions", lanes.decoder.sessions),
	ROW("smtp.tls_sessions", lanes.decoder.tls_sessions),
	ROW("smtp.sessions_asleep", lanes.decoder.sessions_asleep),
	ROW("smtp.sessions_packed", lanes.decoder.sessions_packed),
	ROW("smtp.sessions_cut", lanes.decoder.sessions_cut),
	ROW("smtp.blocks_short", lanes.decoder.blocks_short),
	ROW("smtp.messages", lanes.decoder.messages),
	ROW("smtp.messages_undecoded", lanes.decoder.messages_undecoded),
	ROW("smtp.lines_capped", lanes.decoder.lines_capped),
	ROW("smtp.headers_capped", lanes.decoder.headers_capped),
	ROW("smtp.texts_capped", lanes.decoder.texts_capped),
	ROW("smtp.mime_capped", lanes.decoder.mime_capped),
	ROW("smtp.charsets_unknown", lanes.decoder.charsets_unknown),
	ROW("smtp.commands_pending_capped", lanes.decoder.pending_capped),
	ROW("smtp.hellos_capped", lanes.decoder.hellos_capped),
	ROW("smtp.records_full", lanes.decoder.records_full),
	ROW("smtp.clients_claimed", lanes.decoder.clients_claimed),
	ROW("judge.sessions", judging.judge.sessions),
	ROW("judge.messages", judging.judge.messages),
	ROW("judge.dns_records", judging.judge.dns_records),
	ROW("judge.connects", judging.judge.connects),
	ROW("judge.sources", judging.judge.sources),
	ROW("judge.sources_evicted", judging.judge.sources_evicted),
	ROW("judge.clusters", judging.judge.clusters),
	ROW("judge.clusters_evicted", judging.judge.clusters_evicted),
	ROW("judge.messages_pending", judging.judge.messages_pending),
	ROW("judge.messages_late_facts", judging.judge.messages_late_facts),
	ROW("judge.messages_unknown_facts", judging.judge.messages_unknown_facts),
	ROW("alerts.open", judging.judge.alerts_open),
	ROW("alerts.campaigns_open", judging.judge.campaigns_open),
	ROW("alerts.suppressed", judging.judge.suppressed_alerts),
	ROW("memory.judge_bytes", judging.judge.bytes),
	ROW("dns.refused", lanes.dns_refused),
	ROW("dns.streams", lanes.dns_streams),
	ROW("dns.streams_capped", lanes.dns_capped),
	ROW("alerts.total", judging.alerts),
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
static_assert(ROWS <= COUNTERS_MAX, "they fit");

size_t counters_list(const struct counters *c, struct stat_value ret[COUNTERS_MAX])
{
	for (size_t i = 0; i < ROWS; i++) {
		ret[i].name = rows[i].name;
		memcpy(&ret[i].value, (const uint8_t *)c + rows[i].offset, sizeof(uint64_t));
	}
	return ROWS;
}
