/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effective settings: configuration file, conf.d beside it, --set, defaults. What they mean
 * stands in heloscope.yaml(5); which there are, in setting_schema.c.
 */
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include <stdio.h>

#include "capture/checksum.h"
#include "heuristics/judge.h"

struct setting_output {
	const char *type; /* "file", "stdout" */
	const char *path, *format;
	unsigned int datasets; /* mask; 0: those of the command line */
};

enum setting_sha256 {
	SETTING_SHA256_AUTO, /* where the message dataset is written */
	SETTING_SHA256_ON,
	SETTING_SHA256_OFF,
};

struct settings {
	const char *sensor_name;
	struct topology topology;
	uint64_t memory; /* bytes */
	bool learning;
	struct cidr_list trusted_resolvers;
	enum setting_sha256 attachments_sha256;
	const char *hash_key_file; /* NULL: none */
	const char *filter;	   /* NULL: the default */
	int snaplen, buffer_bytes;
	enum checksum_mode checksums;
	const struct setting_output *outputs;
	size_t output_count;
	const struct check_override *overrides; /* every check's settings, defaults included */
	size_t override_count;
};

struct settings_store;

/*
 * Reads `file` (NULL: none) and FILE's directory's conf.d (files ending in .yaml) in the order of their names,
 * lays the assignments over them and loads the whole. 1, or -1 with every fault reported on
 * stderr, one line each.
 */
int settings_load(const char *file, const char *const *assignments, size_t assignment_count,
	struct settings_store **ret_store);
void settings_destroy(struct settings_store *s);

const struct settings *settings_get(const struct settings_store *s);
/* The canonical YAML: every setting with its effective value. No secret stands in it. */
void settings_dump(const struct settings_store *s, FILE *f);

#endif
