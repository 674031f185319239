/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/names.h"

enum { DEPTH = 8, DEADLINE = 10, LINGER = 60, SECONDS_MAX = 3600 };

#define USAGE "aoe-initiator [OPTION...] IFACE ACTION eSHELF.SLOT [LBA COUNT]"

const char options_help[] =
    "usage: " USAGE "\n"
    "Uses the AoE target eSHELF.SLOT on interface IFACE. The actions:\n"
    "  reset             forget the target, which only --stay remembers\n"
    "  discover          find the target; print its capacity in sectors\n"
    "  read LBA COUNT    sectors to standard output\n"
    "  write LBA COUNT   sectors from standard input\n"
    "  verify LBA COUNT  compare sectors with standard input\n"
    "  work              write to both ends of the disk, read it again, compare\n"
    "The options:\n"
    "  --depth N           commands outstanding at most, 1 to 256 (8)\n"
    "  --deadline SECONDS  give an unanswered command up after that time, 1 to 3600 (10)\n"
    "  --mtu BYTES         send and ask for frames of that MTU at most (the interface's)\n"
    "  --stay SOCKET       leave a process behind that listens and remembers the target for the\n"
    "                      actions that follow with this option, until reset\n"
    "  --linger SECONDS    end that process when nothing was asked for so long, 1 to 3600 (60)\n"
    "  --help, --version\n"
    "Exit status: 0 done, 1 error, 2 data differ, 64 wrong use, 69 the interface or standard\n"
    "input or output do not work, 134 the process that stays has crashed.\n";

struct parser {
    struct options *to;
    char *message;
    size_t size;
};

static bool wrong(const struct parser *parser, const char *what, const char *word)
{
    snprintf(parser->message, parser->size, "%s%s%s%s; usage: " USAGE, what, word ? " \"" : "",
             word ? word : "", word ? "\"" : "");
    return false;
}

/* Says what is wrong with the option that getopt has just refused. */
static void wrong_option(const struct parser *parser, int option, char *const *argv)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt <= CHAR_MAX && option == '?';
    wrong(parser, option == ':' ? "needs an argument:" : "no such option:",
          is_letter ? letter : argv[optind - 1]);
}

static bool parse_number(const struct parser *parser, const char *name, const char *text,
                         const uint64_t limits[2], uint64_t *value)
{
    char *end;
    errno = 0;
    uint64_t number = strtoumax(text, &end, 10);
    if (*text >= '0' && *text <= '9' && !*end && !errno && number >= limits[0] &&
        number <= limits[1]) {
        *value = number;
        return true;
    }
    snprintf(parser->message, parser->size,
             "%s \"%s\": must be a number from %" PRIu64 " to %" PRIu64, name, text, limits[0],
             limits[1]);
    return false;
}

static bool parse_option(const struct parser *parser, int option, const char *text)
{
    static const uint64_t depths[] = {1, ENGINE_DEPTH_MAX}, seconds[] = {1, SECONDS_MAX},
                          mtus[] = {1, UINT32_MAX};
    struct engine_settings *settings = &parser->to->settings;
    uint64_t value;
    switch (option) {
    case 'd':
        if (!parse_number(parser, "--depth", text, depths, &value))
            return false;
        settings->depth = (unsigned)value;
        return true;
    case 't':
        if (!parse_number(parser, "--deadline", text, seconds, &value))
            return false;
        settings->deadline = (int64_t)value * ATTEMPT_SECOND;
        return true;
    case 'l':
        if (!parse_number(parser, "--linger", text, seconds, &value))
            return false;
        parser->to->linger = (int64_t)value * ATTEMPT_SECOND;
        return true;
    case 's':
        parser->to->stay = text;
        return true;
    default:
        if (!parse_number(parser, "--mtu", text, mtus, &value))
            return false;
        settings->mtu = (uint32_t)value;
        return true;
    }
}

static bool parse_action(const struct parser *parser, const char *word)
{
    static const char *const names[] = {"reset", "discover", "read", "write", "verify", "work"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(word, names[i]) == 0) {
            parser->to->action = (enum action)i;
            return true;
        }
    return wrong(parser, "no such action:", word);
}

static bool has_range(enum action action)
{
    return action == ACTION_READ || action == ACTION_WRITE || action == ACTION_VERIFY;
}

static bool parse_range(const struct parser *parser, char *const words[2])
{
    static const uint64_t limits[] = {0, ATA_LBA48_END};
    struct action_range *range = &parser->to->range;
    return parse_number(parser, "LBA", words[0], limits, &range->lba) &&
           parse_number(parser, "COUNT", words[1], limits, &range->count);
}

static bool parse_operands(const struct parser *parser, char *const *words, int count)
{
    struct options *to = parser->to;
    if (count < 3)
        return wrong(parser, "IFACE, ACTION or eSHELF.SLOT is missing", NULL);
    to->interface = words[0];
    if (!parse_action(parser, words[1]))
        return false;
    if (!aoe_address_parse(words[2], &to->settings.shelf, &to->settings.slot))
        return wrong(parser, "not an address as e0.1:", words[2]);
    int wanted = has_range(to->action) ? 5 : 3;
    if (count < wanted)
        return wrong(parser, "LBA or COUNT is missing", NULL);
    if (count > wanted)
        return wrong(parser, "one operand too many:", words[wanted]);
    return wanted == 3 || parse_range(parser, words + 3);
}

enum options_result options_parse(struct options *options, int argc, char **argv, char *message,
                                  size_t size)
{
    enum { OPTION_HELP = 256, OPTION_VERSION };
    static const struct option longs[] = {
        {"depth", required_argument, NULL, 'd'},        {"deadline", required_argument, NULL, 't'},
        {"mtu", required_argument, NULL, 'm'},          {"stay", required_argument, NULL, 's'},
        {"linger", required_argument, NULL, 'l'},       {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION}, {0}};
    const struct parser parser = {options, message, size};
    int option;
    *options = (struct options){
        .settings = {.depth = DEPTH, .deadline = DEADLINE * ATTEMPT_SECOND, .mtu = UINT32_MAX},
        .linger = LINGER * ATTEMPT_SECOND};
    optind = 0; /* begin anew, also after another command line */
    while ((option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
        if (option == OPTION_HELP)
            return OPTIONS_HELP;
        if (option == OPTION_VERSION)
            return OPTIONS_VERSION;
        if (option == '?' || option == ':') {
            wrong_option(&parser, option, argv);
            return OPTIONS_WRONG;
        }
        if (!parse_option(&parser, option, optarg))
            return OPTIONS_WRONG;
    }
    return parse_operands(&parser, argv + optind, argc - optind) ? OPTIONS_RUN : OPTIONS_WRONG;
}
