/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/envelope_params.h"

#include "smtp_decode/message_record.h"

/* The registry of SMTP service extensions, then what servers in use add. */
static const char *const known[] = {
	"SIZE",
	"BODY",
	"SMTPUTF8",
	"RET",
	"ENVID",
	"AUTH",
	"NOTIFY",
	"ORCPT",
	"REQUIRETLS",
	"BY",
	"HOLDFOR",
	"HOLDUNTIL",
	"MT-PRIORITY",
	"SUBMITTER",
	"SOLICIT",
	"TRANSID",
	"MTRK",
	"CONPERM",
	"CONNEG",
	"RRVS",
	"ALT-ADDRESS",
	"XVERP",
	"XOORG",
	"XSHADOW",
	"XATTRDIRECT",
	"XMESSAGECONTEXT",
};

#define KNOWN (sizeof(known) / sizeof(known[0]))

_Static_assert(KNOWN + LIMIT_PARAMETERS_UNKNOWN <= UINT8_MAX, "a name is a number");

static uint8_t find_known(struct span keyword)
{
	uint8_t i = 0;

	while (i < KNOWN && !span_ieq_str(keyword, known[i]))
		i++;
	return i;
}

/* RFC 5321 4.1.2, esmtp-keyword. */
static bool is_keyword(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.p[i] | 0x20;
		bool alnum = (c >= 'a' && c <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');

		if (!alnum && (i == 0 || s.p[i] != '-'))
			return false;
	}
	return s.len > 0;
}

/* The number of a name that is not registered, added where it is new; or -1. */
static int take_unknown(struct envelope_params *p, struct span keyword)
{
	uint8_t *text;

	for (uint8_t i = 0; i < p->unknown; i++) {
		if (span_ieq(keyword, span_of(p->texts[i], p->lengths[i])))
			return (int)KNOWN + i;
	}
	if (p->unknown == LIMIT_PARAMETERS_UNKNOWN || p->count == LIMIT_PARAMETERS ||
		keyword.len > LIMIT_PARAMETER_NAME) {
		p->capped = true;
		return -1;
	}
	text = p->texts[p->unknown];
	for (size_t i = 0; i < keyword.len; i++) {
		uint8_t c = keyword.p[i];

		text[i] = c >= 'a' && c <= 'z' ? (uint8_t)(c & ~0x20) : c;
	}
	p->lengths[p->unknown] = (uint8_t)keyword.len;
	return (int)KNOWN + p->unknown++;
}

static void add(struct envelope_params *p, int name)
{
	if (name < 0 || memchr(p->names, name, p->count))
		return;
	if (p->count < LIMIT_PARAMETERS)
		p->names[p->count++] = (uint8_t)name;
	else
		p->capped = true;
}

static void read_body(struct envelope_params *p, struct span value)
{
	static const char *const bodies[] = {
		[MESSAGE_BODY_7BIT] = "7BIT",
		[MESSAGE_BODY_8BITMIME] = "8BITMIME",
		[MESSAGE_BODY_BINARYMIME] = "BINARYMIME",
	};

	for (uint8_t i = MESSAGE_BODY_7BIT; i <= MESSAGE_BODY_BINARYMIME; i++) {
		if (span_ieq_str(value, bodies[i]))
			p->body = i;
	}
}

void envelope_params_add(struct envelope_params *p, const struct smtp_path *path)
{
	struct span params = path->params, keyword, value;

	while (smtp_param_next(&params, &keyword, &value)) {
		uint8_t name = find_known(keyword);

		if (name < KNOWN)
			add(p, name);
		else if (path->well_formed && value.len > 0 && is_keyword(keyword))
			add(p, take_unknown(p, keyword));
		if (span_ieq_str(keyword, "BODY"))
			read_body(p, value);
	}
}

struct span envelope_params_name(const struct envelope_params *p, uint8_t i, bool *ret_known)
{
	uint8_t name = p->names[i];

	*ret_known = name < KNOWN;
	if (*ret_known)
		return span_str(known[name]);
	return span_of(p->texts[name - KNOWN], p->lengths[name - KNOWN]);
}
