/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <stdio.h>

#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *name_at(const char *const *names, size_t count, uint8_t value)
{
    return value < count ? names[value] : "unknown";
}

const char *aoe_name_command(uint8_t command)
{
    static const char *const names[] = {"ATA", "config", "mask", "reserve"};
    return command >= AOE_COMMAND_VENDOR ? "vendor" : name_at(names, COUNT(names), command);
}

const char *aoe_name_error(uint8_t error)
{
    static const char *const names[] = {
        "none",
        "unrecognized command",
        "bad argument",
        "device unavailable",
        "config string present",
        "unsupported version",
        "target is reserved",
    };
    return name_at(names, COUNT(names), error);
}

const char *aoe_name_ccmd(uint8_t ccmd)
{
    static const char *const names[] = {"read", "test", "prefix", "set", "force-set"};
    return name_at(names, COUNT(names), ccmd);
}

const char *aoe_name_mcmd(uint8_t mcmd)
{
    static const char *const names[] = {"read", "edit"};
    return name_at(names, COUNT(names), mcmd);
}

const char *aoe_name_dcmd(uint8_t dcmd)
{
    static const char *const names[] = {"none", "add", "delete"};
    return name_at(names, COUNT(names), dcmd);
}

const char *aoe_name_merror(uint8_t merror)
{
    static const char *const names[] = {"none", "unspecified", "bad directive", "list full"};
    return name_at(names, COUNT(names), merror);
}

const char *aoe_name_rcmd(uint8_t rcmd)
{
    static const char *const names[] = {"read", "set", "force-set"};
    return name_at(names, COUNT(names), rcmd);
}

const char *aoe_name_opcode(uint8_t opcode)
{
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    return entry ? entry->name : "unknown";
}

struct bit {
    uint8_t mask;
    const char *name;
};

static char *name_bits(char *to, size_t size, const struct bit *bits, size_t count, uint8_t value)
{
    struct aoe_text text = aoe_text(to, size);
    uint8_t left = value;
    for (size_t i = 0; i < count; i++) {
        if (!(value & bits[i].mask))
            continue;
        aoe_text_add(&text, "%s%s", text.used ? " " : "", bits[i].name);
        left = (uint8_t)(left & ~bits[i].mask);
    }
    if (left)
        aoe_text_add(&text, "%s0x%02x", text.used ? " " : "", left);
    else if (!value)
        aoe_text_add(&text, "0");
    return to;
}

char *aoe_name_status(char *to, size_t size, uint8_t status)
{
    static const struct bit bits[] = {
        {ATA_STATUS_BSY, "BSY"}, {ATA_STATUS_DRDY, "DRDY"}, {ATA_STATUS_DF, "DF"},
        {0x10, "DSC"},           {ATA_STATUS_DRQ, "DRQ"},   {ATA_STATUS_ERR, "ERR"},
    };
    return name_bits(to, size, bits, COUNT(bits), status);
}

char *aoe_name_ata_error(char *to, size_t size, uint8_t error)
{
    static const struct bit bits[] = {
        {0x80, "ICRC"}, {ATA_ERROR_UNC, "UNC"},   {0x20, "MC"}, {ATA_ERROR_IDNF, "IDNF"},
        {0x08, "MCR"},  {ATA_ERROR_ABRT, "ABRT"}, {0x02, "NM"},
    };
    return name_bits(to, size, bits, COUNT(bits), error);
}

/* By hand, since nearly every line of every report has an address in it. Returns the end. */
static char *put_number(char *to, unsigned number)
{
    char digits[5];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count)
        *to++ = digits[--count];
    return to;
}

static char *put_part(char *to, unsigned number, unsigned all)
{
    if (number != all)
        return put_number(to, number);
    *to++ = '*';
    return to;
}

char *aoe_address_text(char to[AOE_ADDRESS_TEXT], uint16_t shelf, uint8_t slot)
{
    char *end = to;
    *end++ = 'e';
    end = put_part(end, shelf, AOE_SHELF_ALL);
    *end++ = '.';
    end = put_part(end, slot, AOE_SLOT_ALL);
    *end = '\0';
    return to;
}

char *aoe_mac_text(char to[AOE_MAC_TEXT], const uint8_t mac[AOE_MAC_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < AOE_MAC_BYTES; i++) {
        to[3 * i] = digits[mac[i] >> 4];
        to[3 * i + 1] = digits[mac[i] & 0xF];
        to[3 * i + 2] = i + 1 < AOE_MAC_BYTES ? ':' : '\0';
    }
    return to;
}

/* Returns the text after a decimal number of at most `most`, or NULL. */
static const char *parse_number(const char *text, unsigned most, unsigned *value)
{
    *value = 0;
    if (*text < '0' || *text > '9')
        return NULL;
    for (; *text >= '0' && *text <= '9'; text++) {
        *value = *value * 10 + (unsigned)(*text - '0');
        if (*value > most)
            return NULL;
    }
    return text;
}

bool aoe_address_parse(const char *text, uint16_t *shelf, uint8_t *slot)
{
    unsigned major, minor;
    if (*text++ != 'e')
        return false;
    text = parse_number(text, AOE_SHELF_ALL - 1, &major);
    if (!text || *text++ != '.')
        return false;
    text = parse_number(text, AOE_SLOT_ALL - 1, &minor);
    if (!text || *text)
        return false;
    *shelf = (uint16_t)major;
    *slot = (uint8_t)minor;
    return true;
}

/* -1 where `c` is no hex digit; the C library's isxdigit would ask the locale. */
static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool aoe_mac_parse(const char *text, uint8_t mac[AOE_MAC_BYTES])
{
    uint8_t bytes[AOE_MAC_BYTES];
    bool colons = strchr(text, ':') != NULL;
    for (size_t i = 0; i < AOE_MAC_BYTES; i++) {
        if (i && colons && *text++ != ':')
            return false;
        int high = hex_digit(text[0]);
        int low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text)
        return false;
    memcpy(mac, bytes, sizeof bytes);
    return true;
}

static size_t quote_byte(char to[5], uint8_t byte)
{
    const char *format = "%c";
    if (byte == '"' || byte == '\\')
        format = "\\%c";
    else if (byte < 0x20 || byte > 0x7E)
        format = "\\x%02x";
    return (size_t)snprintf(to, 5, format, byte);
}

char *aoe_quote(char *to, size_t size, struct aoe_span bytes)
{
    const size_t closing = sizeof "\"", cutting = sizeof "\"...";
    struct aoe_text text = aoe_text(to, size);
    if (size < cutting + 1)
        return to;
    aoe_text_add(&text, "\"");
    size_t safe = text.used; /* the last place where the mark of the cut still fits */
    for (size_t i = 0; i < bytes.length; i++) {
        char piece[5];
        size_t length = quote_byte(piece, bytes.bytes[i]);
        if (text.used + length + closing > size) {
            text.used = safe;
            aoe_text_add(&text, "\"...");
            return to;
        }
        aoe_text_add(&text, "%s", piece);
        if (text.used + cutting <= size)
            safe = text.used;
    }
    aoe_text_add(&text, "\"");
    return to;
}
