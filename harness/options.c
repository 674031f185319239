/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "protocol/names.h"

static const char help[] =
    "usage: aoe-conform --target IFACE eSHELF.SLOT [options] [SCENARIO-PATTERN...]\n"
    "       aoe-conform --initiator IFACE [--serve eSHELF.SLOT] [options] [SCENARIO-PATTERN...]\n"
    "       aoe-conform --list [SCENARIO-PATTERN...] | --explain ID | --check\n"
    "       aoe-conform --recover JOURNAL\n"
    "       aoe-conform compare [--html FILE] [--all] A.json B.json ...\n"
    "\n"
    "Judges how an ATA over Ethernet target, or an initiator, keeps the specification. Nothing\n"
    "that could change a target is sent unless --allow permits it, and what a run changes it\n"
    "puts back.\n"
    "\n"
    "  --target IFACE       judge the target that is reached through this interface\n"
    "  --allow LIST         what scenarios may change: media[=LBA+COUNT], config, masks,\n"
    "                       reserve, all; and link: take IFACE down and up, and\n"
    "                       change its MTU (not in all)\n"
    "  --initiator IFACE    play the target, and judge the initiator on this interface\n"
    "  --serve eSHELF.SLOT  the target to play (default e0.1)\n"
    "  --stimulus COMMAND   makes the initiator do something; see aoe-conform(1)\n"
    "  --patience SECONDS   how long the initiator may take for anything (default 60)\n"
    "  --host MAC           the initiator's address (default: the first that asks)\n"
    "  --quick              only the most telling scenarios\n"
    "  --fuzz N             N random requests instead of scenarios, judged by the reference\n"
    "                       target's model; a difference becomes a scenario\n"
    "  --skip PATTERN       leave out scenarios (may be repeated)\n"
    "  --strict             a should that does not hold fails the run\n"
    "  --baseline FILE      failures that are known; --write-baseline FILE makes one\n"
    "  --json FILE, --junit FILE, --tap FILE\n"
    "                       reports for machines; - is standard output\n"
    "  --html FILE          a page for people, with every frame of a failure drawn\n"
    "  --captures DIR       a pcapng per scenario, the verdict as packet comments\n"
    "  --rounds N           how often each race is tried (default 20)\n"
    "  --seed N             of the data patterns (default 1)\n"
    "  --timeout MS         how long to wait for a response (default: by measurement)\n"
    "  --journal FILE       where to save what the run may change\n"
    "  --scenarios DIR      another folder of scenarios\n"
    "  --verbose            every scenario, and every frame in a line\n"
    "  --list               the scenarios: id, clause, level, title\n"
    "  --explain ID         a scenario, or a clause and its scenarios; 'all' lists the clauses\n"
    "  --check              parse every scenario and resolve every name in it\n"
    "  --recover JOURNAL    put back what an interrupted run had changed\n"
    "  --help, --version\n"
    "\n"
    "Patterns are globs over ids, such as 'config/*'.\n"
    "Exit: 0 conformant, 1 not conformant, 2 usage, 3 could not judge, 4 nothing ran.\n";

enum {
    OPTION_TARGET = 256,
    OPTION_INITIATOR,
    OPTION_SERVE,
    OPTION_STIMULUS,
    OPTION_PATIENCE,
    OPTION_HOST,
    OPTION_ALLOW,
    OPTION_QUICK,
    OPTION_SKIP,
    OPTION_STRICT,
    OPTION_BASELINE,
    OPTION_WRITE_BASELINE,
    OPTION_JSON,
    OPTION_JUNIT,
    OPTION_TAP,
    OPTION_HTML,
    OPTION_CAPTURES,
    OPTION_FUZZ,
    OPTION_ROUNDS,
    OPTION_SEED,
    OPTION_TIMEOUT,
    OPTION_JOURNAL,
    OPTION_SCENARIOS,
    OPTION_VERBOSE,
    OPTION_LIST,
    OPTION_EXPLAIN,
    OPTION_CHECK,
    OPTION_RECOVER,
    OPTION_HELP,
    OPTION_VERSION,
};

