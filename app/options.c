/* SPDX-License-Identifier: Apache-2.0 */
#include "app/options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/setting_value.h"
#include "base/log.h"
#include "capture/checksum.h"
#include "heuristics/alert.h"

enum long_option {
	OPT_SET = 256,
	OPT_DUMP_CONFIG,
	OPT_DATASETS,
	OPT_WORKERS,
	OPT_DNS,
	OPT_SUMMARY,
	OPT_PROGRESS,
	OPT_LIST_CHECKS,
	OPT_EXPLAIN,
	OPT_PRINT_SCHEMA,
	OPT_STRICT,
	OPT_FAIL_ON_ALERT,
	OPT_FANOUT_GROUP,
	OPT_CARD,
	OPT_SUGGEST_TOPOLOGY,
	OPT_SHADOW,
};

static const char short_options[] = "r:i:c:Tf:s:B:k:DZ:w:o:vqVh";

static const struct option long_options[] = {
	{"set", required_argument, NULL, OPT_SET},
	{"dump-config", no_argument, NULL, OPT_DUMP_CONFIG},
	{"check-config", no_argument, NULL, 'T'},
	{"datasets", required_argument, NULL, OPT_DATASETS},
	{"workers", required_argument, NULL, OPT_WORKERS},
	{"dns", required_argument, NULL, OPT_DNS},
	{"summary", required_argument, NULL, OPT_SUMMARY},
	{"progress", required_argument, NULL, OPT_PROGRESS},
	{"list-checks", no_argument, NULL, OPT_LIST_CHECKS},
	{"explain", required_argument, NULL, OPT_EXPLAIN},
	{"print-schema", no_argument, NULL, OPT_PRINT_SCHEMA},
	{"strict", no_argument, NULL, OPT_STRICT},
	{"fail-on-alert", optional_argument, NULL, OPT_FAIL_ON_ALERT},
	{"fanout-group", required_argument, NULL, OPT_FANOUT_GROUP},
	{"card", required_argument, NULL, OPT_CARD},
	{"suggest-topology", no_argument, NULL, OPT_SUGGEST_TOPOLOGY},
	{"shadow", no_argument, NULL, OPT_SHADOW},
	{"version", no_argument, NULL, 'V'},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

struct word {
	const char *word;
	int value;
};

static const struct word summary_words[] = {
	{"text", SUMMARY_TEXT}, {"json", SUMMARY_JSON}, {"none", SUMMARY_NONE}, {NULL, 0}};
static const struct word progress_words[] = {
	{"auto", PROGRESS_AUTO}, {"json", PROGRESS_JSON}, {"none", PROGRESS_NONE}, {NULL, 0}};
static const struct word checksum_words[] = {{"auto", CHECKSUM_AUTO}, {"all", CHECKSUM_ALL},
	{"none", CHECKSUM_NONE}, {NULL, 0}};
static const struct word severity_words[] = {{"low", SEVERITY_LOW}, {"medium", SEVERITY_MEDIUM},
	{"high", SEVERITY_HIGH}, {"critical", SEVERITY_CRITICAL}, {NULL, 0}};

static int pick(const char *option, const char *text, const struct word *words, int *ret)
{
	char shown[80], list[128] = "";
	size_t len = 0;

	for (const struct word *w = words; w->word; w++) {
		if (strcmp(text, w->word) == 0) {
			*ret = w->value;
			return 1;
		}
		len += (size_t)snprintf(
			list + len, sizeof(list) - len, "%s%s", w == words ? "" : ", ", w->word);
	}
	log_error("%s takes one of %s, not \"%s\"", option, list,
		log_safe(span_str(text), shown, sizeof(shown)));
	return -1;
}

static int number(const char *option, const char *text, int64_t min, int64_t max, int *ret)
{
	char shown[80];
	int64_t v;

	if (setting_value_int(text, &v) != 1 || v < min || v > max) {
		log_error("%s takes a whole number from %lld to %lld, not \"%s\"", option,
			(long long)min, (long long)max,
			log_safe(span_str(text), shown, sizeof(shown)));
		return -1;
	}
	*ret = (int)v;
	return 1;
}

static int buffer_size(const char *text, int *ret)
{
	char shown[80];
	uint64_t v;

	if (setting_value_size(text, 1024, &v) != 1 || v < 65536 || v > INT32_MAX) {
		log_error("-B takes a size from 64KiB to 2047MiB (a bare number is in KiB), not "
			  "\"%s\"",
			log_safe(span_str(text), shown, sizeof(shown)));
		return -1;
	}
	*ret = (int)v;
	return 1;
}

/* A comma list of where DNS facts come from; of these one alone is known so far. */
static int dns_sources(const char *text, bool *ret_passive)
{
	char shown[80];
	bool off = false, passive = false, bad = false;

	for (const char *at = text, *end; !bad; at = end + 1) {
		struct span word;

		end = strchrnul(at, ',');
		word = span_of(at, (size_t)(end - at));
		if (span_eq_str(word, "passive"))
			passive = true;
		else if (span_eq_str(word, "off"))
			off = true;
		else
			bad = true;
		if (*end == '\0')
			break;
	}
	if (bad || off == passive) {
		log_error("--dns takes off, or a comma list of sources (passive), not \"%s\"",
			log_safe(span_str(text), shown, sizeof(shown)));
		return -1;
	}
	*ret_passive = passive;
	return 1;
}

static int card_of(struct options *o, const char *text)
{
	char shown[80];

	if (addr_parse(span_str(text), &o->card_addr) != 1) {
		log_error("--card takes an IP address, not \"%s\"",
			log_safe(span_str(text), shown, sizeof(shown)));
		return -1;
	}
	o->card = text;
	return 1;
}

static int append(struct text_args *list, const char *text)
{
	const char **more = realloc(list->items, (list->count + 1) * sizeof(*more));

	if (!more)
		return -1;
	list->items = more;
	list->items[list->count++] = text;
	return 1;
}

/* The two that read packets say what is done unless another mode was asked for. */
static int set_mode(struct options *o, enum run_mode mode)
{
	if (o->mode != MODE_NONE && (o->mode == MODE_REPLAY || o->mode == MODE_LIVE) &&
		(mode == MODE_REPLAY || mode == MODE_LIVE) && mode != o->mode) {
		log_error("-r and -i exclude each other");
		return -1;
	}
	if (o->mode == MODE_NONE || (mode != MODE_REPLAY && mode != MODE_LIVE))
		o->mode = mode;
	return 1;
}

static int take_flag(struct options *o, int c)
{
	switch (c) {
	case 'T':
		return set_mode(o, MODE_TEST_CONFIG);
	case 'D':
		return set_mode(o, MODE_LIST_DEVICES);
	case 'V':
		return set_mode(o, MODE_VERSION);
	case 'h':
		return set_mode(o, MODE_HELP);
	case OPT_DUMP_CONFIG:
		return set_mode(o, MODE_DUMP_CONFIG);
	case OPT_LIST_CHECKS:
		return set_mode(o, MODE_LIST_CHECKS);
	case OPT_PRINT_SCHEMA:
		return set_mode(o, MODE_PRINT_SCHEMA);
	case OPT_SUGGEST_TOPOLOGY:
		o->suggest_topology = true;
		return 1;
	case OPT_SHADOW:
		o->shadow = true;
		return 1;
	case OPT_STRICT:
		o->strict = true;
		return 1;
	case 'v':
		o->verbosity++;
		return 1;
	case 'q':
		o->verbosity = -1;
		return 1;
	default:
		return 0;
	}
}

static int take_argument(struct options *o, int c, const char *arg)
{
	int v;

	switch (c) {
	case 'r':
		return set_mode(o, MODE_REPLAY) == 1 ? append(&o->files, arg) : -1;
	case 'i':
		return set_mode(o, MODE_LIVE) == 1 ? append(&o->interfaces, arg) : -1;
	case 'o':
		return append(&o->outputs, arg);
	case OPT_SET:
		return append(&o->assignments, arg);
	case 'c':
		o->config = arg;
		return 1;
	case 'f':
		o->filter = arg;
		return 1;
	case 'Z':
		o->user = arg;
		return 1;
	case 'w':
		o->write_file = arg;
		return 1;
	case OPT_DATASETS:
		o->datasets = arg;
		return 1;
	case OPT_DNS:
		return dns_sources(arg, &o->dns_passive);
	case OPT_CARD:
		return card_of(o, arg);
	case OPT_EXPLAIN:
		o->explain = arg;
		return set_mode(o, MODE_EXPLAIN);
	case 's':
		return number("-s", arg, 64, 262144, &o->snaplen);
	case 'B':
		return buffer_size(arg, &o->buffer_bytes);
	case OPT_FANOUT_GROUP:
		return number("--fanout-group", arg, 1, 65535, &o->fanout_group);
	case 'k':
		return pick("-k", arg, checksum_words, &o->checksums);
	case OPT_WORKERS:
		return number("--workers", arg, 1, 64, &o->workers);
	case OPT_SUMMARY:
		if (pick("--summary", arg, summary_words, &v) != 1)
			return -1;
		o->summary = (enum summary_form)v;
		return 1;
	case OPT_PROGRESS:
		if (pick("--progress", arg, progress_words, &v) != 1)
			return -1;
		o->progress = (enum progress_form)v;
		return 1;
	case OPT_FAIL_ON_ALERT:
		return pick("--fail-on-alert", arg ? arg : "low", severity_words,
			&o->fail_severity);
	default:
		return -1;
	}
}

static const char *option_name(int c, const char *arg, char buf[80])
{
	if (c == '?' && optopt > 0 && optopt < 256) {
		snprintf(buf, 80, "-%c", optopt >= 0x20 && optopt < 0x7f ? optopt : '?');
		return buf;
	}
	return log_safe(span_str(arg ? arg : "?"), buf, 80);
}

int options_parse(int argc, char **argv, struct options *ret)
{
	struct options o = {.dns_passive = true, .checksums = -1};
	char shown[80];
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		int r = c == '?' ? -1 : take_flag(&o, c);

		if (r == 0)
			r = take_argument(&o, c, optarg);
		if (c == '?')
			log_error("%s is no option, or lacks its value; heloscope -h lists them",
				option_name(c, argv[optind - 1], shown));
		if (r != 1)
			goto fail;
	}
	if (optind < argc) {
		log_error("\"%s\" stands alone; captures are named by -r, a filter by -f",
			log_safe(span_str(argv[optind]), shown, sizeof(shown)));
		goto fail;
	}
	if (o.mode == MODE_NONE) {
		log_error("nothing to do: name a capture (-r FILE) or an interface (-i IFACE); "
			  "heloscope -h lists the options");
		goto fail;
	}
	*ret = o;
	return 1;
fail:
	options_finish(&o);
	return -1;
}

