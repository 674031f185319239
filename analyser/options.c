/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/names.h"

static const char help[] =
    "usage: aoe-analyze [options] FILE... | -\n"
    "       aoe-analyze merge [options] STATE...\n"
    "       aoe-analyze --compare A B [options]\n"
    "       aoe-analyze --live IFACE [options]\n"
    "\n"
    "Says what is wrong and what is slow in captures of ATA over Ethernet (pcap or pcapng,\n"
    "compressed or not), target by target. Several files are read in the order of their time.\n"
    "\n"
    "  --json FILE          everything that was measured; - is standard output, here and below\n"
    "  --csv DIR            tables, the time series and a row per command\n"
    "  --html FILE          a page with charts that needs no network\n"
    "  --check              apply the rules of the protocol\n"
    "  --baseline FILE      rules that are known to be broken; --write-baseline FILE makes one\n"
    "  --target eS.S        only the frames of this target\n"
    "  --host MAC           only the frames from and to this address\n"
    "  --patience SECONDS   when a command counts as unanswered (default 10)\n"
    "  --save STATE         keep what was counted, to be merged\n"
    "  --compare            what is better and what is worse in the second of two captures\n"
    "  --live IFACE         watch an interface; with --json a line per interval\n"
    "  --interval SECONDS   how often (default 1); --count N ends it after N intervals\n"
    "  --quiet              no text, no progress\n"
    "  --verbose            which file has which frames, and every table\n"
    "  --help, --version\n"
    "\n"
    "Exit: 0 fine, 1 a file is damaged or --check found a rule broken, 2 usage, 3 could not read\n"
    "or write, 130 interrupted.\n";

enum {
    OPTION_JSON = 256,
    OPTION_CSV,
    OPTION_HTML,
    OPTION_CHECK,
    OPTION_BASELINE,
    OPTION_WRITE_BASELINE,
    OPTION_TARGET,
    OPTION_HOST,
    OPTION_PATIENCE,
    OPTION_SAVE,
    OPTION_COMPARE,
    OPTION_LIVE,
    OPTION_INTERVAL,
    OPTION_COUNT,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option table[] = {
    {"json", required_argument, NULL, OPTION_JSON},
    {"csv", required_argument, NULL, OPTION_CSV},
    {"html", required_argument, NULL, OPTION_HTML},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"baseline", required_argument, NULL, OPTION_BASELINE},
    {"write-baseline", required_argument, NULL, OPTION_WRITE_BASELINE},
    {"target", required_argument, NULL, OPTION_TARGET},
    {"host", required_argument, NULL, OPTION_HOST},
    {"patience", required_argument, NULL, OPTION_PATIENCE},
    {"save", required_argument, NULL, OPTION_SAVE},
    {"compare", no_argument, NULL, OPTION_COMPARE},
    {"live", required_argument, NULL, OPTION_LIVE},
    {"interval", required_argument, NULL, OPTION_INTERVAL},
    {"count", required_argument, NULL, OPTION_COUNT},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {"verbose", no_argument, NULL, OPTION_VERBOSE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

enum { DEFAULT_INTERVAL_S = 1, NS = 1000000000 };

struct parsing {
    struct options *options;
    char *error;
    size_t error_size;
};

static int fail(struct parsing *parsing, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(struct parsing *parsing, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(parsing->error, parsing->error_size, format, arguments);
    va_end(arguments);
    return -1;
}

/* Digits from `text` on; where they end, or NULL where there is none or they are above `most`. */
static const char *read_whole(const char *text, int64_t most, int64_t *value)
{
    const char *at = text;
    *value = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        *value = *value * 10 + (*at - '0');
        if (*value > most)
            return NULL;
    }
    return at > text ? at : NULL;
}

/* Seconds with up to nine decimals as ns; false for other text, 0, or more than `most` seconds. */
static bool parse_seconds(const char *text, int64_t most, int64_t *ns)
{
    int64_t part = NS;
    const char *at = read_whole(text, most, ns);
    if (!at)
        return false;
    *ns *= NS;
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9' && part > 1; at++) {
            part /= 10;
            *ns += (*at - '0') * part;
        }
        if (part == NS)
            return false;
    }
    return !*at && *ns > 0 && *ns <= most * NS;
}

