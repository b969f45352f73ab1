/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which settings there are. One table, by which a tree as written (setting_tree.h) is checked,
 * every fault with its own place, and put into its canonical form: all settings, defaults
 * included, as YAML text. That text is what --dump-config prints and what is loaded.
 */
#ifndef APP_SETTING_SCHEMA_H
#define APP_SETTING_SCHEMA_H

#include <stdio.h>

#include "app/setting_tree.h"

enum setting_type {
	SETTING_TYPE_MAP,
	SETTING_TYPE_SCALAR,
	SETTING_TYPE_LIST,  /* of scalars */
	SETTING_TYPE_ITEMS, /* a list of mappings */
	SETTING_TYPE_CHECKS, /* checks.<check>.<setting>: heuristics/check.h is the table */
};

struct setting_schema {
	const char *name;
	enum setting_type type;
	const struct setting_schema *fields; /* of a mapping or of a list's items; ends in {0} */
	const char *fallback; /* of a scalar: the default; NULL: must be given */
	/* 1, or -1 where the text is no value of this setting. NULL: any text. */
	int (*valid)(const char *text);
	const char *wants; /* what a valid text is: "is not WANTS" */
	const char *help;
};

const struct setting_schema *setting_schema_root(void);

/* Appends what is wrong with `tree` (NULL: nothing was set) to `errors`. */
void setting_schema_check(const struct setting_node *tree, struct setting_errors *errors);
/* Writes the canonical form of a tree that was checked. */
void setting_schema_write(const struct setting_node *tree, FILE *f);

#endif
