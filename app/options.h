/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line. Stable: scripts rely on it.
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

enum exit_status {
	EXIT_STATUS_OK = 0,
	EXIT_STATUS_FAILURE = 1,
	EXIT_STATUS_USAGE = 2,
	EXIT_STATUS_ALERTS = 3,
	EXIT_STATUS_TRUNCATED = 4,
};

enum run_mode {
	MODE_NONE,
	MODE_REPLAY,
	MODE_LIVE,
	MODE_TEST_CONFIG,
	MODE_DUMP_CONFIG,
	MODE_LIST_DEVICES,
	MODE_LIST_CHECKS,
	MODE_EXPLAIN,
	MODE_PRINT_SCHEMA,
	MODE_VERSION,
	MODE_HELP,
};

enum summary_form {
	SUMMARY_AUTO, /* text in a replay, none live */
	SUMMARY_TEXT,
	SUMMARY_JSON,
	SUMMARY_NONE,
};

enum progress_form {
	PROGRESS_AUTO, /* a line on a terminal, else nothing but for long replays */
	PROGRESS_JSON,
	PROGRESS_NONE,
};

struct text_args {
	const char **items;
	size_t count;
};

struct options {
	enum run_mode mode;
	struct text_args files, interfaces, assignments, outputs;
	const char *config, *filter, *user, *write_file, *explain, *datasets, *card;
	struct addr card_addr; /* of `card` */
	bool dns_passive; /* DNS facts are taken from the traffic */
	int snaplen, buffer_bytes; /* 0: as configured */
	int fanout_group; /* 0: none */
	int checksums;		   /* enum checksum_mode; -1: as configured */
	int workers;		   /* 0: not given */
	enum summary_form summary;
	enum progress_form progress;
	bool strict, suggest_topology;
	bool shadow; /* alerts and campaigns are counted, and not written */
	int fail_severity; /* 0: no --fail-on-alert; else the least severity (heuristics/alert.h) */
	int verbosity;	   /* -1 quiet, 0, 1, 2 */
};

/*
 * Fills *ret from the arguments. 1, or -1 after a message on stderr (usage). The texts borrow
 * from `argv`; options_finish() frees the lists.
 */
int options_parse(int argc, char **argv, struct options *ret);
void options_finish(struct options *o);
void options_print_help(void);

#endif