static int parse_patience(struct parsing *parsing, const char *text)
{
    enum { MOST = 1000000 };
    if (parse_seconds(text, MOST, &parsing->options->analysis.patience))
        return 0;
    return fail(parsing, "--patience '%s': seconds over 0 and up to 1000000, such as 10 or 0.5",
                text);
}

static int parse_interval(struct parsing *parsing, const char *text)
{
    enum { MOST = 3600, LEAST = NS / 10 };
    int64_t interval;
    if (!parse_seconds(text, MOST, &interval) || interval < LEAST)
        return fail(parsing, "--interval '%s': seconds from 0.1 to 3600", text);
    parsing->options->interval = interval;
    return 0;
}

static int parse_count(struct parsing *parsing, const char *text)
{
    int64_t count;
    const char *end = read_whole(text, INT32_MAX, &count);
    if (!end || *end || !count)
        return fail(parsing, "--count '%s': a whole number of intervals, 1 or more", text);
    parsing->options->count = (uint64_t)count;
    return 0;
}

static int parse_target(struct parsing *parsing, const char *text)
{
    struct analysis_options *analysis = &parsing->options->analysis;
    analysis->target_given = true;
    if (aoe_address_parse(text, &analysis->shelf, &analysis->slot))
        return 0;
    return fail(parsing,
                "--target '%s': eSHELF.SLOT, such as e0.1, with shelf 0 to 65534 and slot 0 to 254",
                text);
}

static int parse_host(struct parsing *parsing, const char *text)
{
    struct analysis_options *analysis = &parsing->options->analysis;
    analysis->host_given = true;
    if (aoe_mac_parse(text, analysis->host))
        return 0;
    return fail(parsing, "--host '%s': a MAC address, such as 02:00:00:00:00:01", text);
}

static int set_mode(struct parsing *parsing, enum mode mode)
{
    struct options *options = parsing->options;
    if (options->mode != MODE_CAPTURES && options->mode != mode)
        return fail(parsing, "one of merge, --compare and --live at a time");
    options->mode = mode;
    return 0;
}

static const char **text_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_JSON:
        return &options->json;
    case OPTION_CSV:
        return &options->csv;
    case OPTION_HTML:
        return &options->html;
    case OPTION_BASELINE:
        return &options->baseline;
    case OPTION_WRITE_BASELINE:
        return &options->write_baseline;
    case OPTION_SAVE:
        return &options->save;
    default:
        return NULL;
    }
}

static bool *flag_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_CHECK:
        return &options->analysis.check;
    case OPTION_QUIET:
        return &options->quiet;
    case OPTION_VERBOSE:
        return &options->verbose;
    default:
        return NULL;
    }
}

static int parse_valued(struct parsing *parsing, int option, const char *argument)
{
    switch (option) {
    case OPTION_TARGET:
        return parse_target(parsing, argument);
    case OPTION_HOST:
        return parse_host(parsing, argument);
    case OPTION_PATIENCE:
        return parse_patience(parsing, argument);
    case OPTION_INTERVAL:
        return parse_interval(parsing, argument);
    case OPTION_COUNT:
        return parse_count(parsing, argument);
    case OPTION_COMPARE:
        return set_mode(parsing, MODE_COMPARE);
    default:
        parsing->options->interface = argument;
        return set_mode(parsing, MODE_LIVE);
    }
}

static int parse_option(struct parsing *parsing, int option, const char *argument)
{
    struct options *options = parsing->options;
    const char **text = text_option(options, option);
    bool *flag = flag_option(options, option);
    if (text) {
        if (!*argument)
            return fail(parsing, "an empty name of a file: 'aoe-analyze --help'");
        *text = argument;
        return 0;
    }
    if (flag) {
        *flag = true;
        return 0;
    }
    if (option == OPTION_HELP || option == OPTION_VERSION) {
        fputs(option == OPTION_HELP ? help : "aoe-analyze " SUITE_VERSION "\n", stdout);
        options->mode = MODE_DONE;
        return 0;
    }
    return parse_valued(parsing, option, argument);
}

