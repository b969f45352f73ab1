/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/smtp_first_bytes.h"

#include <stddef.h>

struct verb {
	const char *text; /* a space in it stands for any run of blanks, also none */
	enum smtp_line tells;
};

/* First match wins. A verb must be followed by a blank, a colon, or the end of the line. */
static const struct verb verbs[] = {
	{"EHLO", SMTP_LINE_CLIENT},
	{"HELO", SMTP_LINE_CLIENT},
	{"LHLO", SMTP_LINE_CLIENT},
	{"MAIL FROM :", SMTP_LINE_CLIENT},
	{"RCPT TO :", SMTP_LINE_CLIENT},
	{"XCLIENT", SMTP_LINE_CLIENT},
	{"XFORWARD", SMTP_LINE_CLIENT},
	{"STARTTLS", SMTP_LINE_LIKELY_COMMAND},
	{"BDAT", SMTP_LINE_LIKELY_COMMAND},
	{"RSET", SMTP_LINE_LIKELY_COMMAND},
	{"VRFY", SMTP_LINE_LIKELY_COMMAND},
	{"EXPN", SMTP_LINE_LIKELY_COMMAND},
	{"ETRN", SMTP_LINE_LIKELY_COMMAND},
	{"DATA", SMTP_LINE_LIKELY_COMMAND},
	{"AUTH TLS", SMTP_LINE_NOT},
	{"AUTH SSL", SMTP_LINE_NOT},
	{"AUTH", SMTP_LINE_COMMAND},
	{"QUIT", SMTP_LINE_COMMAND},
	{"NOOP", SMTP_LINE_COMMAND},
	{"HELP", SMTP_LINE_COMMAND},
	{"PROXY", SMTP_LINE_COMMAND},
	{"CONNECT", SMTP_LINE_TUNNEL},
	/* FTP, POP3, HTTP, IRC, SIP and RTSP; greetings of SSH, POP3, IMAP and VNC. */
	{"USER", SMTP_LINE_NOT},
	{"PASS", SMTP_LINE_NOT},
	{"FEAT", SMTP_LINE_NOT},
	{"SYST", SMTP_LINE_NOT},
	{"CAPA", SMTP_LINE_NOT},
	{"GET", SMTP_LINE_NOT},
	{"POST", SMTP_LINE_NOT},
	{"HEAD", SMTP_LINE_NOT},
	{"PUT", SMTP_LINE_NOT},
	{"DELETE", SMTP_LINE_NOT},
	{"OPTIONS", SMTP_LINE_NOT},
	{"PRI", SMTP_LINE_NOT},
	{"NICK", SMTP_LINE_NOT},
	{"INVITE", SMTP_LINE_NOT},
	{"REGISTER", SMTP_LINE_NOT},
	{"DESCRIBE", SMTP_LINE_NOT},
	{"+OK", SMTP_LINE_NOT},
	{"* OK", SMTP_LINE_NOT},
	{"RFB", SMTP_LINE_NOT},
};

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static uint8_t upper(uint8_t c)
{
	return c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool starts_verb(struct span line, const char *text)
{
	const char *t = text;
	size_t i = 0;

	for (; *t; t++) {
		if (*t == ' ') {
			while (i < line.len && is_blank(line.p[i]))
				i++;
		} else if (i < line.len && upper(line.p[i]) == (uint8_t)*t) {
			i++;
		} else {
			return false;
		}
	}
	return t[-1] == ':' || i == line.len || is_blank(line.p[i]) || line.p[i] == ':';
}

/* Does `line` hold `word`, ASCII case ignored? */
static bool holds(struct span line, const char *word)
{
	for (; line.len > 0; line = span_skip(line, 1)) {
		if (span_istarts(line, word))
			return true;
	}
	return false;
}

/* An enhanced status code of the class of the reply (RFC 3463): "2.1.0" of 250. */
static bool has_enhanced_code(struct span text, uint8_t class)
{
	return text.len >= 5 && text.p[0] == class && text.p[1] == '.' && is_digit(text.p[2]) &&
	       holds(span_head(span_skip(text, 3), 3), ".");
}

static bool is_reply(struct span line)
{
	if (line.len < 3 || !is_digit(line.p[0]) || !is_digit(line.p[1]) || !is_digit(line.p[2]))
		return false;
	return line.len == 3 || is_blank(line.p[3]) || line.p[3] == '-';
}

bool smtp_line_continues(struct span line)
{
	return is_reply(line) && line.len > 3 && line.p[3] == '-';
}

static enum smtp_line tell_reply(struct span line)
{
	struct span code = span_head(line, 3), text = span_skip(line, 4);
	uint8_t class = code.p[0];

	if (holds(text, "SMTP") || holds(text, "LMTP"))
		return SMTP_LINE_SERVER;
	if (span_eq_str(code, "220"))
		return SMTP_LINE_GREETING;
	if (class != '2' && class != '4' && class != '5' && !span_eq_str(code, "354") &&
		!span_eq_str(code, "334"))
		return SMTP_LINE_REPLY;
	if (has_enhanced_code(text, class) || span_eq_str(code, "354"))
		return SMTP_LINE_SERVER;
	return span_eq_str(code, "250") ? SMTP_LINE_OK : SMTP_LINE_REPLY;
}

enum smtp_line smtp_line_tell(struct span line)
{
	if (is_reply(line))
		return tell_reply(line);
	if (span_istarts(line, "SSH-") || span_istarts(line, "HTTP/"))
		return SMTP_LINE_NOT;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (starts_verb(line, verbs[i].text))
			return verbs[i].tells;
	}
	return SMTP_LINE_OTHER;
}
