/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run_verify.h"

#include "app/outputs.h"
#include "app/privileges.h"
#include "app/pseudonym_key.h"
#include "base/log.h"
#include "capture/packet_filter.h"

static int verify_filter(const char *expression, bool option)
{
	struct packet_filter *f = packet_filter_create(expression);
	char why[256], shown[160];
	int ok;

	if (!f) {
		log_error("cannot check the filter: memory is short");
		return -1;
	}
	ok = packet_filter_check_form(f, why);
	packet_filter_destroy(f);
	if (ok == 0)
		return 1;
	log_error("bad filter '%s' (%s): %s; pcap-filter(7) has the grammar",
		log_safe(span_str(expression), shown, sizeof(shown)),
		option ? "-f" : "capture.filter", why);
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
