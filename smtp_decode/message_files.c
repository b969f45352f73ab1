/* SPDX-License-Identifier: Apache-2.0 */
#include "smtp_decode/message_files.h"

#include <assert.h>

static_assert(LIMIT_FILE_NAME <= UINT8_MAX && MIME_TYPE_MAX <= UINT8_MAX, "lengths fit");

void message_files_reset(struct message_files *f)
{
	f->count = 0;
	f->used = 0;
	f->capped = false;
}

/* Copies what there is room for; *ret_len is its length. */
static uint16_t keep(struct message_files *f, const char *p, size_t len, uint8_t *ret_len)
{
	size_t room = MESSAGE_FILES_STORE - f->used;
	uint16_t at = f->used;

	if (len > room) {
		len = charset_whole(p, room);
		f->capped = true;
	}
	memcpy(f->store + at, p, len);
	f->used = (uint16_t)(at + len);
	*ret_len = (uint8_t)len;
	return at;
}

bool message_files_add(struct message_files *f, const struct mime_entity *e)
{
	struct message_file *file = &f->list[f->count];

	if (f->count == LIMIT_ATTACHMENTS)
		return false;
	*file = (struct message_file){.complete = TRI_NO, .named = e->name_len > 0};
	file->type = keep(f, e->type, e->type_len, &file->type_len);
	file->name = keep(f, e->name, e->name_len, &file->name_len);
	f->capped |= e->name_capped;
	f->count++;
	return true;
}

void message_files_measured(struct message_files *f, const struct mime_digest_result *r)
{
	f->list[f->count - 1].result = *r;
	f->list[f->count - 1].complete = TRI_YES;
}

void message_files_is_message(struct message_files *f)
{
	f->list[f->count - 1].complete = TRI_UNKNOWN;
}

static struct str_ref add_text(const struct message_files *f, uint16_t at, uint8_t len,
	const struct redactor *r, struct pseudonyms *p, struct record_builder *b)
{
	char buf[2 * LIMIT_FILE_NAME];

	return record_add(b, redact_text(r, p, span_of(f->store + at, len), buf, sizeof(buf)));
}

void message_files_fill(const struct message_files *f, const struct redactor *r,
	struct pseudonyms *p, struct record_builder *b, struct message_record *m)
{
	struct message_attachment list[LIMIT_ATTACHMENTS];

	memset(list, 0, sizeof(list));
	for (uint8_t i = 0; i < f->count; i++) {
		const struct message_file *file = &f->list[i];
		struct message_attachment *a = &list[i];

		if (file->named)
			a->name = add_text(f, file->name, file->name_len, r, p, b);
		if (file->type_len > 0)
			a->type = add_text(f, file->type, file->type_len, r, p, b);
		a->complete = file->complete;
		a->size = file->result.size;
		a->digest = file->result.digest;
		a->has_sha256 = file->result.has_sha256;
		memcpy(a->sha256, file->result.sha256, sizeof(a->sha256));
	}
	if (f->capped)
		m->traits |= MESSAGE_FILE_NAME_CAPPED;
	m->files = record_add_array(b, list, sizeof(list[0]), f->count);
}
