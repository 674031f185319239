/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file is never written in place: a new one takes its place in one step, so that whoever
 * reads it after a crash finds the old settings or the new ones. The lock is a file of its own
 * because a lock on the state file would stay with the file that was replaced. */
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "protocol/names.h"
#include "protocol/text.h"

static const char first_line[] = "aoe-target state 1";

enum { FILE_MODE = 0644 };

static void format_list(struct aoe_text *text, const char *key, const struct model_list *list)
{
    char mac[AOE_MAC_TEXT];
    for (size_t i = 0; i < list->count; i++)
        aoe_text_add(text, "%s %s\n", key, aoe_mac_text(mac, list->mac[i]));
}

size_t state_format(const struct model_settings *from, char text[STATE_TEXT_MAX])
{
    struct aoe_text to = aoe_text(text, STATE_TEXT_MAX);
    aoe_text_add(&to, "%s\n", first_line);
    for (size_t i = 0; i < from->length; i++)
        aoe_text_add(&to, "%s%02x", i ? "" : "config ", from->string[i]);
    aoe_text_add(&to, from->length ? "\n" : "");
    format_list(&to, "mask", &from->masks);
    format_list(&to, "reserve", &from->reserves);
    aoe_text_add(&to, "end\n");
    return to.used;
}

/* Where the reading of a state file stands. */
struct parser {
    struct model_settings *to;
    const char *rest;
    size_t left;
    unsigned line; /* number of the line that was taken last */
    bool config;   /* the config line has been seen */
};

/* Takes the next line without its newline. False at the end, and where no newline follows. */
static bool next_line(struct parser *parser, struct aoe_span *line)
{
    const char *end = parser->left ? memchr(parser->rest, '\n', parser->left) : NULL;
    parser->line++;
    if (!end)
        return false;
    size_t length = (size_t)(end - parser->rest);
    *line = (struct aoe_span){(const uint8_t *)parser->rest, length};
    parser->rest = end + 1;
    parser->left -= length + 1;
    return true;
}

static bool is_text(struct aoe_span line, const char *text)
{
    return line.length == strlen(text) && memcmp(line.bytes, text, line.length) == 0;
}

/* True where the line starts with `key` and a space; `line` is then what follows. */
static bool take_key(struct aoe_span *line, const char *key)
{
    size_t length = strlen(key);
    if (line->length <= length || memcmp(line->bytes, key, length) != 0 ||
        line->bytes[length] != ' ')
        return false;
    line->bytes += length + 1;
    line->length -= length + 1;
    return true;
}

/* The value of a hex digit, or -1. */
static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static const char *parse_config(struct parser *parser, struct aoe_span hex)
{
    struct model_settings *to = parser->to;
    if (parser->config)
        return "a second config string";
    if (!hex.length || hex.length % 2 || hex.length / 2 > AOE_STRING_MAX)
        return "a config string is 1 to 1024 bytes, each as two hex digits";
    for (size_t i = 0; i < hex.length / 2; i++) {
        int high = digit(hex.bytes[2 * i]), low = digit(hex.bytes[2 * i + 1]);
        if (high < 0 || low < 0)
            return "a config string is written in hex digits, 0-9 and a-f";
        to->string[i] = (uint8_t)(high << 4 | low);
    }
    to->length = (uint16_t)(hex.length / 2);
    parser->config = true;
    return NULL;
}

static const char *parse_address(struct model_list *list, struct aoe_span text)
{
    char mac[AOE_MAC_TEXT] = {0};
    if (list->count == AOE_LIST_MAX)
        return "a list holds 255 addresses at most";
    if (text.length != AOE_MAC_TEXT - 1)
        return "an address is written as 02:00:00:00:00:01";
    memcpy(mac, text.bytes, text.length);
    if (!aoe_mac_parse(mac, list->mac[list->count]))
        return "an address is written as 02:00:00:00:00:01";
    list->count++;
    return NULL;
}

/* Reads one line between the first and the last. Returns what is wrong with it, or NULL. */
static const char *parse_line(struct parser *parser, struct aoe_span line)
{
    if (take_key(&line, "config"))
        return parse_config(parser, line);
    if (take_key(&line, "mask"))
        return parse_address(&parser->to->masks, line);
    if (take_key(&line, "reserve"))
        return parse_address(&parser->to->reserves, line);
    return "neither config, mask, reserve nor end";
}

