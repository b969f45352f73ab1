/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/packet_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/pcap_records.h"
#include "capture/pcapng.h"
#include "capture/unpack.h"

#define READ_AHEAD (256 * 1024)
#define MAGIC_LEN 4
#define MAGIC_MICROSECONDS 0xa1b2c3d4
#define MAGIC_NANOSECONDS 0xa1b23c4d
#define MAGIC_KUZNETZOV 0xa1b2cd34

struct packet_file {
	FILE *disk;   /* what lies on disk */
	FILE *stream; /* what is read */
	char *disk_buffer, *stream_buffer;
	pcap_t *pcap;                 /* either this */
	struct pcapng *pcapng;        /* or this */
	struct pcap_records *records; /* beside `pcap`: where it need not read the packets */
	int link_type;                /* of the pcap file */
	bool ended;
	uint64_t damaged, bytes_total;
};

/* What a file may be taken for, by its first bytes. */
struct foreign {
	const char *magic;
	const char *what;
};

static const struct foreign foreign_kinds[] = {
	{"\xfd\x37zX", "xz-compressed; decompress it first (xz -d)"},
	{"BZh", "bzip2-compressed; decompress it first (bzip2 -d)"},
	{"PK\x03\x04", "a zip archive; unpack it first"},
	{"snoo", "a snoop capture; convert it first (editcap -F pcapng)"},
	{"GMBU", "a Microsoft Network Monitor capture; convert it first (editcap -F pcapng)"},
	{"RTSS", "a Microsoft Network Monitor capture; convert it first (editcap -F pcapng)"},
	{"\x7f\x45LF", "a program"},
};

/*
 * Reads far more at a time than stdio would by itself, which makes a replay several times faster.
 * The buffer must outlive the stream; without it (memory is short) the stream is slow.
 */
static char *read_ahead(FILE *f)
{
	char *buffer = malloc(READ_AHEAD);

	if (buffer)
		setvbuf(f, buffer, _IOFBF, READ_AHEAD);
	return buffer;
}

static uint32_t magic_value(const uint8_t m[MAGIC_LEN])
{
	uint32_t v;

	memcpy(&v, m, sizeof(v));
	return v;
}

static bool is_pcap_magic(const uint8_t m[MAGIC_LEN])
{
	/* In the byte order of the writer. */
	static const uint32_t magics[] = {MAGIC_MICROSECONDS, MAGIC_NANOSECONDS, MAGIC_KUZNETZOV};
	uint32_t v = magic_value(m);

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (v == magics[i] || v == __builtin_bswap32(magics[i]))
			return true;
	}
	return false;
}

static void say_foreign(const char *path, const uint8_t m[MAGIC_LEN], char error[512])
{
	for (size_t i = 0; i < sizeof(foreign_kinds) / sizeof(foreign_kinds[0]); i++) {
		const struct foreign *k = &foreign_kinds[i];

		if (memcmp(m, k->magic, strlen(k->magic)) == 0) {
			snprintf(error, 512, "not a capture file: '%s' is %s", path, k->what);
			return;
		}
	}
	snprintf(error, 512,
		"not a capture file: '%s' begins with %02x %02x %02x %02x; pcap or pcapng is "
		"expected",
		path, m[0], m[1], m[2], m[3]);
}

/* The standard input is duplicated, so that it can be closed like any file. */
static FILE *open_path(const char *path)
{
	int fd;
	FILE *f;

	if (strcmp(path, "-") != 0)
		return fopen(path, "rbe");
	fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, "rb");
	if (!f)
		close(fd);
	return f;
}

static FILE *open_disk(const char *path, uint64_t *ret_size, char error[512])
{
	FILE *f = open_path(path);
	struct stat st;

	if (!f) {
		snprintf(error, 512, "cannot open capture file '%s': %s; %s", path, strerror(errno),
			errno == EACCES ? "let this user read it" : "check its name");
		return NULL;
	}
	if (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
		snprintf(error, 512, "'%s' is a directory", path);
		fclose(f);
		return NULL;
	}
	*ret_size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return f;
}

