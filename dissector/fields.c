/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"

#include "protocol/identify.h"
#include "protocol/names.h"

struct fields fields;
struct branches branches;

enum { VALUES = 256 };

/* What protocol/ calls each value; filled before they are registered. */
static value_string commands[VALUES + 1], errors[VALUES + 1], opcodes[VALUES + 1];
static value_string ccmds[VALUES + 1], mcmds[VALUES + 1], dcmds[VALUES + 1];
static value_string merrors[VALUES + 1], rcmds[VALUES + 1];

static const true_false_string tfs_message = {"Response", "Request"};
static const true_false_string tfs_errors = {"Error", "No error"};
static const true_false_string tfs_extended = {"48-bit command", "28-bit command"};
static const true_false_string tfs_async = {"Asynchronous write", "Synchronous write"};
static const true_false_string tfs_write = {"Data to the device", "No data to the device"};

/* Fields that the protocol had before have the names and types that old filters expect. */
#define FIELD(to, name, filter, type, base, strings, mask, about)                                  \
    {                                                                                              \
        &fields.to,                                                                                \
        {                                                                                          \
            name, filter, type, base, strings, mask, about, HFILL                                  \
        }                                                                                          \
    }
#define NUMBER(to, name, filter, bits, base)                                                       \
    FIELD(to, name, filter, FT_UINT##bits, base, NULL, 0, NULL)
#define NAMED(to, name, filter, base, names, mask)                                                 \
    FIELD(to, name, filter, FT_UINT8, base, VALS(names), mask, NULL)
#define PART(to, name, filter, mask) FIELD(to, name, filter, FT_UINT8, BASE_HEX, NULL, mask, NULL)
#define BIT(to, name, filter, words, mask)                                                         \
    FIELD(to, name, filter, FT_BOOLEAN, 8, TFS(&words), mask, NULL)
#define TEXT(to, name, filter, about) FIELD(to, name, filter, FT_STRING, BASE_NONE, NULL, 0, about)
#define BYTES(to, name, filter) FIELD(to, name, filter, FT_BYTES, BASE_NONE, NULL, 0, NULL)
#define MAC(to, name, filter) FIELD(to, name, filter, FT_ETHER, BASE_NONE, NULL, 0, NULL)
#define FRAME(to, name, filter, kind)                                                              \
    FIELD(to, name, filter, FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(kind), 0, NULL)
#define TIME(to, name, filter, about)                                                              \
    FIELD(to, name, filter, FT_RELATIVE_TIME, BASE_NONE, NULL, 0, about)

static hf_register_info header[] = {
    FIELD(version, "Version", "aoe.version", FT_UINT8, BASE_DEC, NULL, 0xF0, "1"),
    FIELD(flags, "Flags", "aoe.flags", FT_UINT8, BASE_HEX, NULL, 0x0F, NULL),
    BIT(response, "Response flag", "aoe.response", tfs_message, AOE_FLAG_RESPONSE),
    BIT(flags_error, "Error flag", "aoe.flags_error", tfs_errors, AOE_FLAG_ERROR),
    PART(flags_reserved, "Reserved", "aoe.flags.reserved", AOE_FLAG_RESERVED),
    NAMED(error, "Error", "aoe.error", BASE_DEC, errors, 0),
    NAMED(no_error, "Error", "aoe.no_error", BASE_DEC, errors, 0),
    TEXT(address, "Address", "aoe.address", "Shelf and slot"),
    NUMBER(major, "Shelf", "aoe.major", 16, BASE_DEC),
    NUMBER(minor, "Slot", "aoe.minor", 8, BASE_DEC),
    NAMED(command, "Command", "aoe.cmd", BASE_DEC, commands, 0),
    NUMBER(tag, "Tag", "aoe.tag", 32, BASE_HEX),
    BYTES(argument, "Argument", "aoe.argument"),
};

static hf_register_info exchanges[] = {
    FRAME(response_in, "Response in", "aoe.response_in", FT_FRAMENUM_RESPONSE),
    FRAME(response_to, "Response to", "aoe.response_to", FT_FRAMENUM_REQUEST),
    TIME(time, "Time from request", "aoe.time", "From the request that this answers"),
    TIME(time_first, "Time from first request", "aoe.time_first",
         "From the first request of the command"),
    FRAME(retransmission_of, "Repeats request in", "aoe.retransmission_of",
          FT_FRAMENUM_RETRANS_PREV),
    FRAME(retransmitted_in, "Repeated in", "aoe.retransmitted_in", FT_FRAMENUM_RETRANS_NEXT),
    FRAME(duplicate_of, "Duplicate of response in", "aoe.duplicate_of", FT_FRAMENUM_DUP_ACK),
    FIELD(repeats, "Repeats", "aoe.repeats", FT_UINT32, BASE_DEC, NULL, 0,
          "How often the command had been sent again before its response"),
    TEXT(rule, "Rule", "aoe.rule", "Id of the clause that does not hold"),
};

static hf_register_info ata[] = {
    NUMBER(ata.aflags, "ATA flags", "aoe.aflags", 8, BASE_HEX),
    BIT(ata.extended, "E", "aoe.aflags.e", tfs_extended, AOE_ATA_EXTENDED),
    BIT(ata.device, "D", "aoe.aflags.d", tfs_set_notset, AOE_ATA_DEVICE),
    BIT(ata.async, "A", "aoe.aflags.a", tfs_async, AOE_ATA_ASYNC),
    BIT(ata.write, "W", "aoe.aflags.w", tfs_write, AOE_ATA_WRITE),
    PART(ata.aflags_reserved, "Reserved", "aoe.aflags.reserved", AOE_ATA_RESERVED),
    NUMBER(ata.feature, "Feature", "aoe.err_feature", 8, BASE_HEX),
    NUMBER(ata.error, "ATA error", "aoe.err_feature", 8, BASE_HEX),
    BIT(ata.unc, "UNC (uncorrectable data)", "aoe.ata.error.unc", tfs_set_notset, ATA_ERROR_UNC),
    BIT(ata.idnf, "IDNF (address not found)", "aoe.ata.error.idnf", tfs_set_notset, ATA_ERROR_IDNF),
    BIT(ata.abrt, "ABRT (command aborted)", "aoe.ata.error.abrt", tfs_set_notset, ATA_ERROR_ABRT),
    PART(ata.error_other, "Other bits", "aoe.ata.error.other",
         0xFF & ~(ATA_ERROR_UNC | ATA_ERROR_IDNF | ATA_ERROR_ABRT)),
    NUMBER(ata.count, "Sector count", "aoe.sector_count", 8, BASE_DEC),
    NAMED(ata.opcode, "ATA command", "aoe.ata.cmd", BASE_HEX, opcodes, 0),
    NUMBER(ata.status, "ATA status", "aoe.ata.status", 8, BASE_HEX),
    BIT(ata.bsy, "BSY (busy)", "aoe.ata.status.bsy", tfs_set_notset, ATA_STATUS_BSY),
    BIT(ata.drdy, "DRDY (ready)", "aoe.ata.status.drdy", tfs_set_notset, ATA_STATUS_DRDY),
    BIT(ata.df, "DF (device fault)", "aoe.ata.status.df", tfs_set_notset, ATA_STATUS_DF),
    BIT(ata.drq, "DRQ (data request)", "aoe.ata.status.drq", tfs_set_notset, ATA_STATUS_DRQ),
    BIT(ata.err, "ERR (error)", "aoe.ata.status.err", tfs_set_notset, ATA_STATUS_ERR),
    PART(ata.status_other, "Other bits", "aoe.ata.status.other",
         0xFF & ~(ATA_STATUS_BAD | ATA_STATUS_DRDY)),
    NUMBER(ata.lba, "LBA", "aoe.lba", 64, BASE_DEC_HEX),
    PART(ata.lba_device, "Device register", "aoe.lba.device", 0xF0),
    NUMBER(ata.lba_unused, "Not used", "aoe.lba.unused", 16, BASE_HEX),
    NUMBER(ata.reserved, "Reserved", "aoe.ata.reserved", 16, BASE_HEX),
};

static hf_register_info data[] = {
    BYTES(data.bytes, "Data", "aoe.data"),
    FIELD(data.length, "Data bytes", "aoe.data.length", FT_UINT32, BASE_DEC, NULL, 0,
          "Bytes of data that the message has, as far as they were on the wire"),
    FIELD(data.sector, "Sector", "aoe.data.lba", FT_UINT64, BASE_DEC, NULL, 0,
          "LBA of a sector whose data is in this frame"),
};

static hf_register_info identify[] = {
    FIELD(identify.all, "IDENTIFY DEVICE", "aoe.identify", FT_NONE, BASE_NONE, NULL, 0, NULL),
    TEXT(identify.model, "Model", "aoe.identify.model", NULL),
    TEXT(identify.serial, "Serial number", "aoe.identify.serial", NULL),
    TEXT(identify.firmware, "Firmware", "aoe.identify.firmware", NULL),
    NUMBER(identify.sectors, "Sectors", "aoe.identify.sectors", 64, BASE_DEC),
    NUMBER(identify.word, "Word", "aoe.identify.word", 16, BASE_HEX),
    FIELD(identify.lba, "LBA", "aoe.identify.lba", FT_BOOLEAN, 16,
          TFS(&tfs_supported_not_supported), ATA_BIT_LBA, NULL),
    FIELD(identify.lba48, "48-bit addresses", "aoe.identify.lba48", FT_BOOLEAN, 16,
          TFS(&tfs_supported_not_supported), ATA_BIT_LBA48, NULL),
    FIELD(identify.lba48_enabled, "48-bit addresses", "aoe.identify.lba48_enabled", FT_BOOLEAN, 16,
          TFS(&tfs_enabled_disabled), ATA_BIT_LBA48, NULL),
    NUMBER(identify.lba28_sectors, "Sectors by 28-bit addresses", "aoe.identify.lba28_sectors", 32,
           BASE_DEC),
    NUMBER(identify.lba48_sectors, "Sectors by 48-bit addresses", "aoe.identify.lba48_sectors", 64,
           BASE_DEC),
};

static hf_register_info config[] = {
    NUMBER(config.buffer_count, "Buffer count", "aoe.config.buffer_count", 16, BASE_DEC),
    NUMBER(config.firmware, "Firmware version", "aoe.config.firmware", 16, BASE_HEX),
    NUMBER(config.sector_count, "Sector count", "aoe.config.sector_count", 8, BASE_DEC),
    FIELD(config.version, "AoE version", "aoe.config.version", FT_UINT8, BASE_DEC, NULL, 0xF0,
          NULL),
    NAMED(config.command, "Config command", "aoe.config.command", BASE_DEC, ccmds, 0x0F),
    NUMBER(config.length, "Config string length", "aoe.config.length", 16, BASE_DEC),
    TEXT(config.string, "Config string", "aoe.config.string", "Where it is text"),
    BYTES(config.bytes, "Config string", "aoe.config.bytes"),
};

static hf_register_info lists[] = {
    NUMBER(mask.reserved, "Reserved", "aoe.mask.reserved", 8, BASE_HEX),
    NAMED(mask.command, "Mask command", "aoe.mask.command", BASE_DEC, mcmds, 0),
    NAMED(mask.error, "Mask error", "aoe.mask.error", BASE_DEC, merrors, 0),
    NUMBER(mask.count, "Directive count", "aoe.mask.count", 8, BASE_DEC),
    NUMBER(mask.directive_reserved, "Reserved", "aoe.mask.directive.reserved", 8, BASE_HEX),
    NAMED(mask.directive, "Directive", "aoe.mask.directive", BASE_DEC, dcmds, 0),
    MAC(mask.mac, "Address", "aoe.mask.mac"),
    NAMED(reserve.command, "Reserve command", "aoe.reserve.command", BASE_DEC, rcmds, 0),
    NUMBER(reserve.count, "Address count", "aoe.reserve.count", 8, BASE_DEC),
    MAC(reserve.mac, "Address", "aoe.reserve.mac"),
};

static void fill(value_string *to, const char *(*name)(uint8_t value))
{
    for (unsigned value = 0; value < VALUES; value++)
        if (strcmp(name((uint8_t)value), "unknown"))
            *to++ = (value_string){value, name((uint8_t)value)};
    *to = (value_string){0, NULL};
}

static void fill_all(void)
{
    fill(commands, aoe_name_command);
    fill(errors, aoe_name_error);
    fill(opcodes, aoe_name_opcode);
    fill(ccmds, aoe_name_ccmd);
    fill(mcmds, aoe_name_mcmd);
    fill(dcmds, aoe_name_dcmd);
    fill(merrors, aoe_name_merror);
    fill(rcmds, aoe_name_rcmd);
}

/* The names that filters may compare an older field of the same name with: its own, and after them
 * those that this one shows. Without this only its own would be known. */
static void add_names(const char *filter, const value_string *names)
{
    header_field_info *older = proto_registrar_get_byname(filter);
    const value_string *own = older ? older->strings : NULL;
    size_t count = 0, more = 0;
    if (!own || older->type != FT_UINT8 || older->display & BASE_EXT_STRING)
        return;
    while (own[count].strptr)
        count++;
    while (names[more].strptr)
        more++;
    value_string *all = wmem_alloc_array(wmem_epan_scope(), value_string, count + more + 1);
    memcpy(all, own, count * sizeof *own);
    memcpy(all + count, names, (more + 1) * sizeof *names);
    older->strings = all;
}

static void add_all_names(void)
{
    add_names("aoe.cmd", commands);
    add_names("aoe.error", errors);
    add_names("aoe.ata.cmd", opcodes);
}

void fields_register(int protocol)
{
    static int *subtrees[] = {
        &branches.message,  &branches.flags,  &branches.address, &branches.aflags,
        &branches.error,    &branches.status, &branches.lba,     &branches.data,
        &branches.identify, &branches.words,  &branches.word,    &branches.directive,
    };
    fill_all();
    add_all_names();
    for (size_t i = 0; i < array_length(subtrees); i++)
        *subtrees[i] = -1;
    proto_register_subtree_array(subtrees, array_length(subtrees));
    proto_register_field_array(protocol, header, array_length(header));
    proto_register_field_array(protocol, exchanges, array_length(exchanges));
    proto_register_field_array(protocol, ata, array_length(ata));
    proto_register_field_array(protocol, data, array_length(data));
    proto_register_field_array(protocol, identify, array_length(identify));
    proto_register_field_array(protocol, config, array_length(config));
    proto_register_field_array(protocol, lists, array_length(lists));
}
