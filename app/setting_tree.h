/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings as they were written, before anybody knows what they mean: a tree of mappings, lists
 * and scalars, each with the place it came from. Read from YAML (libyaml) or from --set; later
 * trees are laid over earlier ones, mappings key by key, everything else as a whole.
 */
#ifndef APP_SETTING_TREE_H
#define APP_SETTING_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum setting_kind {
	SETTING_SCALAR,
	SETTING_LIST,
	SETTING_MAP,
};

/* A place to name in an error: "FILE:LINE:COLUMN", or "--set NAME". */
struct setting_origin {
	const char *source;
	uint32_t line, column; /* from 1; 0 where the source has none */
};

struct setting_node {
	enum setting_kind kind;
	struct setting_origin origin;
	const char *key;   /* in a mapping, else NULL */
	const char *value; /* of a scalar */
	struct setting_node *children, *next;
};

/* Errors are collected, one sentence each, and reported together. */
struct setting_errors {
	struct arena *arena;
	const char *lines[32];
	size_t count;
	size_t more; /* those that did not fit */
};

void setting_error(struct setting_errors *e, const struct setting_origin *o, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* No configuration file is larger (an alias or depth bomb is refused besides). */
#define SETTING_FILE_MAX (1024 * 1024)
#define SETTING_DEPTH_MAX 8

/*
 * Reads `text` (named `source` in errors) into `a`. NULL where it is no YAML mapping; what is
 * wrong stands in `errors`. An empty document is an empty mapping.
 */
struct setting_node *setting_tree_read(
	struct arena *a, const char *source, struct span text, struct setting_errors *errors);
/* The same for a file. */
struct setting_node *setting_tree_read_file(
	struct arena *a, const char *path, struct setting_errors *errors);
/*
 * "a.b=c" as a tree. The value stays one scalar; where the schema wants a list it is split at
 * commas there (setting_schema.h).
 */
struct setting_node *setting_tree_assign(
	struct arena *a, const char *assignment, struct setting_errors *errors);

/* Lays `over` on `under` (either may be NULL) and returns the result; both are used up. */
struct setting_node *setting_tree_merge(struct setting_node *under, struct setting_node *over);

/* The child of a mapping by key, or NULL. */
const struct setting_node *setting_child(const struct setting_node *map, const char *key);

#endif
