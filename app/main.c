/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "app/options.h"
#include "app/run.h"
#include "app/run_verify.h"
#include "app/settings.h"
#include "base/log.h"
#include "capture/packet_source.h"
#include "heuristics/check.h"
#include "output/event_schema.h"

static int list_devices(void)
{
	char error[512];

	if (packet_source_list_devices(stdout, error) == 0)
		return EXIT_STATUS_OK;
	log_error("%s", error);
	return EXIT_STATUS_FAILURE;
}

static int explain(const char *id)
{
	const struct check *c = check_find(span_str(id));
	char shown[80];

	if (!c) {
		log_error("there is no check \"%s\"; heloscope --list-checks lists them",
			log_safe(span_str(id), shown, sizeof(shown)));
		return EXIT_STATUS_USAGE;
	}
	check_explain(stdout, c);
	return EXIT_STATUS_OK;
}

/* The modes that need no configuration. -1: the mode is another. */
static int answer(const struct options *o)
{
	switch (o->mode) {
	case MODE_HELP:
		options_print_help();
		return EXIT_STATUS_OK;
	case MODE_VERSION:
		puts("heloscope " HELOSCOPE_VERSION);
		return EXIT_STATUS_OK;
	case MODE_LIST_DEVICES:
		return list_devices();
	case MODE_LIST_CHECKS:
		check_list(stdout);
		return EXIT_STATUS_OK;
	case MODE_EXPLAIN:
		return explain(o->explain);
	case MODE_PRINT_SCHEMA:
		fputs(event_schema, stdout);
		return EXIT_STATUS_OK;
	default:
		return -1;
	}
}

static int run_configured(const struct options *o)
{
	struct settings_store *store;
	int status = EXIT_STATUS_OK;

	if (settings_load(o->config, o->assignments.items, o->assignments.count, &store) != 1)
		return EXIT_STATUS_USAGE;
	if (o->mode == MODE_DUMP_CONFIG)
		settings_dump(store, stdout);
	else if (run_verify(o, settings_get(store)) != 1)
		status = EXIT_STATUS_USAGE;
	else if (o->mode == MODE_REPLAY || o->mode == MODE_LIVE)
		status = run_capture(o, settings_get(store));
	else
		puts("configuration ok");
	settings_destroy(store);
	return status;
}

int main(int argc, char **argv)
{
	struct options o;
	int status;

	if (options_parse(argc, argv, &o) != 1)
		return EXIT_STATUS_USAGE;
	log_set_level((enum log_level)(LOG_LEVEL_WARNING + o.verbosity));
	status = answer(&o);
	if (status < 0)
		status = run_configured(&o);
	options_finish(&o);
	return status;
}
