/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks feed_one_sided and capture_loss: what the tap does not show (contract 1.7). Neither says
 * anything of a source; both tell whoever runs the sensor why it judges with less.
 */
#include "heuristics/checks.h"

/* A sensor alert has no life: it opens, and says what to do about the tap. */
static void tell(struct judge *j, enum check_id id, int64_t value, int64_t threshold,
	const char *text, const struct session_record *r)
{
	const struct check *check = check_get(id);
	struct reason reason = {.check = check->id,
		.value = value,
		.threshold = threshold,
		.unit = check->unit,
		.text = span_str(text)};
	struct alert a = {.type = ALERT_SENSOR,
		.state = ALERT_OPEN,
		.severity = SEVERITY_LOW,
		.time = r->r.time,
		.first_seen = r->flow.first_time,
		.last_seen = r->r.time,
		.reasons = &reason,
		.reason_count = 1};

	alert_book_id(ALERT_SENSOR, span_str(check->id), r->r.time, a.id);
	if (alert_book_allows(j->book, ALERT_SENSOR, r->r.time) && j->out.alert)
		j->out.alert(j->out.cookie, &a);
}

/* Told again only where the feed was whole in between. */
static void one_sided(struct judge *j, const struct session_record *r)
{
	static const char why[] = "of the latest 100 connections hardly any showed both directions: "
				  "let the mirror copy what is received and what is sent, or watch "
				  "both links (-i IFACE -i IFACE); until then nothing decides alone";
	int64_t both = (int64_t)j->feed.both_count * 1000 / FEED_FLOWS;

	if (j->feed.seen < FEED_FLOWS)
		return;
	if (!feed_is_one_sided(&j->feed)) {
		j->one_sided_told &= both < 500;
		return;
	}
	if (j->one_sided_told)
		return;
	j->one_sided_told = true;
	tell(j, CHECK_FEED_ONE_SIDED, both, FEED_ONE_SIDED_PERMILLE, why, r);
}

static void loss(struct judge *j, const struct session_record *r)
{
	static const char why[] = "bytes that the receiver acknowledged were not seen: the mirror or "
				  "the sensor is overloaded (a larger ring, -B, and a narrower "
				  "filter, -f, help the sensor; a mirror needs a faster link)";
	struct feed_loss l;

	if (!feed_note_loss(&j->feed, r->flow.payload[0] + r->flow.payload[1], r->flow.lost, &l))
		return;
	if (l.permille < j->values.v[PARAM_LOSS_PERMILLE] ||
		l.flows < j->values.v[PARAM_LOSS_SESSIONS]) {
		j->loss_told = false;
		return;
	}
	if (j->loss_told)
		return;
	j->loss_told = true;
	tell(j, CHECK_CAPTURE_LOSS, l.permille, j->values.v[PARAM_LOSS_PERMILLE], why, r);
}

void tap_judge(struct judge *j, const struct session_record *r)
{
	if (r->flow.payload[FLOW_CLIENT] + r->flow.payload[FLOW_SERVER] == 0)
		return;
	feed_note(&j->feed, r->flow.payload[FLOW_CLIENT] > 0 && r->flow.payload[FLOW_SERVER] > 0);
	one_sided(j, r);
	loss(j, r);
}