void options_finish(struct options *o)
{
	free(o->files.items);
	free(o->interfaces.items);
	free(o->assignments.items);
	free(o->outputs.items);
	memset(o, 0, sizeof(*o));
}

void options_print_help(void)
{
	fputs("Usage: heloscope -r FILE|DIR|- [-r ...]    replay captures, merged by time\n"
	      "       heloscope -i IFACE [-i IFACE ...]  watch interfaces\n"
	      "\n"
	      "A passive SMTP monitor: says which sources behave like bots, and shows why.\n"
	      "Alerts go to stdout as JSON lines; a replay ends with a summary on stderr.\n"
	      "\n"
	      "Input\n"
	      "  -r FILE               capture to replay (pcap, pcapng, also gzip and zstd); - is\n"
	      "                        standard input; of a folder all captures, by their time\n"
	      "  -i IFACE              interface to watch (-D lists them)\n"
	      "  -f FILTER             libpcap filter expression\n"
	      "  -s SNAPLEN            bytes captured of a frame (262144)\n"
	      "  -B SIZE               ring of each interface (64MiB; a bare number is in KiB)\n"
	      "  -k auto|all|none      which packets with a wrong checksum are dropped (auto)\n"
	      "  -w FILE               write every packet that passes the filter\n"
	      "  --fanout-group N      share each interface with other processes of group N\n"
	      "  -Z USER               become USER once the interfaces are open\n"
	      "  --dns off|passive     use DNS answers seen in the traffic (passive)\n"
	      "  --workers N           decoding threads (replay: 1; live: by cores)\n"
	      "Output\n"
	      "  -o ecs:-|ecs:FILE     where records go; repeatable (ecs:-)\n"
	      "  --datasets LIST       alert,source,campaign,session,message,stats,engine (alert;\n"
	      "                        live also engine, a heartbeat every 60 s)\n"
	      "  --card IP             the card of this source alone\n"
	      "  --shadow              count alerts and campaigns, write none\n"
	      "  --summary text|json|none\n"
	      "  --progress auto|json|none\n"
	      "  --fail-on-alert[=low|medium|high|critical]   exit 3 where there was one\n"
	      "  --strict              exit 4 where a capture is damaged\n"
	      "Configuration\n"
	      "  -c FILE               YAML configuration\n"
	      "  --suggest-topology    print a topology that the traffic suggests\n"
	      "  --set NAME=VALUE      override, e.g. --set topology.our_networks=192.0.2.0/24\n"
	      "  -T                    check the configuration and exit\n"
	      "  --dump-config         print every setting with its effective value\n"
	      "Help\n"
	      "  --list-checks         the checks, a line each\n"
	      "  --explain CHECK       what a check measures, its settings and sources\n"
	      "  --print-schema        JSON Schema of the records\n"
	      "  -D                    list interfaces\n"
	      "  -v, -q                say more, or only errors\n"
	      "  -V, -h                version, this help\n"
	      "\n"
	      "Exit status: 0 ok, 1 failure, 2 usage or configuration, 3 alerts found\n"
	      "(--fail-on-alert), 4 input truncated (--strict).\n",
		stdout);
}
