/* SPDX-License-Identifier: Apache-2.0 */
#include "output/file_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH_BYTES (256 * 1024)
#define FILE_MODE 0640

struct file_sink {
	char *path; /* NULL: standard output */
	int fd;
	bool prompt; /* a person may be reading: every line at once */
	char *batch; /* [start, len) waits; it begins in the middle of a line where cut > 0 */
	size_t start, len, cap;
	size_t cut; /* bytes already written of the line that was written in part */
	struct file_sink_stats stats;
};

static int open_path(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, FILE_MODE);
}

struct file_sink *file_sink_create(const char *path)
{
	struct file_sink *s = calloc(1, sizeof(*s));
	bool standard = strcmp(path, "-") == 0;

	if (!s)
		return NULL;
	s->batch = malloc(BATCH_BYTES);
	s->path = standard ? NULL : strdup(path);
	if (!s->batch || (!standard && !s->path))
		goto fail;
	s->cap = BATCH_BYTES;
	s->fd = standard ? STDOUT_FILENO : open_path(path);
	if (s->fd < 0)
		goto fail;
	s->prompt = isatty(s->fd) == 1;
	return s;
fail:
	free(s->path);
	free(s->batch);
	free(s);
	return NULL;
}

/* `n` bytes from `start` on are written. */
static void written(struct file_sink *s, size_t n)
{
	const char *p = s->batch + s->start, *end = memrchr(p, '\n', n);

	s->cut = end ? (size_t)(p + n - end) - 1 : s->cut + n;
	s->stats.bytes += n;
	s->stats.error = 0;
	s->start += n;
	if (s->start == s->len)
		s->start = s->len = 0;
}

int file_sink_flush(struct file_sink *s)
{
	while (s->start < s->len) {
		ssize_t n = write(s->fd, s->batch + s->start, s->len - s->start);

		if (n > 0) {
			written(s, (size_t)n);
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd p = {.fd = s->fd, .events = POLLOUT};

			poll(&p, 1, -1);
		} else if (n == 0 || errno != EINTR) {
			s->stats.error = n == 0 ? EIO : errno;
			errno = s->stats.error;
			return -1;
		}
	}
	return 0;
}

/* Room for `n` bytes behind what waits; a single line may be longer than a batch. */
static bool make_room(struct file_sink *s, size_t n)
{
	if (s->cap - s->len >= n)
		return true;
	file_sink_flush(s);
	memmove(s->batch, s->batch + s->start, s->len - s->start);
	s->len -= s->start;
	s->start = 0;
	if (s->len == 0 && n > s->cap) {
		char *larger = realloc(s->batch, n);

		if (!larger)
			return false;
		s->batch = larger;
		s->cap = n;
	}
	return s->cap - s->len >= n;
}

void file_sink_write(void *sink, const char *line, size_t len)
{
	struct file_sink *s = sink;

	if (!make_room(s, len)) {
		s->stats.lines_dropped++;
		return;
	}
	memcpy(s->batch + s->len, line, len);
	s->len += len;
	s->stats.lines++;
	if (s->prompt)
		file_sink_flush(s);
}

/* Drops what waits, lines that were counted as written among it, and takes a line that was
 * written in part back from a file. */
static void give_up(struct file_sink *s)
{
	struct stat st;
	uint64_t lost = 0;

	for (size_t i = s->start; i < s->len; i++)
		lost += s->batch[i] == '\n';
	s->stats.lines -= lost;
	s->stats.lines_dropped += lost;
	if (s->cut > 0 && s->path && fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_size >= (off_t)s->cut && ftruncate(s->fd, st.st_size - (off_t)s->cut) == 0)
		s->cut = 0;
	s->start = s->len = 0;
}

bool file_sink_moved(const struct file_sink *s)
{
	struct stat at_path, open_file;

	if (!s->path || fstat(s->fd, &open_file) != 0)
		return false;
	if (stat(s->path, &at_path) != 0)
		return errno == ENOENT;
	return at_path.st_dev != open_file.st_dev || at_path.st_ino != open_file.st_ino;
}

int file_sink_reopen(struct file_sink *s)
{
	int fd;

	if (!s->path)
		return file_sink_flush(s);
	fd = open_path(s->path);
	if (fd < 0)
		return -1;
	/* A full disk may wait for just this file to be let go of. */
	if (file_sink_flush(s) != 0)
		give_up(s);
	close(s->fd);
	s->fd = fd;
	s->cut = 0;
	return 0;
}

int file_sink_destroy(struct file_sink *s)
{
	int result, error;

	if (!s)
		return 0;
	result = file_sink_flush(s);
	error = errno;
	if (result != 0)
		give_up(s);
	if (s->path && close(s->fd) != 0 && result == 0) {
		result = -1;
		error = errno;
	}
	free(s->path);
	free(s->batch);
	free(s);
	errno = error;
	return result;
}

struct file_sink_stats file_sink_get_stats(const struct file_sink *s)
{
	return s->stats;
}