static const struct option table[] = {
    {"target", required_argument, NULL, OPTION_TARGET},
    {"initiator", required_argument, NULL, OPTION_INITIATOR},
    {"serve", required_argument, NULL, OPTION_SERVE},
    {"stimulus", required_argument, NULL, OPTION_STIMULUS},
    {"patience", required_argument, NULL, OPTION_PATIENCE},
    {"host", required_argument, NULL, OPTION_HOST},
    {"allow", required_argument, NULL, OPTION_ALLOW},
    {"quick", no_argument, NULL, OPTION_QUICK},
    {"skip", required_argument, NULL, OPTION_SKIP},
    {"strict", no_argument, NULL, OPTION_STRICT},
    {"baseline", required_argument, NULL, OPTION_BASELINE},
    {"write-baseline", required_argument, NULL, OPTION_WRITE_BASELINE},
    {"json", required_argument, NULL, OPTION_JSON},
    {"junit", required_argument, NULL, OPTION_JUNIT},
    {"tap", required_argument, NULL, OPTION_TAP},
    {"html", required_argument, NULL, OPTION_HTML},
    {"captures", required_argument, NULL, OPTION_CAPTURES},
    {"fuzz", required_argument, NULL, OPTION_FUZZ},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT},
    {"journal", required_argument, NULL, OPTION_JOURNAL},
    {"scenarios", required_argument, NULL, OPTION_SCENARIOS},
    {"verbose", no_argument, NULL, OPTION_VERBOSE},
    {"list", no_argument, NULL, OPTION_LIST},
    {"explain", required_argument, NULL, OPTION_EXPLAIN},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"recover", required_argument, NULL, OPTION_RECOVER},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

struct parsing {
    struct arena *arena;
    struct options *options;
    const char **error;
};

static int fail(struct parsing *parsing, const char *message)
{
    *parsing->error = message;
    return -1;
}

/* A whole number up to `most`, decimal or 0x. */
static bool parse_number(const char *text, uint64_t most, uint64_t *number)
{
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9')
        return false;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    unsigned long long value = strtoull(text, &end, hex ? 16 : 10);
    *number = value;
    return !errno && !*end && value <= most;
}

static bool parse_window(struct arena *arena, const char *text, struct extent *window)
{
    const char *plus = strchr(text, '+');
    if (!plus)
        return false;
    const char *lba = (const char *)arena_bytes(arena, text, (size_t)(plus - text));
    return parse_number(lba, ATA_LBA48_END - 1, &window->lba) &&
           parse_number(plus + 1, UINT64_C(1) << 16, &window->count) && window->count;
}

static bool allow_word(struct parsing *parsing, const char *word)
{
    struct options *options = parsing->options;
    if (!strcmp(word, "all")) {
        options->allow |= TOUCH_TARGET;
        return true;
    }
    if (!strncmp(word, "media=", strlen("media="))) {
        options->allow |= TOUCH_MEDIA;
        options->window_given = true;
        return parse_window(parsing->arena, word + strlen("media="), &options->window);
    }
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_LINK; touch <<= 1)
        if (!strcmp(word, scenario_allow_name(touch))) {
            options->allow |= touch;
            return true;
        }
    return false;
}

static int parse_allow(struct parsing *parsing, const char *list)
{
    char *save, *words = arena_text(parsing->arena, list);
    struct options *options = parsing->options;
    options->allow_text = options->allow_text
                              ? arena_print(parsing->arena, "%s,%s", options->allow_text, list)
                              : list;
    for (char *word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save))
        if (!allow_word(parsing, word))
            return fail(parsing, arena_print(parsing->arena,
                                             "--allow '%s': allow media, media=LBA+COUNT (up to "
                                             "65536 sectors), config, masks, reserve, all, link",
                                             word));
    return 0;
}

static void add(struct arena *arena, const char ***list, size_t *count, const char *text)
{
    *list = arena_grow(arena, *list, *count, sizeof **list);
    (*list)[(*count)++] = text;
}

static int set_mode(struct parsing *parsing, enum mode mode)
{
    if (parsing->options->mode && parsing->options->mode != mode)
        return fail(parsing, "one of --target, --initiator, --list, --explain, --check and "
                             "--recover at a time");
    parsing->options->mode = mode;
    return 0;
}

