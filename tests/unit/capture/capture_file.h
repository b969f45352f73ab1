/* SPDX-License-Identifier: Apache-2.0 */
/* Capture files for tests, made in memory in either byte order. */
#ifndef TESTS_CAPTURE_FILE_H
#define TESTS_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_file {
	bool big_endian;
	size_t len;
	uint8_t b[65536];
};

void capture_file_init(struct capture_file *f, bool big_endian);
void capture_file_put(struct capture_file *f, const void *p, size_t len);
void capture_file_put16(struct capture_file *f, uint16_t v);
void capture_file_put32(struct capture_file *f, uint32_t v);

/* pcap: `magic` 0xa1b2c3d4 for microseconds, 0xa1b23c4d for nanoseconds. */
void capture_file_pcap(struct capture_file *f, uint32_t magic, uint32_t link_type);
void capture_file_record(struct capture_file *f, uint32_t seconds, uint32_t fraction,
	const char *bytes, uint32_t wire_len);

/* pcapng. Options are given as they stand in the file, without their end. */
void capture_file_block(struct capture_file *f, uint32_t type, const struct capture_file *body);
void capture_file_section(struct capture_file *f);
void capture_file_interface(struct capture_file *f, uint16_t link_type, uint32_t snaplen,
	const struct capture_file *options);
void capture_file_packet(struct capture_file *f, uint32_t interface, uint64_t stamp,
	const char *bytes, uint32_t wire_len, const struct capture_file *options);
void capture_file_option(
	struct capture_file *options, uint16_t code, const void *value, uint16_t len);

/* Writes it to `path`. */
void capture_file_write(const struct capture_file *f, const char *path);

#endif