/*
 * Looks at the first bytes without seeking, so that a pipe will do. glibc takes back as many bytes
 * as were just read from its buffer.
 */
static int peek_magic(FILE *f, const char *path, uint8_t ret[MAGIC_LEN], char error[512])
{
	size_t n = fread(ret, 1, MAGIC_LEN, f);

	if (n < MAGIC_LEN) {
		if (ferror(f))
			snprintf(error, 512, "cannot read capture file '%s': %s", path,
				errno == EBADMSG ? "its compression is damaged" : strerror(errno));
		else
			snprintf(error, 512,
				n == 0 ? "not a capture file: '%s' is empty; was anything captured?"
				       : "not a capture file: '%s' ends within its first four "
					 "bytes",
				path);
		return -1;
	}
	while (n > 0)
		ungetc(ret[--n], f);
	return 0;
}

/* What libpcap knows more of than how to read it: old versions, other byte orders, and link types
 * with headers of their own or packets of any length. */
static bool needs_libpcap(const struct packet_file *f)
{
	return f->stream != f->disk || f->bytes_total == 0 || pcap_is_swapped(f->pcap) ||
	       pcap_major_version(f->pcap) != 2 || pcap_minor_version(f->pcap) != 4 ||
	       (f->link_type != DLT_EN10MB && f->link_type != DLT_RAW &&
		       f->link_type != DLT_LINUX_SLL && f->link_type != DLT_LINUX_SLL2);
}

/* Without memory for it, libpcap reads them. */
static void open_records(struct packet_file *f, uint32_t magic)
{
	struct pcap_records_config c = {.fd = fileno(f->disk),
		.start = ftello(f->disk),
		.nanoseconds = magic == MAGIC_NANOSECONDS,
		.snaplen = (uint32_t)pcap_snapshot(f->pcap),
		.link_type = f->link_type};

	if (c.start > 0 && magic != MAGIC_KUZNETZOV && !needs_libpcap(f))
		f->records = pcap_records_create(&c);
}

static int open_pcap(struct packet_file *f, const char *path, uint32_t magic, char error[512])
{
	char why[PCAP_ERRBUF_SIZE];

	f->pcap = pcap_fopen_offline_with_tstamp_precision(
		f->stream, PCAP_TSTAMP_PRECISION_NANO, why);
	if (f->pcap) {
		f->link_type = pcap_datalink(f->pcap);
		open_records(f, magic);
		return 0;
	}
	snprintf(error, 512, "cannot read capture file '%s': %s", path, why);
	return -1;
}

static int open_pcapng(struct packet_file *f, const char *path, char error[512])
{
	const char *why;

	f->pcapng = pcapng_create(f->stream, &why);
	if (f->pcapng)
		return 0;
	snprintf(error, 512, "cannot read capture file '%s': %s", path, why);
	return -1;
}

static int unpack(struct packet_file *f, enum unpack_kind kind, const char *path, char error[512])
{
	FILE *unpacked = unpack_open(f->disk, kind);

	if (!unpacked) {
		snprintf(error, 512, "cannot read capture file '%s': memory is short", path);
		return -1;
	}
	f->stream = unpacked;
	f->stream_buffer = read_ahead(unpacked);
	return 0;
}

static bool is_pcapng_magic(const uint8_t m[MAGIC_LEN])
{
	const uint32_t pcapng = PCAPNG_MAGIC;

	return memcmp(m, &pcapng, MAGIC_LEN) == 0;
}

/* Opens the file, and what is packed in it, as far as its first bytes. */
static int open_magic(
	struct packet_file *f, const char *path, uint8_t magic[MAGIC_LEN], char error[512])
{
	f->disk = open_disk(path, &f->bytes_total, error);
	if (!f->disk)
		return -1;
	f->stream = f->disk;
	f->disk_buffer = read_ahead(f->disk);
	if (peek_magic(f->stream, path, magic, error) < 0)
		return -1;
	if (unpack_kind_of(magic) == UNPACK_NONE)
		return 0;
	if (unpack(f, unpack_kind_of(magic), path, error) < 0)
		return -1;
	return peek_magic(f->stream, path, magic, error);
}