static int parse_rounds(struct parsing *parsing, const char *text)
{
    enum { MOST = 100000 };
    uint64_t number;
    if (!parse_number(text, MOST, &number) || !number)
        return fail(parsing, arena_print(parsing->arena, "--rounds '%s': from 1 to 100000", text));
    parsing->options->rounds = (unsigned)number;
    return 0;
}

static int parse_limits(struct parsing *parsing, int option, const char *text)
{
    uint64_t number;
    if (option == OPTION_FUZZ) {
        if (parse_number(text, INT64_MAX, &parsing->options->fuzz) && parsing->options->fuzz)
            return 0;
        return fail(parsing, arena_print(parsing->arena,
                                         "--fuzz '%s': a number of requests from 1 on", text));
    }
    if (option == OPTION_ROUNDS)
        return parse_rounds(parsing, text);
    if (option == OPTION_SEED) {
        if (!parse_number(text, INT64_MAX, &parsing->options->seed))
            return fail(parsing, arena_print(parsing->arena,
                                             "--seed '%s': a whole number below 2^63", text));
        return 0;
    }
    if (!parse_number(text, 60000, &number) || !number)
        return fail(parsing, arena_print(parsing->arena,
                                         "--timeout '%s': milliseconds from 1 to 60000", text));
    parsing->options->timeout_ms = (unsigned)number;
    return 0;
}

static int parse_address(struct parsing *parsing, const char *text)
{
    if (!text)
        return fail(parsing, "--target IFACE needs the target's address, such as e0.1");
    if (aoe_address_parse(text, &parsing->options->shelf, &parsing->options->slot))
        return 0;
    return fail(parsing, arena_print(parsing->arena,
                                     "'%s' is no address: eSHELF.SLOT, such as e0.1, with shelf "
                                     "0 to 65534 and slot 0 to 254",
                                     text));
}

static int parse_host_mac(struct parsing *parsing, const char *text)
{
    uint8_t *mac = arena_array(parsing->arena, AOE_MAC_BYTES, 1);
    if (!aoe_mac_parse(text, mac))
        return fail(parsing,
                    arena_print(parsing->arena,
                                "--host '%s': a MAC address, such as 02:00:00:00:00:01", text));
    parsing->options->host = mac;
    return 0;
}

static int parse_patience(struct parsing *parsing, const char *text)
{
    enum { MOST = 3600 };
    uint64_t number;
    if (!parse_number(text, MOST, &number) || !number)
        return fail(parsing,
                    arena_print(parsing->arena, "--patience '%s': seconds from 1 to 3600", text));
    parsing->options->patience = (unsigned)number;
    return 0;
}

/* What only --initiator takes. */
static int parse_initiator_option(struct parsing *parsing, int option, const char *argument)
{
    struct options *options = parsing->options;
    options->for_initiators = true;
    switch (option) {
    case OPTION_SERVE:
        return parse_address(parsing, argument);
    case OPTION_STIMULUS:
        options->stimulus = argument;
        return 0;
    case OPTION_PATIENCE:
        return parse_patience(parsing, argument);
    default:
        return parse_host_mac(parsing, argument);
    }
}

static int parse_mode(struct parsing *parsing, int option, const char *argument)
{
    struct options *options = parsing->options;
    switch (option) {
    case OPTION_TARGET:
        options->interface = argument;
        return set_mode(parsing, MODE_TARGET);
    case OPTION_INITIATOR:
        options->interface = argument;
        return set_mode(parsing, MODE_INITIATOR);
    case OPTION_LIST:
        return set_mode(parsing, MODE_LIST);
    case OPTION_EXPLAIN:
        options->explain = argument;
        return set_mode(parsing, MODE_EXPLAIN);
    case OPTION_CHECK:
        return set_mode(parsing, MODE_CHECK);
    case OPTION_RECOVER:
        options->recover = argument;
        return set_mode(parsing, MODE_RECOVER);
    case OPTION_HELP:
        fputs(help, stdout);
        options->mode = MODE_DONE;
        return 0;
    case OPTION_VERSION:
        puts("aoe-conform " SUITE_VERSION);
        options->mode = MODE_DONE;
        return 0;
    default:
        return fail(parsing, "unknown option: 'aoe-conform --help' lists them");
    }
}

