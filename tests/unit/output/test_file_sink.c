/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output/file_sink.h"

/* A folder of its own for each test; file names are below it. */
struct place {
	char folder[64], file[96], other[96];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	strcpy(p->folder, "/tmp/test_file_sink.XXXXXX");
	if (!mkdtemp(p->folder))
		return -1;
	snprintf(p->file, sizeof(p->file), "%s/events.json", p->folder);
	snprintf(p->other, sizeof(p->other), "%s/events.json.1", p->folder);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	umask(0);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	unlink(p->file);
	unlink(p->other);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void contains(const char *path, const char *expected)
{
	char text[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static void put(struct file_sink *s, const char *line)
{
	file_sink_write(s, line, strlen(line));
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit l;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

static void test_appends_whole_lines(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file);
	struct stat st;

	assert_non_null(s);
	put(s, "one\n");
	put(s, "two\n");
	contains(p->file, ""); /* a batch waits */
	assert_int_equal(file_sink_flush(s), 0);
	contains(p->file, "one\ntwo\n");
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	put(s, "three\n");
	assert_int_equal(file_sink_get_stats(s).lines, 3);
	assert_int_equal(file_sink_destroy(s), 0);
	contains(p->file, "one\ntwo\nthree\n");

	s = file_sink_create(p->file);
	put(s, "four\n");
	assert_int_equal(file_sink_destroy(s), 0);
	contains(p->file, "one\ntwo\nthree\nfour\n");
}

static void test_many_and_long_lines(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file);
	const size_t n = 1000 * 1000;
	char *long_line = malloc(n);
	struct stat st;

	assert_non_null(long_line);
	memset(long_line, 'x', n);
	long_line[n - 1] = '\n';
	for (int i = 0; i < 100000; i++)
		put(s, "0123456789\n");
	file_sink_write(s, long_line, n);
	put(s, "end\n");
	assert_int_equal(file_sink_get_stats(s).lines_dropped, 0);
	assert_int_equal(file_sink_destroy(s), 0);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_size, 100000 * 11 + n + 4);
	free(long_line);
}

static void test_cannot_open(void **state)
{
	assert_null(file_sink_create("/nonexistent/events.json"));
	assert_int_equal(errno, ENOENT);
}

static void test_reopen_after_rename(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file);

	put(s, "old\n");
	assert_false(file_sink_moved(s));
	assert_int_equal(rename(p->file, p->other), 0);
	assert_true(file_sink_moved(s));
	put(s, "still old\n");
	assert_int_equal(file_sink_reopen(s), 0);
	assert_false(file_sink_moved(s));
	put(s, "new\n");
	assert_int_equal(file_sink_destroy(s), 0);
	contains(p->other, "old\nstill old\n");
	contains(p->file, "new\n");
}

static void test_another_file_at_the_path(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file), *other;

	assert_int_equal(rename(p->file, p->other), 0);
	other = file_sink_create(p->file);
	assert_true(file_sink_moved(s));
	file_sink_destroy(other);
	file_sink_destroy(s);
}

static void test_reopen_that_fails_keeps_the_file(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file);

	assert_int_equal(rename(p->file, p->other), 0);
	assert_int_equal(mkdir(p->file, 0700), 0);
	assert_int_equal(file_sink_reopen(s), -1);
	assert_int_equal(errno, EISDIR);
	put(s, "kept\n");
	assert_int_equal(file_sink_destroy(s), 0);
	contains(p->other, "kept\n");
	rmdir(p->file);
}

/* The disk takes half a line; when there is room again, that line is finished before the next. */
static void test_cut_line_is_finished(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file);
	char before[64];
	FILE *f;

	limit_file_size(10);
	put(s, "first\n");
	put(s, "second\n");
	assert_int_equal(file_sink_flush(s), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(file_sink_get_stats(s).error, EFBIG);
	f = fopen(p->file, "r");
	assert_int_equal(fread(before, 1, sizeof(before), f), 10);
	fclose(f);
	assert_memory_equal(before, "first\nseco", 10);
	limit_file_size(RLIM_INFINITY);
	put(s, "third\n");
	assert_int_equal(file_sink_destroy(s), 0);
	contains(p->file, "first\nsecond\nthird\n");
}

/* The file is let go of with half a line in it: that line goes, and is counted. */
static void test_cut_line_is_taken_back(void **state)
{
	struct place *p = *state;
	struct file_sink *s = file_sink_create(p->file);

	limit_file_size(10);
	put(s, "first\n");
	put(s, "second\n");
	put(s, "third\n");
	assert_int_equal(file_sink_flush(s), -1);
	assert_int_equal(rename(p->file, p->other), 0);
	assert_int_equal(file_sink_reopen(s), 0);
	assert_int_equal(file_sink_get_stats(s).lines, 1);
	assert_int_equal(file_sink_get_stats(s).lines_dropped, 2);
	limit_file_size(RLIM_INFINITY);
	put(s, "fourth\n");
	assert_int_equal(file_sink_destroy(s), 0);
	contains(p->other, "first\n");
	contains(p->file, "fourth\n");
}

/* Nothing can be written: what does not fit in the batch is dropped, whole lines, and counted. */
static void test_full_disk(void **state)
{
	struct file_sink *s = file_sink_create("/dev/full");
	struct file_sink_stats stats;

	if (!s)
		skip();
	for (int i = 0; i < 100000; i++)
		put(s, "0123456789\n");
	stats = file_sink_get_stats(s);
	assert_int_equal(stats.error, ENOSPC);
	assert_int_equal(stats.lines + stats.lines_dropped, 100000);
	assert_true(stats.lines_dropped > 70000);
	assert_int_equal(stats.bytes, 0);
	assert_int_equal(file_sink_destroy(s), -1);
	assert_int_equal(errno, ENOSPC);
}

static void test_reader_is_gone(void **state)
{
	struct place *p = *state;
	struct file_sink *s;
	int reader;

	assert_int_equal(mkfifo(p->file, 0600), 0);
	reader = open(p->file, O_RDONLY | O_NONBLOCK);
	s = file_sink_create(p->file);
	assert_non_null(s);
	put(s, "heard\n");
	assert_int_equal(file_sink_flush(s), 0);
	close(reader);
	put(s, "unheard\n");
	assert_int_equal(file_sink_flush(s), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(file_sink_destroy(s), -1);
}

static void test_standard_output(void **state)
{
	struct place *p = *state;
	int saved = dup(STDOUT_FILENO), file = open(p->file, O_WRONLY | O_CREAT, 0600);
	struct file_sink *s;

	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	close(file);
	s = file_sink_create("-");
	put(s, "line\n");
	assert_int_equal(unlink(p->file), 0);
	assert_false(file_sink_moved(s));
	assert_int_equal(file_sink_reopen(s), 0);
	assert_int_equal(file_sink_get_stats(s).bytes, 5);
	assert_int_equal(file_sink_destroy(s), 0);
	assert_int_equal(fcntl(STDOUT_FILENO, F_GETFD) >= 0, 1); /* it is not ours to close */
	dup2(saved, STDOUT_FILENO);
	close(saved);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_appends_whole_lines),
		TEST(test_many_and_long_lines),
		TEST(test_cannot_open),
		TEST(test_reopen_after_rename),
		TEST(test_another_file_at_the_path),
		TEST(test_reopen_that_fails_keeps_the_file),
		TEST(test_cut_line_is_finished),
		TEST(test_cut_line_is_taken_back),
		TEST(test_full_disk),
		TEST(test_reader_is_gone),
		TEST(test_standard_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
