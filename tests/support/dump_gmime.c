/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GMime reads in mail files, for compare_gmime.py: for each file named on standard input, a
 * line for each leaf and attached message, as dump_mail writes them.
 */
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>

static void print_hex(const void *p, size_t n)
{
	const unsigned char *b = p;

	putchar(' ');
	if (n == 0)
		putchar('-');
	for (size_t i = 0; i < n; i++)
		printf("%02x", b[i]);
}

/* The content with its transfer encoding undone. To be unreferenced. */
static GByteArray *content_of(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *mem = g_mime_stream_mem_new();
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));

	g_byte_array_ref(bytes);
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(mem), FALSE);
	if (content)
		g_mime_data_wrapper_write_to_stream(content, mem);
	g_object_unref(mem);
	return bytes;
}

static void print_file(GMimePart *part, const char *type)
{
	GByteArray *bytes = content_of(part);
	gchar *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data, bytes->len);
	const char *name = g_mime_part_get_filename(part);

	printf("attachment %s %u %s", type, bytes->len, sha256);
	print_hex(name, name ? strlen(name) : 0);
	putchar('\n');
	g_free(sha256);
	g_byte_array_unref(bytes);
}

static void print_text(GMimeTextPart *part, const char *kind)
{
	GByteArray *bytes = content_of(GMIME_PART(part));
	char *text = g_mime_text_part_get_text(part);

	fputs(kind, stdout);
	print_hex(text, text ? strlen(text) : 0);
	print_hex(bytes->data, bytes->len); /* as it was before its charset was undone */
	printf(" %s\n",
		g_mime_text_part_get_charset(part) ? g_mime_text_part_get_charset(part) : "-");
	g_free(text);
	g_byte_array_unref(bytes);
}

static void print_leaf(GMimePart *part, gboolean alone)
{
	char *type = g_mime_content_type_get_mime_type(
		g_mime_object_get_content_type(GMIME_OBJECT(part)));
	const char *disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
	gboolean attached = disposition && !g_ascii_strcasecmp(disposition, "attachment") && !alone;
	gboolean plain = !g_ascii_strcasecmp(type, "text/plain");

	if (GMIME_IS_TEXT_PART(part) && !attached &&
		(plain || !g_ascii_strcasecmp(type, "text/html"))) {
		print_text(GMIME_TEXT_PART(part), plain ? "plain" : "html");
	} else {
		char *lower = g_ascii_strdown(type, -1);

		print_file(part, lower);
		g_free(lower);
	}
	g_free(type);
}

static void walk(GMimeObject *object, gboolean alone)
{
	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));

		printf("message\n");
		if (inner && g_mime_message_get_mime_part(inner))
			walk(g_mime_message_get_mime_part(inner), alone);
	} else if (GMIME_IS_MULTIPART(object)) {
		for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
			walk(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), FALSE);
	} else if (GMIME_IS_PART(object)) {
		print_leaf(GMIME_PART(object), alone);
	}
}

int main(void)
{
	char path[4096];

	g_mime_init();
	while (fgets(path, sizeof(path), stdin)) {
		GMimeMessage *message = NULL;
		GMimeParser *parser;
		gsize len;
		char *data;
		GMimeStream *stream;

		path[strcspn(path, "\n")] = '\0';
		if (!g_file_get_contents(path, &data, &len, NULL))
			return 1;
		printf("file %s\n", path);
		stream = g_mime_stream_mem_new_with_buffer(data, len);
		parser = g_mime_parser_new_with_stream(stream);
		g_object_unref(stream);
		message = g_mime_parser_construct_message(parser, NULL);
		g_object_unref(parser);
		if (message && g_mime_message_get_mime_part(message))
			walk(g_mime_message_get_mime_part(message), TRUE);
		if (message)
			g_object_unref(message);
		g_free(data);
	}
	g_mime_shutdown();
	return 0;
}
