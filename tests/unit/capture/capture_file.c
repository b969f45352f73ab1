/* SPDX-License-Identifier: Apache-2.0 */
#include "capture_file.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void capture_file_init(struct capture_file *f, bool big_endian)
{
	f->big_endian = big_endian;
	f->len = 0;
}

void capture_file_put(struct capture_file *f, const void *p, size_t len)
{
	assert(f->len + len <= sizeof(f->b));
	memcpy(f->b + f->len, p, len);
	f->len += len;
}

void capture_file_put16(struct capture_file *f, uint16_t v)
{
	uint8_t lo = (uint8_t)v, hi = (uint8_t)(v >> 8);
	uint8_t b[2] = {f->big_endian ? hi : lo, f->big_endian ? lo : hi};

	capture_file_put(f, b, 2);
}

void capture_file_put32(struct capture_file *f, uint32_t v)
{
	capture_file_put16(f, (uint16_t)(f->big_endian ? v >> 16 : v));
	capture_file_put16(f, (uint16_t)(f->big_endian ? v : v >> 16));
}

static void pad(struct capture_file *f)
{
	while (f->len % 4)
		capture_file_put(f, "", 1);
}

void capture_file_pcap(struct capture_file *f, uint32_t magic, uint32_t link_type)
{
	capture_file_put32(f, magic);
	capture_file_put16(f, 2);
	capture_file_put16(f, 4);
	capture_file_put32(f, 0);
	capture_file_put32(f, 0);
	capture_file_put32(f, 65535);
	capture_file_put32(f, link_type);
}

void capture_file_record(struct capture_file *f, uint32_t seconds, uint32_t fraction,
	const char *bytes, uint32_t wire_len)
{
	capture_file_put32(f, seconds);
	capture_file_put32(f, fraction);
	capture_file_put32(f, (uint32_t)strlen(bytes));
	capture_file_put32(f, wire_len);
	capture_file_put(f, bytes, strlen(bytes));
}

void capture_file_block(struct capture_file *f, uint32_t type, const struct capture_file *body)
{
	uint32_t len = (uint32_t)(body->len + 3) / 4 * 4 + 12;

	capture_file_put32(f, type);
	capture_file_put32(f, len);
	capture_file_put(f, body->b, body->len);
	pad(f);
	capture_file_put32(f, len);
}

void capture_file_section(struct capture_file *f)
{
	static struct capture_file body;

	capture_file_init(&body, f->big_endian);
	capture_file_put32(&body, 0x1a2b3c4d);
	capture_file_put16(&body, 1);
	capture_file_put16(&body, 0);
	capture_file_put32(&body, UINT32_MAX);
	capture_file_put32(&body, UINT32_MAX);
	capture_file_block(f, 0x0a0d0d0a, &body);
}

void capture_file_interface(struct capture_file *f, uint16_t link_type, uint32_t snaplen,
	const struct capture_file *options)
{
	static struct capture_file body;

	capture_file_init(&body, f->big_endian);
	capture_file_put16(&body, link_type);
	capture_file_put16(&body, 0);
	capture_file_put32(&body, snaplen);
	if (options)
		capture_file_put(&body, options->b, options->len);
	capture_file_block(f, 1, &body);
}

void capture_file_packet(struct capture_file *f, uint32_t interface, uint64_t stamp,
	const char *bytes, uint32_t wire_len, const struct capture_file *options)
{
	static struct capture_file body;

	capture_file_init(&body, f->big_endian);
	capture_file_put32(&body, interface);
	capture_file_put32(&body, (uint32_t)(stamp >> 32));
	capture_file_put32(&body, (uint32_t)stamp);
	capture_file_put32(&body, (uint32_t)strlen(bytes));
	capture_file_put32(&body, wire_len);
	capture_file_put(&body, bytes, strlen(bytes));
	pad(&body);
	if (options)
		capture_file_put(&body, options->b, options->len);
	capture_file_block(f, 6, &body);
}

void capture_file_option(
	struct capture_file *options, uint16_t code, const void *value, uint16_t len)
{
	capture_file_put16(options, code);
	capture_file_put16(options, len);
	capture_file_put(options, value, len);
	pad(options);
}

void capture_file_write(const struct capture_file *f, const char *path)
{
	FILE *out = fopen(path, "wb");

	assert(out);
	assert(fwrite(f->b, 1, f->len, out) == f->len);
	assert(fclose(out) == 0);
}
