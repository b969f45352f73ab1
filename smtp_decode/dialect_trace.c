/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/dialect_trace.h"

#include "base/hash.h"
#include "smtp_decode/smtp_reply.h"

#define END_OF_DATA '.'

static void add(struct dialect_trace *t, char letter, uint32_t number)
{
	if (t->over || t->count == DIALECT_TRACE)
		return;
	t->letters[t->count] = letter;
	t->numbers[t->count++] = (uint16_t)number;
}

static void on_command(struct dialect_trace *t, const struct smtp_event *e)
{
	enum smtp_verb verb = e->command.cmd.verb;

	if (verb == SMTP_PROXY || e->command.hidden)
		return;
	if (verb == SMTP_MAIL && t->mails++ > 0)
		t->over = true;
	if (t->mails > 1)
		t->mails = 1;
	if (verb == SMTP_RCPT && t->rcpts == DIALECT_TRACE_RCPTS)
		return;
	t->rcpts += verb == SMTP_RCPT;
	add(t, smtp_verb_letter(verb), e->command.number);
}

static void on_reply(struct dialect_trace *t, const struct smtp_reply_event *r)
{
	bool chunk = r->verb == SMTP_BDAT || r->verb == SMTP_BURL;
	char dot = chunk ? smtp_verb_letter(r->verb) : END_OF_DATA;

	if (r->role != SMTP_REPLY_COMMAND && r->role != SMTP_REPLY_CONTENT)
		return;
	for (unsigned int i = t->count; i-- > 0;) {
		bool here = r->role == SMTP_REPLY_CONTENT ? t->letters[i] == dot
							  : t->letters[i] != END_OF_DATA;

		if (t->numbers[i] == (uint16_t)r->number && here && t->classes[i] == 0) {
			t->classes[i] = (uint8_t)(r->code / 100);
			return;
		}
	}
}

void dialect_trace_event(struct dialect_trace *t, const struct smtp_event *e)
{
	switch (e->kind) {
	case SMTP_EVENT_COMMAND:
		on_command(t, e);
		break;
	case SMTP_EVENT_CONTENT_END:
		if (t->count > 0 && t->letters[t->count - 1] == smtp_verb_letter(SMTP_DATA) &&
			e->content.end == SMTP_CONTENT_COMPLETE)
			add(t, END_OF_DATA, e->content.number);
		break;
	case SMTP_EVENT_REPLY:
		on_reply(t, &e->reply);
		break;
	default:
		break;
	}
}

size_t dialect_trace_text(
	const struct dialect_trace *t, uint32_t capabilities, char ret[DIALECT_TRACE_TEXT])
{
	static const struct {
		uint32_t capability;
		char letter;
	} offers[] = {{SMTP_CAP_PIPELINING, 'P'}, {SMTP_CAP_SIZE, 'S'}, {SMTP_CAP_DSN, 'D'},
		{SMTP_CAP_STARTTLS, 'T'}, {SMTP_CAP_8BITMIME, '8'}};
	size_t len = 0;

	for (unsigned int i = 0; i < t->count; i++) {
		if (i > 0 && t->letters[i] == t->letters[i - 1] &&
			t->classes[i] == t->classes[i - 1]) {
			if (ret[len - 1] != '+')
				ret[len++] = '+';
			continue;
		}
		ret[len++] = t->letters[i];
		ret[len++] = t->classes[i] ? (char)('0' + t->classes[i]) : '-';
	}
	ret[len++] = '/';
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		if (capabilities & offers[i].capability)
			ret[len++] = offers[i].letter;
	}
	return len;
}

uint64_t dialect_trace_hash(const struct dialect_trace *t, uint32_t capabilities)
{
	char text[DIALECT_TRACE_TEXT];

	if (t->count == 0)
		return 0;
	return hash64(span_of(text, dialect_trace_text(t, capabilities, text)));
}