static const char **text_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_BASELINE:
        return &options->baseline;
    case OPTION_WRITE_BASELINE:
        return &options->write_baseline;
    case OPTION_JSON:
        return &options->json;
    case OPTION_JUNIT:
        return &options->junit;
    case OPTION_TAP:
        return &options->tap;
    case OPTION_HTML:
        return &options->html;
    case OPTION_CAPTURES:
        return &options->captures;
    case OPTION_JOURNAL:
        return &options->journal;
    case OPTION_SCENARIOS:
        return &options->scenarios;
    default:
        return NULL;
    }
}

static bool *flag_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_QUICK:
        return &options->quick;
    case OPTION_STRICT:
        return &options->strict;
    case OPTION_VERBOSE:
        return &options->verbose;
    default:
        return NULL;
    }
}

static int parse_option(struct parsing *parsing, int option, const char *argument)
{
    struct options *options = parsing->options;
    const char **text = text_option(options, option);
    bool *flag = flag_option(options, option);
    if (text) {
        *text = argument;
        return 0;
    }
    if (flag) {
        *flag = true;
        return 0;
    }
    switch (option) {
    case OPTION_ALLOW:
        return parse_allow(parsing, argument);
    case OPTION_SERVE:
    case OPTION_STIMULUS:
    case OPTION_PATIENCE:
    case OPTION_HOST:
        return parse_initiator_option(parsing, option, argument);
    case OPTION_SKIP:
        add(parsing->arena, &options->skips, &options->skip_count, argument);
        return 0;
    case OPTION_FUZZ:
    case OPTION_ROUNDS:
    case OPTION_SEED:
    case OPTION_TIMEOUT:
        return parse_limits(parsing, option, argument);
    default:
        return parse_mode(parsing, option, argument);
    }
}

/* Options that would have no effect are mistakes. */
static int check_sides(struct parsing *parsing)
{
    const struct options *options = parsing->options;
    if (options->fuzz && (options->mode != MODE_TARGET || options->pattern_count))
        return fail(parsing, "--fuzz goes with --target, and without patterns");
    if (options->rounds && (options->mode != MODE_TARGET || options->fuzz))
        return fail(parsing, "--rounds goes with --target, and not with --fuzz");
    if (options->for_initiators && options->mode != MODE_INITIATOR)
        return fail(parsing, "--serve, --stimulus, --patience and --host go with --initiator");
    if (options->mode != MODE_INITIATOR)
        return 0;
    if (options->allow & ~(unsigned)TOUCH_LINK)
        return fail(parsing, "with --initiator there is only the link to allow: --allow link");
    if (options->journal)
        return fail(parsing, "--journal goes with --target: an initiator is not changed");
    return 0;
}

static int finish(struct parsing *parsing, int argc, char **argv, int next)
{
    struct options *options = parsing->options;
    if (options->mode == MODE_NONE)
        return fail(parsing, "say what to do: 'aoe-conform --target IFACE e0.1', or --help");
    if (options->mode == MODE_TARGET && parse_address(parsing, argv[next++]))
        return -1;
    for (; next < argc; next++)
        add(parsing->arena, &options->patterns, &options->pattern_count, argv[next]);
    if (check_sides(parsing))
        return -1;
    if (options->pattern_count && options->mode != MODE_TARGET && options->mode != MODE_INITIATOR &&
        options->mode != MODE_LIST)
        return fail(parsing, arena_print(parsing->arena, "unexpected '%s'", options->patterns[0]));
    return 0;
}

int options_parse(struct arena *arena, int argc, char **argv, struct options *options,
                  const char **error)
{
    struct parsing parsing = {arena, options, error};
    if (argc > 1 && !strcmp(argv[1], "compare"))
        return compare_options(arena, argc - 1, argv + 1, options, error);
    *options = (struct options){.seed = 1, .slot = 1, .patience = OPTIONS_PATIENCE};
    opterr = 0;
    optind = 0;
    for (int option; (option = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        if (option == '?' || option == ':') {
            *error = arena_print(arena, "%s '%s': 'aoe-conform --help' lists the options",
                                 option == ':' ? "a value is missing after" : "unknown option",
                                 argv[optind - 1]);
            return -1;
        }
        if (parse_option(&parsing, option, optarg))
            return -1;
        if (options->mode == MODE_DONE)
            return 0;
    }
    return finish(&parsing, argc, argv, optind);
}
