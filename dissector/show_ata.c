/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "protocol/names.h"
#include "show_command.h"
#include "show_item.h"

/* Where the registers are behind the Ethernet header. */
enum { AFLAGS = 10, FEATURE = 11, COUNT = 12, OPCODE = 13, LBA = 14, RESERVED = 20 };
enum { LBA_BYTES = 6, LBA3 = LBA + 3, LBA4 = LBA + 4, BITS_TEXT = 64 };

static void show_aflags(const struct show *show)
{
    static const int *const parts[] = {&fields.ata.extended,        &fields.ata.device,
                                       &fields.ata.async,           &fields.ata.write,
                                       &fields.ata.aflags_reserved, NULL};
    show_parts(show, show_item(show, show->tree, fields.ata.aflags, AFLAGS, 1), branches.aflags,
               AFLAGS, parts);
}

static void show_error(const struct show *show)
{
    static const int *const parts[] = {&fields.ata.unc, &fields.ata.idnf, &fields.ata.abrt,
                                       &fields.ata.error_other, NULL};
    char bits[BITS_TEXT];
    proto_item *item = show_item(show, show->tree, fields.ata.error, FEATURE, 1);
    if (show->frame->ata.feature && show_is_visible(show))
        proto_item_append_text(item, ", %s",
                               aoe_name_ata_error(bits, sizeof bits, show->frame->ata.feature));
    show_parts(show, item, branches.error, FEATURE, parts);
}

static void show_status(const struct show *show)
{
    static const int *const parts[] = {&fields.ata.bsy,
                                       &fields.ata.drdy,
                                       &fields.ata.df,
                                       &fields.ata.drq,
                                       &fields.ata.err,
                                       &fields.ata.status_other,
                                       NULL};
    char bits[BITS_TEXT];
    proto_item *item = show_item(show, show->tree, fields.ata.status, OPCODE, 1);
    if (show_is_visible(show))
        proto_item_append_text(item, ", %s",
                               aoe_name_status(bits, sizeof bits, show->frame->ata.opcode));
    show_parts(show, item, branches.status, OPCODE, parts);
}

/* The opcode of a response is in its request. */
static void show_asked(const struct show *show)
{
    const struct history_exchange *request = show_request_of(show);
    if (request)
        proto_item_set_generated(
            proto_tree_add_uint(show->tree, fields.ata.opcode, show->tvb, 0, 0, request->opcode));
}

static void show_lba(const struct show *show)
{
    const struct aoe_ata *ata = &show->frame->ata;
    if (!show_has(show, LBA, LBA_BYTES))
        return;
    proto_item *item = proto_tree_add_uint64(show->tree, fields.ata.lba, show->tvb, LBA, LBA_BYTES,
                                             aoe_ata_lba(ata));
    if (ata->aflags & AOE_ATA_EXTENDED)
        return;
    proto_tree *tree = proto_item_add_subtree(item, branches.lba);
    show_item(show, tree, fields.ata.lba_device, LBA3, 1);
    show_item(show, tree, fields.ata.lba_unused, LBA4, 2);
}

void show_ata(const struct show *show)
{
    bool response = aoe_is_response(show->frame);
    show_aflags(show);
    if (response)
        show_error(show);
    else
        show_item(show, show->tree, fields.ata.feature, FEATURE, 1);
    show_item(show, show->tree, fields.ata.count, COUNT, 1);
    if (response)
        show_status(show);
    else
        show_item(show, show->tree, fields.ata.opcode, OPCODE, 1);
    if (response)
        show_asked(show);
    show_lba(show);
    show_item(show, show->tree, fields.ata.reserved, RESERVED, 2);
    show_data(show);
}
