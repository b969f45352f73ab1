/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text path looks up, made once from the tables of its parts and then only read.
 */
#ifndef SMTP_DECODE_TEXT_TABLES_H
#define SMTP_DECODE_TEXT_TABLES_H

#include <stdint.h>

#define TEXT_FOLD_DIRECT 0x3100 /* code points below it are folded by one look-up */
#define TEXT_TAG_SLOTS 256
#define TEXT_COMMON_MAX 192

struct text_tables {
	uint16_t fold[TEXT_FOLD_DIRECT];    /* text_fold.h */
	uint64_t tag_names[TEXT_TAG_SLOTS]; /* text_tag.h; 0 where free */
	uint8_t tag_kinds[TEXT_TAG_SLOTS];
	uint64_t common[TEXT_COMMON_MAX]; /* text_names.h: hashes of words, greetings first */
	uint32_t greetings, commons;
};

/* NULL where memory is short. */
struct text_tables *text_tables_create(void);
void text_tables_destroy(struct text_tables *t);

#endif