static const char *parse_lines(struct parser *parser)
{
    struct aoe_span line;
    if (!next_line(parser, &line) || !is_text(line, first_line))
        return "not a state file of aoe-target: its first line is \"aoe-target state 1\"";
    while (next_line(parser, &line)) {
        if (is_text(line, "end")) {
            parser->line++;
            return parser->left ? "something follows the end" : NULL;
        }
        const char *wrong = parse_line(parser, line);
        if (wrong)
            return wrong;
    }
    return "the file is cut: its last line is \"end\"";
}

int state_parse(struct model_settings *to, const char *text, size_t length, char *message,
                size_t size)
{
    struct parser parser = {.to = to, .rest = text, .left = length};
    memset(to, 0, sizeof *to);
    const char *wrong = parse_lines(&parser);
    if (!wrong)
        return 0;
    snprintf(message, size, "line %u: %s", parser.line, wrong);
    return -1;
}

/* Reads up to `size` bytes of a file; -1 on an error. */
static ssize_t read_all(int fd, char *to, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, to + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static int load(const struct state *state, struct model_settings *settings, char *message,
                size_t size)
{
    char text[STATE_TEXT_MAX], reason[128];
    int fd = openat(state->directory, state->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return 0;
    ssize_t length = fd < 0 ? -1 : read_all(fd, text, sizeof text);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (length < 0) {
        snprintf(message, size, "%s: %s", state->path, strerror(error));
        return -1;
    }
    if ((size_t)length == sizeof text) {
        snprintf(message, size, "%s: too long for a state file of aoe-target", state->path);
        return -1;
    }
    if (state_parse(settings, text, (size_t)length, reason, sizeof reason) == 0)
        return 0;
    snprintf(message, size, "%s: %s", state->path, reason);
    return -1;
}

/* Opens the directory of the path and derives the names of the files in it. */
static int open_directory(struct state *state, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char directory[PATH_MAX] = ".";
    if (strlen(path) >= sizeof directory || strlen(name) >= sizeof state->name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (!*name) {
        errno = EISDIR;
        return -1;
    }
    if (slash) /* the slash stays: it may be all that there is */
        snprintf(directory, sizeof directory, "%.*s", (int)(slash - path + 1), path);
    snprintf(state->path, sizeof state->path, "%s", path);
    snprintf(state->name, sizeof state->name, "%s", name);
    snprintf(state->lock_name, sizeof state->lock_name, "%s.lock", name);
    snprintf(state->temporary, sizeof state->temporary, "%s.new", name);
    state->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return state->directory < 0 ? -1 : 0;
}

int state_open(struct state *state, const char *path, struct model_settings *settings,
               char *message, size_t size)
{
    *state = (struct state){.directory = -1, .lock = -1};
    if (open_directory(state, path) != 0) {
        snprintf(message, size, "%s: %s", path, strerror(errno));
        return -1;
    }
    state->lock = openat(state->directory, state->lock_name,
                         O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (state->lock < 0 || flock(state->lock, LOCK_EX | LOCK_NB) != 0) {
        snprintf(message, size, "%s: %s", path,
                 errno == EWOULDBLOCK ? "in use by another target" : strerror(errno));
    } else if (load(state, settings, message, size) == 0) {
        return 0;
    }
    state_close(state);
    return -1;
}

void state_close(struct state *state)
{
    if (state->lock >= 0)
        close(state->lock);
    if (state->directory >= 0)
        close(state->directory);
    state->lock = state->directory = -1;
}

static int write_all(int fd, const char *from, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t put = write(fd, from + done, length - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        done += (size_t)put;
    }
    return 0;
}

/* Writes the new file beside the old one, down to the media. */
static int write_temporary(const struct state *state, const char *text, size_t length)
{
    int fd = openat(state->directory, state->temporary,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0)
        return -1;
    int result = write_all(fd, text, length) == 0 && fsync(fd) == 0 ? 0 : -1;
    int error = errno;
    if (close(fd) != 0 && result == 0)
        return -1;
    errno = error;
    return result;
}

int state_save(struct state *state, const struct model_settings *settings)
{
    char text[STATE_TEXT_MAX];
    size_t length = state_format(settings, text);
    if (write_temporary(state, text, length) == 0 &&
        renameat(state->directory, state->temporary, state->directory, state->name) == 0 &&
        fsync(state->directory) == 0)
        return 0;
    snprintf(state->message, sizeof state->message, "%s: %s", state->path, strerror(errno));
    return -1;
}
