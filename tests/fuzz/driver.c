/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over the files of the folders named, so that its corpus is an ordinary test.
 * Each input is also given in every prefix of up to 256 bytes, since truncation is what parsers
 * get wrong most.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PREFIXES 256

/* The target gets memory of exactly the input's size, so that a sanitizer sees any overread. */
static void run_one(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t size = 0, room = 0, n;

	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	do {
		if (size == room) {
			room = room ? room * 2 : 65536;
			data = realloc(data, room);
			if (!data)
				abort();
		}
		n = fread(data + size, 1, room - size, f);
		size += n;
	} while (n > 0);
	fclose(f);
	run_one(data, size);
	for (size_t k = 0; k < size && k < PREFIXES; k++)
		run_one(data, k);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int files = 0;

	for (int i = 1; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		struct dirent *e;
		char path[4096];

		if (!d) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		while ((e = readdir(d)) != NULL) {
			if (e->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			if (run_file(path) < 0)
				return 1;
			files++;
		}
		closedir(d);
	}
	if (files == 0) {
		fprintf(stderr, "no corpus files: nothing was tested\n");
		return 1;
	}
	printf("%u corpus files\n", files);
	return 0;
}
