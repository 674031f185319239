/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "protocol/ata.h"
#include "protocol/identify.h"
#include "show_command.h"
#include "show_item.h"

#include <epan/strutil.h>

/* The data, and the whole words of it that were captured. */
struct identify {
    const struct show *show;
    proto_tree *tree;
    size_t offset, words;
};

static bool has_words(const struct identify *at, unsigned first, unsigned count)
{
    return first + count <= at->words;
}

static int place_of(const struct identify *at, unsigned word)
{
    return (int)(at->offset + 2 * (size_t)word);
}

static void add_text(const struct identify *at, int field, unsigned first, unsigned count,
                     const char *text)
{
    const char *shown = format_text(at->show->packet->pool, (const guchar *)text, strlen(text));
    if (has_words(at, first, count))
        proto_tree_add_string(at->tree, field, at->show->tvb, place_of(at, first), (int)count * 2,
                              shown);
}

static void add_capacity(const struct identify *at, const struct ata_identity *identity)
{
    unsigned first = identity->lba48_supported ? ATA_WORD_LBA48 : ATA_WORD_LBA28;
    unsigned count = identity->lba48_supported ? ATA_WORDS_LBA48 : ATA_WORDS_LBA28;
    uint64_t sectors = ata_capacity(identity);
    if (!has_words(at, first, count) || !has_words(at, ATA_WORD_SUPPORTED, 1))
        return;
    proto_item *item = proto_tree_add_uint64(at->tree, fields.identify.sectors, at->show->tvb,
                                             place_of(at, first), (int)count * 2, sectors);
    if (sectors < ATA_LBA48_END)
        proto_item_append_text(item, ", %s",
                               format_size_wmem(at->show->packet->pool,
                                                (int64_t)sectors * AOE_SECTOR_BYTES,
                                                FORMAT_SIZE_UNIT_BYTES, FORMAT_SIZE_PREFIX_IEC));
}

/* What a word holds beside its number. */
static void add_parts(const struct identify *at, proto_item *item, unsigned word)
{
    static const struct {
        unsigned word, words;
        const int *field;
    } parts[] = {
        {ATA_WORD_CAPABILITIES, 1, &fields.identify.lba},
        {ATA_WORD_LBA28, ATA_WORDS_LBA28, &fields.identify.lba28_sectors},
        {ATA_WORD_SUPPORTED, 1, &fields.identify.lba48},
        {ATA_WORD_ENABLED, 1, &fields.identify.lba48_enabled},
        {ATA_WORD_LBA48, ATA_WORDS_LBA48, &fields.identify.lba48_sectors},
    };
    for (size_t i = 0; i < array_length(parts); i++)
        if (parts[i].word == word && has_words(at, word, parts[i].words))
            proto_tree_add_item(proto_item_add_subtree(item, branches.word), *parts[i].field,
                                at->show->tvb, place_of(at, word), (int)parts[i].words * 2,
                                ENC_LITTLE_ENDIAN);
}

static void add_word(const struct identify *at, proto_tree *tree, unsigned word)
{
    const char *name = ata_identify_word(word);
    uint16_t value = tvb_get_letohs(at->show->tvb, place_of(at, word));
    proto_item *item = proto_tree_add_uint_format(
        tree, fields.identify.word, at->show->tvb, place_of(at, word), 2, value,
        "Word %u%s%s: 0x%04x", word, name ? ", " : "", name ? name : "", value);
    add_parts(at, item, word);
}

static void add_words(const struct identify *at)
{
    proto_tree *tree =
        proto_tree_add_subtree_format(at->tree, at->show->tvb, (int)at->offset, (int)at->words * 2,
                                      branches.words, NULL, "%zu words", at->words);
    for (unsigned word = 0; word < at->words; word++)
        add_word(at, tree, word);
}

void show_identify(const struct show *show, size_t offset, size_t length)
{
    uint8_t data[AOE_SECTOR_BYTES] = {0};
    struct ata_identity identity;
    if (length > sizeof data)
        length = sizeof data;
    proto_item *item = proto_tree_add_item(show->tree, fields.identify.all, show->tvb, (int)offset,
                                           (int)length, ENC_NA);
    const struct identify at = {show, proto_item_add_subtree(item, branches.identify), offset,
                                length / 2};
    tvb_memcpy(show->tvb, data, (int)offset, length);
    ata_identify_decode(&identity, data);
    add_text(&at, fields.identify.model, ATA_WORD_MODEL, ATA_WORDS_MODEL, identity.model);
    add_text(&at, fields.identify.serial, ATA_WORD_SERIAL, ATA_WORDS_SERIAL, identity.serial);
    add_text(&at, fields.identify.firmware, ATA_WORD_FIRMWARE, ATA_WORDS_FIRMWARE,
             identity.firmware);
    add_capacity(&at, &identity);
    add_words(&at);
}