static int open_stream(struct packet_file *f, const char *path, char error[512])
{
	uint8_t magic[MAGIC_LEN];

	if (open_magic(f, path, magic, error) < 0)
		return -1;
	if (is_pcapng_magic(magic))
		return open_pcapng(f, path, error);
	if (is_pcap_magic(magic))
		return open_pcap(f, path, magic_value(magic), error);
	say_foreign(path, magic, error);
	return -1;
}

struct packet_file *packet_file_open(const char *path, char error[512])
{
	struct packet_file *f = calloc(1, sizeof(*f));

	if (!f) {
		snprintf(error, 512, "cannot open capture file '%s': memory is short", path);
		return NULL;
	}
	if (open_stream(f, path, error) < 0) {
		packet_file_close(f);
		return NULL;
	}
	return f;
}

bool packet_file_is_capture(const char *path)
{
	struct packet_file *f = calloc(1, sizeof(*f));
	uint8_t magic[MAGIC_LEN];
	char error[512];
	bool is;

	if (!f)
		return false;
	is = open_magic(f, path, magic, error) == 0 &&
	     (is_pcapng_magic(magic) || is_pcap_magic(magic));
	packet_file_close(f);
	return is;
}

void packet_file_close(struct packet_file *f)
{
	if (!f)
		return;
	pcapng_destroy(f->pcapng);
	pcap_records_destroy(f->records);
	if (f->pcap)
		pcap_close(f->pcap); /* closes the stream */
	else if (f->stream)
		fclose(f->stream);
	free(f->disk_buffer);
	free(f->stream_buffer);
	free(f);
}

/*
 * libpcap gives the 32 bits of seconds as signed; files are read as unsigned, which lasts until
 * 2106. What it takes for a fraction may be anything in a damaged file.
 */
static nstime file_time(const struct pcap_pkthdr *h)
{
	return (nstime)(uint32_t)h->ts.tv_sec * NS_PER_S + (nstime)(uint32_t)h->ts.tv_usec;
}

static int next_pcap(struct packet_file *f, struct packet *ret)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;
	int rc = pcap_next_ex(f->pcap, &h, &bytes);

	if (rc != 1) {
		f->ended = true;
		/* A signal that interrupts a read from a pipe is no damage. */
		if (rc == PCAP_ERROR && !(ferror(f->stream) && errno == EINTR))
			f->damaged++;
		return 0;
	}
	ret->time = file_time(h);
	ret->link_type = f->link_type;
	ret->bytes = span_of(bytes, h->caplen);
	ret->wire_len = h->len > h->caplen ? h->len : h->caplen;
	ret->interface = 0;
	return 1;
}

static int next_record(struct packet_file *f, struct packet *ret)
{
	int rc = pcap_records_next(f->records, ret);

	if (rc == 1)
		return 1;
	f->ended = true;
	f->damaged += rc < 0;
	return 0;
}

int packet_file_next(struct packet_file *f, struct packet *ret)
{
	if (f->ended)
		return 0;
	if (f->records)
		return next_record(f, ret);
	return f->pcap ? next_pcap(f, ret) : pcapng_next(f->pcapng, ret);
}

int packet_file_link_type(const struct packet_file *f)
{
	return f->pcap ? f->link_type : -1;
}

struct packet_file_stats packet_file_get_stats(const struct packet_file *f)
{
	struct packet_file_stats s = {.damaged = f->damaged, .bytes_total = f->bytes_total};
	off_t at = f->records ? (off_t)pcap_records_at(f->records) : ftello(f->disk);

	if (f->pcapng) {
		struct pcapng_stats n = pcapng_get_stats(f->pcapng);

		s.damaged += n.damaged;
		s.comments = n.comments;
	}
	s.bytes_read = at > 0 ? (uint64_t)at : 0;
	return s;
}
