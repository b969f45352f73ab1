/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/packet_file.h"

static int add(struct capture_dir *d, char *path)
{
	char **more = realloc(d->paths, (d->count + 1) * sizeof(*more));

	if (!more)
		return -1;
	d->paths = more;
	d->paths[d->count++] = path;
	return 1;
}

/* -1 where memory is short. */
static int take(struct capture_dir *d, const char *folder, const char *name)
{
	struct stat st;
	char *path;

	if (name[0] == '.')
		return 1;
	if (asprintf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name) <
		0)
		return -1;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		if (packet_file_is_capture(path))
			return add(d, path);
		d->left_out++;
	}
	free(path);
	return 1;
}

static int by_name(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int capture_dir_list(const char *path, struct capture_dir *ret, char error[512])
{
	struct capture_dir d = {0};
	DIR *dir = opendir(path);
	const struct dirent *e;
	int ok = 1;

	if (!dir) {
		snprintf(error, 512, "cannot list folder '%s': %s", path, strerror(errno));
		return -1;
	}
	while (ok == 1 && (e = readdir(dir)) != NULL)
		ok = take(&d, path, e->d_name);
	closedir(dir);
	if (ok != 1)
		snprintf(error, 512, "cannot list folder '%s': memory is short", path);
	else if (d.count == 0)
		snprintf(error, 512, "no capture file lies in folder '%s'", path);
	if (ok != 1 || d.count == 0) {
		capture_dir_free(&d);
		return -1;
	}
	qsort(d.paths, d.count, sizeof(*d.paths), by_name);
	*ret = d;
	return 1;
}

void capture_dir_free(struct capture_dir *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->paths[i]);
	free(d->paths);
	memset(d, 0, sizeof(*d));
}
