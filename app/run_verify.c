/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run_verify.h"

#include <pcap/dlt.h>

#include "app/outputs.h"
#include "app/privileges.h"
#include "app/pseudonym_key.h"
#include "base/log.h"
#include "capture/packet_filter.h"

/* A filter may be for one link type alone; for none of these it is not well-formed. */
static const int link_types[] = {DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL, DLT_IEEE802_11};

#define LINK_TYPES (sizeof(link_types) / sizeof(link_types[0]))

static int verify_filter(const char *expression, bool option)
{
	struct packet_filter *f = packet_filter_create(expression);
	char why[LINK_TYPES][256], shown[160];
	size_t bad = 0;

	if (!f) {
		log_error("cannot check the filter: memory is short");
		return -1;
	}
	while (bad < LINK_TYPES && packet_filter_check(f, link_types[bad], why[bad]) < 0)
		bad++;
	packet_filter_destroy(f);
	if (bad < LINK_TYPES)
		return 1;
	log_error("bad filter '%s' (%s): %s; pcap-filter(7) has the grammar",
		log_safe(span_str(expression), shown, sizeof(shown)),
		option ? "-f" : "capture.filter", why[0]);
	return -1;
}

int run_verify(const struct options *o, const struct settings *s)
{
	const char *filter = o->filter ? o->filter : s->filter;
	uint8_t key[32];
	char error[512];
	int ok = outputs_verify(o, s);

	if (filter && verify_filter(filter, o->filter) != 1)
		ok = -1;
	if (pseudonym_key_load(s->hash_key_file, key, error) != 1) {
		log_error("%s", error);
		ok = -1;
	}
	explicit_bzero(key, sizeof(key));
	if (o->user && privileges_find(o->user, error) != 1) {
		log_error("%s", error);
		ok = -1;
	}
	return ok;
}
