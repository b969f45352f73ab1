/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a header is the same whole and in single bytes; spellings are printable. */
#include <stdlib.h>

#include "smtp_decode/dialect_command.h"
#include "smtp_decode/dialect_header.h"
#include "smtp_decode/dialect_helo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(char c)
{
	if (c <= ' ' || c > '~')
		abort();
}

/* The input as a command line. */
static void spell(struct span line)
{
	struct smtp_command c = smtp_command_parse(line);
	char form[DIALECT_FORM];
	struct addr client = addr_from_v4((const uint8_t[]){192, 0, 2, 7});

	memset(form, '-', sizeof(form));
	c.verb = SMTP_MAIL;
	dialect_mail(form, &c);
	c.verb = SMTP_RCPT;
	dialect_rcpt(form, &c);
	for (size_t i = 0; i < sizeof(form); i++)
		check(form[i]);
	check(dialect_greeting(&c));
	check(dialect_helo(c.args, &client));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialect_header whole, single;

	dialect_header_begin(&whole);
	dialect_header_run(&whole, span_of(data, size));
	dialect_header_begin(&single);
	for (size_t i = 0; i < size; i++)
		dialect_header_run(&single, span_of(data + i, 1));
	if (whole.ended != single.ended ||
		dialect_header_hash(&whole) != dialect_header_hash(&single))
		abort();
	spell(span_head(span_of(data, size), 4096));
	return 0;
}
