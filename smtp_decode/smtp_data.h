/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The octets between DATA and its end mark: dots unstuffed (RFC 5321 4.5.2), the end found by
 * CR LF . CR LF alone, in one pass that looks for line ends. Beside it the other ends that some
 * servers take for one (SMTP smuggling, detection 6.4) are noted: a dot between LF, CR, CR LF or
 * CR LF NUL and LF, CR or CR LF.
 */
#ifndef SMTP_DECODE_SMTP_DATA_H
#define SMTP_DECODE_SMTP_DATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

#define SMTP_DATA_WORD 9 /* as long as "MAIL FROM" */

struct smtp_data {
	uint8_t state, start;  /* where in a line; by what the line was begun */
	bool bare_lf, bare_cr; /* seen */
	bool lf_lines;         /* the client ends its command lines by LF: so it may its data */
	bool attempt;          /* a command stood within reach of a candidate */
	bool collecting;       /* the first bytes of such a line */
	uint8_t word_len;
	uint8_t word[SMTP_DATA_WORD];
	uint32_t candidates;    /* ends that are none by the standard */
	uint64_t at;            /* bytes taken, as sent */
	uint64_t candidate_end; /* as `at`, behind the last candidate */
};

void smtp_data_start(struct smtp_data *d, bool lf_lines);

enum smtp_data_result {
	SMTP_DATA_MORE, /* all of the input is taken */
	SMTP_DATA_RUN,  /* octets of the message; perhaps none, behind a candidate */
	SMTP_DATA_END,  /* the end of data */
};

/*
 * Takes bytes from the front of `*in`; *ret_run borrows from it, or from a constant. To be called
 * until it says MORE or END. Behind a candidate it comes back, so that nothing beyond is taken.
 */
enum smtp_data_result smtp_data_next(struct smtp_data *d, struct span *in, struct span *ret_run);

/* Bytes are lost here: what follows is in the middle of a line. */
void smtp_data_gap(struct smtp_data *d);

/* Was what some servers take for the end of data the last that came? */
bool smtp_data_at_candidate(const struct smtp_data *d);

#endif
