/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/unpack.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <zlib.h>
#include <zstd.h>

#include "base/limits.h"

#define PACKED_BYTES (128 * 1024)

struct unpack {
	FILE *packed;
	bool ended, damaged;
	bool inside;     /* of a member or frame, which must not end here */
	z_stream gzip;   /* either this */
	ZSTD_DCtx *zstd; /* or this */
	size_t at, len;  /* what is left in `in` */
	uint8_t in[PACKED_BYTES];
};

enum unpack_kind unpack_kind_of(const uint8_t magic[4])
{
	if (memcmp(magic, "\x1f\x8b\x08", 3) == 0)
		return UNPACK_GZIP;
	if (memcmp(magic, "\x28\xb5\x2f\xfd", 4) == 0)
		return UNPACK_ZSTD;
	return UNPACK_NONE;
}

/* Each step turns some of in[at, len) into some of `to`. Returns bytes made, -1 where damaged. */
static ssize_t gzip_step(struct unpack *u, char *to, size_t room)
{
	int rc;

	if (!u->inside) {
		inflateReset(&u->gzip);
		u->inside = true;
	}
	u->gzip.next_in = u->in + u->at;
	u->gzip.avail_in = (uInt)(u->len - u->at);
	u->gzip.next_out = (Bytef *)to;
	u->gzip.avail_out = (uInt)room;
	rc = inflate(&u->gzip, Z_NO_FLUSH);
	u->at = u->len - u->gzip.avail_in;
	if (rc == Z_STREAM_END)
		u->inside = false;
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return -1;
	return (ssize_t)(room - u->gzip.avail_out);
}

static ssize_t zstd_step(struct unpack *u, char *to, size_t room)
{
	ZSTD_inBuffer in = {u->in, u->len, u->at};
	ZSTD_outBuffer out = {to, room, 0};
	size_t rc = ZSTD_decompressStream(u->zstd, &out, &in);

	u->at = in.pos;
	u->inside = rc != 0;
	return ZSTD_isError(rc) ? -1 : (ssize_t)out.pos;
}

/* False at the end of the packed file, or where it cannot be read. */
static bool fill(struct unpack *u)
{
	u->at = 0;
	u->len = fread(u->in, 1, sizeof(u->in), u->packed);
	return u->len > 0;
}

static ssize_t fail(struct unpack *u)
{
	u->damaged = true;
	errno = EBADMSG;
	return -1;
}

static ssize_t read_some(void *cookie, char *to, size_t room)
{
	struct unpack *u = (struct unpack *)cookie;

	while (!u->ended && !u->damaged) {
		/* With nothing left to take, a step may still have something to give. */
		ssize_t n = u->at < u->len || u->inside
				    ? (u->zstd ? zstd_step : gzip_step)(u, to, room)
				    : 0;

		if (n > 0)
			return n;
		if (n < 0)
			return fail(u);
		if (u->at < u->len || fill(u))
			continue;
		if (ferror(u->packed))
			return -1;
		u->ended = true;
		if (u->inside)
			return fail(u);
	}
	return u->damaged ? fail(u) : 0;
}

static int close_all(void *cookie)
{
	struct unpack *u = (struct unpack *)cookie;

	if (u->zstd)
		ZSTD_freeDCtx(u->zstd);
	else
		inflateEnd(&u->gzip);
	if (u->packed)
		fclose(u->packed);
	free(u);
	return 0;
}

static int begin(struct unpack *u, enum unpack_kind kind)
{
	if (kind == UNPACK_GZIP)
		return inflateInit2(&u->gzip, 16 + MAX_WBITS) == Z_OK ? 0 : -1;
	u->zstd = ZSTD_createDCtx();
	if (!u->zstd)
		return -1;
	ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG);
	return 0;
}

FILE *unpack_open(FILE *packed, enum unpack_kind kind)
{
	cookie_io_functions_t io = {.read = read_some, .close = close_all};
	struct unpack *u = calloc(1, sizeof(*u));
	FILE *f = NULL;

	if (!u)
		return NULL;
	if (begin(u, kind) == 0)
		f = fopencookie(u, "rb", io);
	if (!f) {
		close_all(u);
		return NULL;
	}
	u->packed = packed;
	return f;
}
