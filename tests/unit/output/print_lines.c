/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the lines of every sample; with an argument, of those whose strings are hostile. */
#include <stdio.h>

#include "sample_records.h"

static void print(void *cookie, const char *line, size_t len)
{
	fwrite(line, 1, len, stdout);
}

int main(int argc, char **argv)
{
	static const char *const hostile[] = {"\x1b[2J\x1b]0;owned\x07", "\"},{\"a\":[\"\\",
		"\xff\xfe\xc3(",
		"\xe2\x80\xae"
		"gnp.exe",
		"", "</script><!--",
		"\xf0\x9f\x93\xa7 \xc2\x9b"
		"31m"};
	const struct line_sink sink = {.datasets = ~0u, .write = print};
	const struct emitter_config config = {.version = "0.0.0",
		.sensor = "sample",
		.frame = samples_frame,
		.sinks = &sink,
		.sink_count = 1};
	struct emitter *e = emitter_create(&config);
	struct samples s;

	if (!e)
		return 1;
	samples_init(&s);
	if (argc == 1)
		samples_emit_all(&s, e);
	for (size_t i = 0; argc > 1 && i < sizeof(hostile) / sizeof(hostile[0]); i++)
		samples_emit_noise(&s, e, span_str(hostile[i]));
	samples_finish(&s);
	emitter_destroy(e);
	return 0;
}
