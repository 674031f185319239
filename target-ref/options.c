/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/names.h"

enum { BUFFER_COUNT_MIN = 2 }; /* with less the Linux initiator never comes up; 3.2-bufcount-min */

static const char usage[] =
    "usage: aoe-target [-r] [-b BUFCOUNT] [-m MAC,..] [--state FILE] SHELF SLOT IFACE FILE";

static const char help[] =
    "Serves FILE, a file or block device, as AoE target eSHELF.SLOT on interface IFACE.\n"
    "  -r            read-only\n"
    "  -b BUFCOUNT   requests that may be outstanding, 2 to 65535 (16)\n"
    "  -m MAC,..     answer these initiators only; replaces the mask list of --state\n"
    "  --state FILE  keep config string, mask list and reserve list in FILE\n"
    "  --help, --version\n";

void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("aoe-target: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

/* Reads a decimal number from `least` to `most`, complaining with its name otherwise. */
static bool parse_number(const char *name, const char *text, unsigned least, unsigned most,
                         unsigned *value)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < least || number > most) {
        complain("%s \"%s\": must be a number from %u to %u", name, text, least, most);
        return false;
    }
    *value = (unsigned)number;
    return true;
}

static bool parse_masks(const char *text, struct model_list *masks)
{
    while (*text) {
        size_t length = strcspn(text, ",");
        char word[AOE_MAC_TEXT] = {0};
        uint8_t mac[AOE_MAC_BYTES];
        if (length < sizeof word)
            memcpy(word, text, length);
        if (!aoe_mac_parse(word, mac)) {
            complain("-m \"%.*s\": must be a MAC address such as 02:00:00:00:00:01", (int)length,
                     text);
            return false;
        }
        if (!model_list_add(masks, mac)) {
            complain("-m: more than %d addresses", AOE_LIST_MAX);
            return false;
        }
        text += length + (text[length] == ',');
    }
    return true;
}

static bool parse_operands(struct options *options, char *const *operands, int count)
{
    static const char *const names[] = {"SHELF", "SLOT", "IFACE", "FILE"};
    unsigned shelf, slot;
    if (count < 4) {
        complain("%s is missing; %s", names[count], usage);
        return false;
    }
    if (count > 4) {
        complain("\"%s\" is one operand too many; %s", operands[4], usage);
        return false;
    }
    if (!parse_number("SHELF", operands[0], 0, AOE_SHELF_ALL - 1, &shelf) ||
        !parse_number("SLOT", operands[1], 0, AOE_SLOT_ALL - 1, &slot))
        return false;
    options->shelf = (uint16_t)shelf;
    options->slot = (uint8_t)slot;
    options->interface = operands[2];
    options->file = operands[3];
    return true;
}

/* Says what is wrong with the option that getopt has just refused. */
static void complain_option(int option, char *const *argv)
{
    char letter[] = {'-', (char)optopt, '\0'};
    bool is_letter = optopt > 0 && optopt <= CHAR_MAX;
    complain("%s %s; %s", is_letter ? letter : argv[optind - 1],
             option == ':' ? "needs an argument" : "is not an option", usage);
}

int options_parse(struct options *options, int argc, char **argv)
{
    enum { OPTION_STATE = 256, OPTION_HELP, OPTION_VERSION };
    static const struct option longs[] = {{"state", required_argument, NULL, OPTION_STATE},
                                          {"help", no_argument, NULL, OPTION_HELP},
                                          {"version", no_argument, NULL, OPTION_VERSION},
                                          {0}};
    unsigned buffer_count = MODEL_BUFFER_COUNT;
    int option;
    while ((option = getopt_long(argc, argv, ":rb:m:", longs, NULL)) != -1) {
        switch (option) {
        case 'r':
            options->read_only = true;
            break;
        case 'b':
            if (!parse_number("-b", optarg, BUFFER_COUNT_MIN, UINT16_MAX, &buffer_count))
                return EXIT_REFUSED;
            break;
        case 'm':
            options->masks_given = true;
            if (!parse_masks(optarg, &options->masks))
                return EXIT_REFUSED;
            break;
        case OPTION_STATE:
            options->state = optarg;
            break;
        case OPTION_HELP:
            printf("%s\n%s", usage, help);
            return EXIT_SUCCESS;
        case OPTION_VERSION:
            printf("aoe-target %s\n", SUITE_VERSION);
            return EXIT_SUCCESS;
        default:
            complain_option(option, argv);
            return EXIT_REFUSED;
        }
    }
    options->buffer_count = (uint16_t)buffer_count;
    return parse_operands(options, argv + optind, argc - optind) ? -1 : EXIT_REFUSED;
}