static bool is_output(const char *path)
{
    return path && !strcmp(path, "-");
}

bool options_take_output(const struct options *options)
{
    return is_output(options->json) || is_output(options->html);
}

/* Two things that need the same stream, or what the mode has no use for. */
static int check_outputs(struct parsing *parsing)
{
    const struct options *options = parsing->options;
    bool apart = options->mode == MODE_LIVE || options->mode == MODE_COMPARE;
    if (is_output(options->json) && is_output(options->html))
        return fail(parsing, "--json - and --html - both want standard output");
    if (is_output(options->csv) || is_output(options->save) || is_output(options->write_baseline))
        return fail(parsing, "--csv, --save and --write-baseline need a name, not '-'");
    if (apart && (options->csv || options->save))
        return fail(parsing, "--csv and --save are for one capture, without --compare and --live");
    if (apart && (options->baseline || options->write_baseline))
        return fail(parsing, "--baseline is for one capture, without --compare and --live");
    if (options->mode == MODE_LIVE && options->html)
        return fail(parsing, "--html is for captures: 'aoe-analyze --html FILE CAPTURE'");
    return 0;
}

static int check_rules(struct parsing *parsing)
{
    const struct options *options = parsing->options;
    bool merged = options->mode == MODE_MERGE;
    if ((options->baseline || options->write_baseline) && !options->analysis.check && !merged)
        return fail(parsing, "--baseline and --write-baseline need --check");
    if (merged && (options->analysis.target_given || options->analysis.host_given))
        return fail(parsing, "--target and --host are given where a state is saved, not to merge");
    return 0;
}

static int check_paths(struct parsing *parsing)
{
    const struct options *options = parsing->options;
    if (options->mode == MODE_LIVE && options->path_count)
        return fail(parsing, "unexpected '%s': --live reads no files", options->paths[0]);
    if (options->mode == MODE_LIVE)
        return 0;
    if (options->mode == MODE_COMPARE && options->path_count != 2)
        return fail(parsing, "--compare needs two captures, or saved states: A B");
    if (options->mode == MODE_MERGE && !options->path_count)
        return fail(parsing, "merge needs the states that --save wrote");
    for (size_t i = 0; options->mode == MODE_MERGE && i < options->path_count; i++)
        if (is_output(options->paths[i]))
            return fail(parsing, "merge reads files, not standard input");
    if (!options->path_count)
        return fail(parsing, "name a capture: 'aoe-analyze FILE', - for standard input, or --help");
    for (size_t i = 0; i < options->path_count; i++)
        if (!*options->paths[i])
            return fail(parsing, "an empty name of a file: 'aoe-analyze --help'");
    return 0;
}

static int finish(struct parsing *parsing, int argc, char **argv)
{
    struct options *options = parsing->options;
    if (optind < argc && !strcmp(argv[optind], "merge")) {
        if (set_mode(parsing, MODE_MERGE))
            return -1;
        optind++;
    }
    options->paths = (const char *const *)argv + optind;
    options->path_count = (size_t)(argc - optind);
    if (check_outputs(parsing) || check_rules(parsing))
        return -1;
    return check_paths(parsing);
}

int options_parse(int argc, char **argv, struct options *options, char *error, size_t error_size)
{
    struct parsing parsing = {options, error, error_size};
    *options = (struct options){.analysis.patience = AOE_EXCHANGES_PATIENCE,
                                .interval = INT64_C(1) * DEFAULT_INTERVAL_S * NS};
    opterr = 0;
    optind = 0;
    for (int option; (option = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        if (option == '?' || option == ':')
            return fail(&parsing, "%s '%s': 'aoe-analyze --help' lists the options",
                        option == ':' ? "a value is missing after" : "unknown option",
                        argv[optind - 1]);
        if (parse_option(&parsing, option, optarg))
            return -1;
        if (options->mode == MODE_DONE)
            return 0;
    }
    return finish(&parsing, argc, argv);
}
