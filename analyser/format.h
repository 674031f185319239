/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Figures as people read them. */
#ifndef AOE_FORMAT_H
#define AOE_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Room for any of these texts, NUL included. */
enum { FORMAT_TEXT = 48 };

/* "180 ns", "1.23 us", "12.3 ms", "1.23 s", then "20.6 min", "2.78 h", "3.47 d": three digits, the
 * last one rounded. All functions return `to`. */
char *format_duration(char to[FORMAT_TEXT], uint64_t ns);

/* "512 B", "1.15 GB": powers of 1000. */
char *format_bytes(char to[FORMAT_TEXT], uint64_t bytes);

/* "1,234,567". */
char *format_count(char to[FORMAT_TEXT], uint64_t count);

/* `part` of `whole`, 0 to 1 or above: "12 %", "1.2 %", "0.02 %", "under 0.01 %", "0 %". */
char *format_share(char to[FORMAT_TEXT], uint64_t part, uint64_t whole);

/* How many times `whole` is in `part`: "1.5", "12", "1,234". */
char *format_times(char to[FORMAT_TEXT], uint64_t part, uint64_t whole);

/* A time of day in the zone of the process: "2026-11-21 12:35:03.123456 CET". */
char *format_time(char to[FORMAT_TEXT], int64_t ns);

/* "frame", "2 frames" and the like: the count and the word, with an s but for 1. */
char *format_counted(char to[FORMAT_TEXT], uint64_t count, const char *word);

#endif
