/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Room for the longest number with its separators. */
enum { FORMAT_NUMBER = 28 };

struct unit {
    uint64_t size;
    const char *name;
};

static char *put_count(char *to, uint64_t count)
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count), at = 0;
    for (size_t i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    to[at] = '\0';
    return to;
}

/* `value` in units of `size` with three digits. */
static char *in_unit(char to[FORMAT_TEXT], uint64_t value, uint64_t size, const char *name)
{
    unsigned __int128 exact = value;
    for (unsigned decimals = 2; decimals > 0; decimals--) {
        unsigned scale = decimals == 2 ? 100 : 10;
        uint64_t scaled = (uint64_t)((exact * scale + size / 2) / size);
        if (scaled < 1000) {
            snprintf(to, FORMAT_TEXT, "%" PRIu64 ".%0*" PRIu64 " %s", scaled / scale, (int)decimals,
                     scaled % scale, name);
            return to;
        }
    }
    char number[FORMAT_NUMBER];
    put_count(number, (uint64_t)((exact + size / 2) / size));
    snprintf(to, FORMAT_TEXT, "%s %s", number, name);
    return to;
}

/* In the largest of the units that is not above it once it is rounded. */
static char *choose(char to[FORMAT_TEXT], uint64_t value, const struct unit *units, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && value >= units[i + 1].size - units[i].size / 2)
        i++;
    if (!i) {
        snprintf(to, FORMAT_TEXT, "%" PRIu64 " %s", value, units[0].name);
        return to;
    }
    return in_unit(to, value, units[i].size, units[i].name);
}

char *format_duration(char to[FORMAT_TEXT], uint64_t ns)
{
    static const struct unit units[] = {
        {1, "ns"},
        {1000, "us"},
        {1000000, "ms"},
        {1000000000, "s"},
        {UINT64_C(1000000000000), "s"},
        {UINT64_C(3600000000000), "h"},
        {UINT64_C(86400000000000), "d"},
    };
    enum { MINUTES = 4 };
    if (ns >= units[MINUTES].size && ns < units[MINUTES + 1].size)
        return in_unit(to, ns, UINT64_C(60000000000), "min");
    return choose(to, ns, units, sizeof units / sizeof units[0]);
}

char *format_bytes(char to[FORMAT_TEXT], uint64_t bytes)
{
    static const struct unit units[] = {
        {1, "B"},
        {1000, "kB"},
        {1000000, "MB"},
        {1000000000, "GB"},
        {UINT64_C(1000000000000), "TB"},
        {UINT64_C(1000000000000000), "PB"},
    };
    return choose(to, bytes, units, sizeof units / sizeof units[0]);
}

char *format_count(char to[FORMAT_TEXT], uint64_t count)
{
    return put_count(to, count);
}

char *format_counted(char to[FORMAT_TEXT], uint64_t count, const char *word)
{
    char number[FORMAT_NUMBER];
    snprintf(to, FORMAT_TEXT, "%s %s%s", put_count(number, count), word, count == 1 ? "" : "s");
    return to;
}

char *format_share(char to[FORMAT_TEXT], uint64_t part, uint64_t whole)
{
    enum { HUNDREDTHS = 10000, ONE = 100, TEN = 1000 };
    uint64_t share =
        whole ? (uint64_t)(((unsigned __int128)part * HUNDREDTHS + whole / 2) / whole) : 0;
    if (part && whole && !share)
        snprintf(to, FORMAT_TEXT, "under 0.01 %%");
    else if (share >= TEN || !share)
        snprintf(to, FORMAT_TEXT, "%" PRIu64 " %%", (share + ONE / 2) / ONE);
    else if (share >= ONE)
        snprintf(to, FORMAT_TEXT, "%.1f %%", (double)share / ONE);
    else
        snprintf(to, FORMAT_TEXT, "%.2f %%", (double)share / ONE);
    return to;
}

char *format_times(char to[FORMAT_TEXT], uint64_t part, uint64_t whole)
{
    enum { TENTHS = 10, TEN = 100 };
    uint64_t times = whole ? (uint64_t)(((unsigned __int128)part * TENTHS + whole / 2) / whole) : 0;
    if (times >= TEN)
        return format_count(to, (times + TENTHS / 2) / TENTHS);
    snprintf(to, FORMAT_TEXT, "%" PRIu64 ".%" PRIu64, times / TENTHS, times % TENTHS);
    return to;
}

char *format_time(char to[FORMAT_TEXT], int64_t ns)
{
    enum { NS = 1000000000, US = 1000, DAY_TEXT = 24, ZONE_TEXT = 8 };
    int64_t left = ns % NS;
    time_t seconds = (time_t)(ns / NS) - (left < 0);
    char day[DAY_TEXT], zone[ZONE_TEXT];
    struct tm local;
    left += left < 0 ? NS : 0;
    localtime_r(&seconds, &local);
    if (!strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S", &local) ||
        !strftime(zone, sizeof zone, "%Z", &local))
        day[0] = zone[0] = '\0';
    snprintf(to, FORMAT_TEXT, "%s.%06d %s", day, (int)(left / US), zone);
    return to;
}
