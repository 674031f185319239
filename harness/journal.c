/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper's journal on disk: JSON, with bytes as hex. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "folders.h"
#include "json_hex.h"
#include "keeper.h"
#include "protocol/names.h"

static const char suite_name[] = "aoe-conform journal";

const char *keeper_default_path(struct arena *arena, const struct target *target)
{
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    const char *folder = state && *state == '/' ? state
                         : home && *home == '/' ? arena_print(arena, "%s/.local/state", home)
                                                : "/var/tmp";
    return arena_print(arena, "%s/aoe-conform/%s-%s.journal", folder,
                       aoe_address_text(address, target->shelf, target->slot),
                       aoe_mac_text(mac, target->mac));
}

bool keeper_exists(const char *path)
{
    return !access(path, F_OK);
}

static json_t *addresses(const uint8_t (*list)[AOE_MAC_BYTES], size_t count)
{
    char text[AOE_MAC_TEXT];
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(aoe_mac_text(text, list[i])));
    return array;
}

static json_t *to_json(const struct keeper *keeper)
{
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    json_t *root =
        json_pack("{s:s, s:s, s:s, s:s}", "journal", suite_name, "interface", keeper->interface,
                  "address", aoe_address_text(address, keeper->shelf, keeper->slot), "mac",
                  aoe_mac_text(mac, keeper->mac));
    if (keeper->kept & TOUCH_CONFIG)
        json_object_set_new(root, "config_string", json_hex(keeper->string));
    if (keeper->kept & TOUCH_MASKS)
        json_object_set_new(root, "mask_list", addresses(keeper->masks, keeper->mask_count));
    if (keeper->kept & TOUCH_RESERVE)
        json_object_set_new(root, "reserve_list",
                            addresses(keeper->reserved, keeper->reserved_count));
    if (!(keeper->kept & TOUCH_MEDIA))
        return root;
    json_t *media = json_array();
    for (size_t i = 0; i < keeper->media_count; i++) {
        struct extent place = keeper->media[i].place;
        json_array_append_new(
            media, json_pack("{s:I, s:o}", "lba", (json_int_t)place.lba, "data",
                             json_hex((struct aoe_span){keeper->media[i].data,
                                                        place.count * AOE_SECTOR_BYTES})));
    }
    json_object_set_new(root, "media", media);
    return root;
}

static int sync_folder(struct arena *arena, const char *path)
{
    int fd = open(dirname(arena_text(arena, path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int status = fsync(fd);
    close(fd);
    return status;
}

/* A journal is there whole or not at all: written beside its place, synced, then linked to it.
 * The link fails where a journal is there already. */
static int write_journal(struct arena *arena, const struct keeper *keeper, const json_t *root)
{
    char *temporary = arena_print(arena, "%s.%ld", keeper->path, (long)getpid());
    int fd = folders_make(arena, temporary, 0700)
                 ? -1
                 : open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    int status = json_dumpfd(root, fd, JSON_INDENT(1)) || fsync(fd);
    status = close(fd) || status;
    status = status || link(temporary, keeper->path);
    int error = errno;
    unlink(temporary);
    errno = error;
    return status || sync_folder(arena, keeper->path) ? -1 : 0;
}

int keeper_save(struct arena *arena, struct keeper *keeper, const char *path, const char **reason)
{
    keeper->path = path;
    json_t *root = to_json(keeper);
    int status = root ? write_journal(arena, keeper, root) : -1;
    if (status)
        *reason = arena_print(arena, "cannot write the journal %s: %s", path, strerror(errno));
    json_decref(root);
    return status;
}

void keeper_done(const struct keeper *keeper)
{
    if (keeper->path)
        unlink(keeper->path);
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static const uint8_t *unhex(struct arena *arena, const json_t *text, size_t *length)
{
    const char *from = json_string_value(text);
    if (!from || json_string_length(text) % 2)
        return NULL;
    *length = json_string_length(text) / 2;
    uint8_t *bytes = arena_array(arena, *length + 1, 1);
    for (size_t i = 0; i < *length; i++) {
        int high = digit(from[2 * i]), low = digit(from[2 * i + 1]);
        if (high < 0 || low < 0)
            return NULL;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return bytes;
}

/* False where the member is there but is no list of addresses. */
static bool load_addresses(struct arena *arena, const json_t *array,
                           const uint8_t (**list)[AOE_MAC_BYTES], size_t *count)
{
    *count = json_array_size(array);
    if (!json_is_array(array) || *count > AOE_LIST_MAX)
        return false;
    uint8_t(*macs)[AOE_MAC_BYTES] = arena_array(arena, *count + 1, AOE_MAC_BYTES);
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(array, i));
        if (!text || !aoe_mac_parse(text, macs[i]))
            return false;
    }
    *list = (const uint8_t(*)[AOE_MAC_BYTES])macs;
    return true;
}

static bool load_media(struct arena *arena, const json_t *media, struct keeper *keeper)
{
    if (!json_is_array(media) || json_array_size(media) > GATE_EXTENTS)
        return false;
    for (size_t i = 0; i < json_array_size(media); i++) {
        const json_t *entry = json_array_get(media, i);
        const json_t *lba = json_object_get(entry, "lba");
        size_t length;
        const uint8_t *data = unhex(arena, json_object_get(entry, "data"), &length);
        if (!json_is_integer(lba) || json_integer_value(lba) < 0 || !data ||
            length % AOE_SECTOR_BYTES)
            return false;
        keeper->media[i].place =
            (struct extent){(uint64_t)json_integer_value(lba), length / AOE_SECTOR_BYTES};
        keeper->media[i].data = data;
    }
    keeper->media_count = json_array_size(media);
    return true;
}

static const char *text_of(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));
    return text ? text : "";
}

static bool load_parts(struct arena *arena, const json_t *root, struct keeper *keeper)
{
    const json_t *part = json_object_get(root, "config_string");
    if (part) {
        keeper->kept |= TOUCH_CONFIG;
        keeper->string.bytes = unhex(arena, part, &keeper->string.length);
        if (!keeper->string.bytes || keeper->string.length > AOE_STRING_MAX)
            return false;
    }
    part = json_object_get(root, "mask_list");
    if (part) {
        keeper->kept |= TOUCH_MASKS;
        if (!load_addresses(arena, part, &keeper->masks, &keeper->mask_count))
            return false;
    }
    part = json_object_get(root, "reserve_list");
    if (part) {
        keeper->kept |= TOUCH_RESERVE;
        if (!load_addresses(arena, part, &keeper->reserved, &keeper->reserved_count))
            return false;
    }
    part = json_object_get(root, "media");
    if (part)
        keeper->kept |= TOUCH_MEDIA;
    return !part || load_media(arena, part, keeper);
}

int keeper_load(struct arena *arena, struct keeper *keeper, const char *path, const char **reason)
{
    json_error_t error;
    json_t *root = json_load_file(path, 0, &error);
    *keeper = (struct keeper){.path = path};
    if (!root) {
        *reason = arena_print(arena, "%s: %s", path, error.text);
        return -1;
    }
    keeper->interface = arena_text(arena, text_of(root, "interface"));
    bool good = !strcmp(text_of(root, "journal"), suite_name) &&
                aoe_address_parse(text_of(root, "address"), &keeper->shelf, &keeper->slot) &&
                aoe_mac_parse(text_of(root, "mac"), keeper->mac) && load_parts(arena, root, keeper);
    json_decref(root);
    if (!good)
        *reason = arena_print(arena, "%s is not a journal of aoe-conform, or is damaged", path);
    return good ? 0 : -1;
}
