/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "baseline_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Without NUL bytes, a bracket that is never closed, or characters that no id has. */
static bool is_pattern(const char *text)
{
    static const char permitted[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789/-_.+*?[]!^";
    const char *bracket = strrchr(text, '[');
    return !text[strspn(text, permitted)] && (!bracket || strchr(bracket, ']'));
}

/* Cuts white space off both ends. */
static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* One line; false where it is not a pattern. */
static bool read_line(struct arena *arena, struct baseline *baseline, char *line, unsigned number)
{
    char *hash = strchr(line, '#');
    const char *why = "";
    if (hash) {
        *hash = '\0';
        why = trim(hash + 1);
    }
    const char *pattern = trim(line);
    if (!*pattern)
        return true;
    if (!is_pattern(pattern))
        return false;
    baseline->entries =
        arena_grow(arena, baseline->entries, baseline->count, sizeof(*baseline->entries));
    baseline->entries[baseline->count].pattern = arena_text(arena, pattern);
    baseline->entries[baseline->count].why = arena_text(arena, why);
    baseline->entries[baseline->count++].line = number;
    return true;
}

static int read_lines(struct arena *arena, const char *path, FILE *from, struct baseline *baseline,
                      const char **error)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int status = 0;
    errno = 0;
    for (unsigned number = 1; !status && (length = getline(&line, &room, from)) >= 0; number++) {
        if (strlen(line) == (size_t)length && read_line(arena, baseline, line, number))
            continue;
        *error = arena_print(arena, "%s:%u: not a pattern over ids", path, number);
        status = -1;
    }
    if (!status && !feof(from)) {
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
        status = -1;
    }
    free(line);
    return status;
}

int baseline_read(struct arena *arena, const char *path, struct baseline *baseline,
                  const char **error)
{
    FILE *from = fopen(path, "re");
    *baseline = (struct baseline){0};
    if (!from) {
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
        return -1;
    }
    int status = read_lines(arena, path, from, baseline, error);
    fclose(from);
    return status;
}
