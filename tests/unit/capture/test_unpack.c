/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/span.h"
#include "capture/unpack.h"

#define TEXT_LEN 3000
#define MEMBERS 2

static uint8_t text[TEXT_LEN], packed[8192], unpacked[TEXT_LEN + 1];

/* Something that neither packer can make vanish. */
static void make_text(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < TEXT_LEN; i++) {
		x = x * 1664525 + 1013904223;
		text[i] = (uint8_t)("abcdefgh\r\n"[(x >> 24) % 10]);
	}
}

static size_t pack_gzip(uint8_t *to, size_t room, const uint8_t *p, size_t len)
{
	z_stream z = {0};

	assert_int_equal(
		deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)len;
	z.next_out = to;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

static size_t pack_zstd(uint8_t *to, size_t room, const uint8_t *p, size_t len)
{
	size_t n = ZSTD_compress(to, room, p, len, 3);

	assert_false(ZSTD_isError(n));
	return n;
}

/* The text in two members or frames, the first of which ends at `*ret_first`. */
static size_t pack(enum unpack_kind kind, size_t *ret_first)
{
	size_t (*packer)(uint8_t *, size_t, const uint8_t *, size_t) =
		kind == UNPACK_GZIP ? pack_gzip : pack_zstd;

	make_text();
	*ret_first = packer(packed, sizeof(packed), text, TEXT_LEN / MEMBERS);
	return *ret_first + packer(packed + *ret_first, sizeof(packed) - *ret_first,
				    text + TEXT_LEN / MEMBERS, TEXT_LEN / MEMBERS);
}

/* Bytes that came; *ret_errno is 0 where the end was a clean one. */
static size_t unpack_all(enum unpack_kind kind, size_t len, int *ret_errno)
{
	FILE *f = fmemopen(packed, len, "rb");
	size_t n;

	assert_non_null(f);
	assert_int_equal(unpack_kind_of(packed), kind);
	f = unpack_open(f, kind);
	assert_non_null(f);
	errno = 0;
	n = fread(unpacked, 1, sizeof(unpacked), f);
	*ret_errno = ferror(f) ? errno : 0;
	fclose(f);
	return n;
}

static void test_whole(void **state)
{
	for (enum unpack_kind kind = UNPACK_GZIP; kind <= UNPACK_ZSTD; kind++) {
		size_t first, len = pack(kind, &first);
		int error;

		assert_int_equal(unpack_all(kind, len, &error), TEXT_LEN);
		assert_memory_equal(unpacked, text, TEXT_LEN);
		assert_int_equal(error, 0);
	}
}

static void test_cut_at_every_byte(void **state)
{
	for (enum unpack_kind kind = UNPACK_GZIP; kind <= UNPACK_ZSTD; kind++) {
		size_t first, len = pack(kind, &first);

		for (size_t k = 4; k < len; k++) {
			int error;
			size_t n = unpack_all(kind, k, &error);

			assert_true(n <= TEXT_LEN);
			assert_memory_equal(unpacked, text, n);
			assert_int_equal(error, k == first ? 0 : EBADMSG);
			if (k >= first)
				assert_true(n >= TEXT_LEN / MEMBERS);
		}
	}
}

static void test_damage(void **state)
{
	for (enum unpack_kind kind = UNPACK_GZIP; kind <= UNPACK_ZSTD; kind++) {
		size_t first, len = pack(kind, &first);
		int error;

		memset(packed + first, 0x55, 20);
		assert_int_equal(unpack_all(kind, len, &error), TEXT_LEN / MEMBERS);
		assert_memory_equal(unpacked, text, TEXT_LEN / MEMBERS);
		assert_int_equal(error, EBADMSG);
	}
}

static void test_kinds(void **state)
{
	assert_int_equal(unpack_kind_of((const uint8_t *)"\x1f\x8b\x08\x00"), UNPACK_GZIP);
	assert_int_equal(unpack_kind_of((const uint8_t *)"\x1f\x8b\x07\x00"), UNPACK_NONE);
	assert_int_equal(unpack_kind_of((const uint8_t *)"\x28\xb5\x2f\xfd"), UNPACK_ZSTD);
	assert_int_equal(unpack_kind_of((const uint8_t *)"\xd4\xc3\xb2\xa1"), UNPACK_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
