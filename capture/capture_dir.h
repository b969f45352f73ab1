/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capture files of a folder, as programs that rotate their files leave them. What is no
 * capture by its first bytes, and files whose names begin with a dot, are left out; folders in it
 * are not looked into.
 */
#ifndef CAPTURE_CAPTURE_DIR_H
#define CAPTURE_CAPTURE_DIR_H

#include <stddef.h>

struct capture_dir {
	char **paths; /* in the order of their names, numbers in them by their value */
	size_t count;
	size_t left_out; /* files that are no captures */
};

/* 1 and *ret filled, for capture_dir_free(); -1 with a sentence in `error`. */
int capture_dir_list(const char *path, struct capture_dir *ret, char error[512]);
void capture_dir_free(struct capture_dir *d);

#endif
