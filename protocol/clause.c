/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "clause.h"

#include <string.h>

/* The level follows from the basis: what is quoted, agreed or a matter of safety must hold. */
#define TEXT AOE_MUST, AOE_BASIS_TEXT
#define AGREED AOE_MUST, AOE_BASIS_AGREED
#define SAFETY AOE_MUST, AOE_BASIS_SAFETY
#define MAJORITY AOE_SHOULD, AOE_BASIS_MAJORITY
#define DISPUTED AOE_MAY, AOE_BASIS_DISPUTED

/* clang-format off */
static const struct aoe_clause clauses[] = {
    {"1-reserved", "1", TEXT,
     "Whoever sends a message sets every reserved bit and byte in it to zero."},
    {"1-reserved-in", "1", TEXT,
     "Reserved bits that are set in a request do not come back in its response."},
    {"1.1-stateless", "1.1", TEXT,
     "Messages do not depend on earlier ones, so a target responds to a repeated request again."},
    {"2.1-type", "2.1", AGREED,
     "AoE frames have Ethernet type 0x88A2, and a response travels from a unicast address of the "
     "target to the address that the request came from."},
    {"2.1-padding", "2.1", SAFETY,
     "Bytes that pad a frame to 60 bytes are zero when sent and are not part of the message when "
     "received."},
    {"2.1-runt", "2.1", MAJORITY,
     "A request that holds its whole message is served even where it was not padded to 60 bytes."},
    {"2.2-version", "2.2", AGREED,
     "The version field of every response is 1, whatever the request had there."},
    {"2.2-unsupported", "2.2", MAJORITY,
     "A request whose version is not 1 is refused with error 5 or ignored, and never carried out."},
    {"2.3-response", "2.3", TEXT,
     "The R flag is set in all responses and clear in all requests."},
    {"2.3-ignore-responses", "2.3", SAFETY,
     "A target sends nothing back for a frame whose R flag is set, for two targets could "
     "otherwise keep answering each other."},
    {"2.3-error", "2.3", TEXT,
     "A response has the E flag set exactly when its error field holds a code from 1 to 6, and "
     "copies neither of them from the request."},
    {"2.4-codes", "2.4", TEXT,
     "Error codes mean: 1 unrecognized command, 2 bad argument, 3 device unavailable, 4 config "
     "string present, 5 unsupported version, 6 target reserved."},
    {"2.5-address", "2.5", TEXT,
     "A target serves requests for its own shelf and slot only, and its responses name that "
     "shelf and slot."},
    {"2.5-broadcast", "2.5", TEXT,
     "Shelf 0xFFFF addresses every shelf and slot 0xFF every slot, separately or together, and "
     "the response holds the real address of the target."},
    {"2.6-command", "2.6", TEXT,
     "A response repeats the command of its request, and a command that the target does not "
     "implement is refused with error 1."},
    {"2.6-vendor", "2.6", TEXT,
     "Commands 0xF0 to 0xFF have no common meaning: they belong to the vendor."},
    {"2.7-tag", "2.7", TEXT,
     "A response repeats all 32 bits of the tag of its request, whatever their value."},
    {"2-short", "2", SAFETY,
     "A frame that ends inside its header or argument is refused with error 2 or ignored, and "
     "nothing beyond its end is read into a response."},
    {"2-once", "2", AGREED,
     "A request is answered by one response, not by several."},
    {"2-l2", "2", MAJORITY,
     "A frame sent to the unicast Ethernet address of another host is not served."},

    {"3.1-registers", "3.1", TEXT,
     "An ATA request supplies the registers of the command, and its response returns the error, "
     "count, status and LBA registers."},
    {"3.1-status", "3.1", AGREED,
     "Good ATA status is DRDY without BSY, DF, DRQ and ERR; a command that failed reports ERR "
     "and a non-zero error register, and leaves the AoE E flag clear."},
    {"3.1-count-left", "3.1", DISPUTED,
     "After success the count register of the response says how many sectors remain, which is 0."},
    {"3.1-lba28", "3.1", AGREED,
     "A 28-bit command takes its highest four LBA bits from the low half of lba3, and ignores the "
     "high half of lba3 as well as lba4 and lba5."},
    {"3.1-lba48", "3.1", SAFETY,
     "A 48-bit command uses all six LBA bytes, and an address out of reach is refused with IDNF "
     "rather than cut down to one within reach."},
    {"3.1-ext-mismatch", "3.1", DISPUTED,
     "The E flag of the ATA argument accompanies 48-bit opcodes and no others."},
    {"3.1-write-flag", "3.1", SAFETY,
     "The W flag marks requests that carry data to the device, and a request where W contradicts "
     "the opcode neither loses data nor reveals any."},
    {"3.1-async", "3.1", AGREED,
     "A write with the A flag may be carried out later, yet every read after its response returns "
     "what it wrote."},
    {"3.1-data", "3.1", TEXT,
     "The data of a read response or of a write request is exactly 512 bytes for each sector of "
     "the count, and a response to a failed command has none."},
    {"3.1-short-write", "3.1", SAFETY,
     "A write that brings fewer bytes than its count asks for is refused and stores nothing."},
    {"3.1-max-count", "3.1", MAJORITY,
     "A count above the advertised sector count is refused with AoE error 2 or ATA ABRT, without "
     "storing anything and without falling silent."},
    {"3.1-max-served", "3.1", TEXT,
     "A command of as many sectors as the target advertises is served at the MTU of the link."},
    {"3.1-count-zero", "3.1", MAJORITY,
     "A read or write with count 0 is answered and transfers nothing, although ATA itself would "
     "take it for 256 or 65536 sectors."},
    {"3.1-range", "3.1", SAFETY,
     "A read or write that reaches beyond the last sector fails with IDNF or ABRT, stores none of "
     "its data, does not enlarge the media and returns nothing as good data."},
    {"3.1-identify", "3.1", AGREED,
     "IDENTIFY DEVICE returns 512 bytes laid out as ATA/ATAPI-6 says: readable serial, firmware "
     "and model texts, LBA support, and the capacities for 28-bit and 48-bit commands."},
    {"3.1-capacity", "3.1", SAFETY,
     "The sector below the capacity is readable and the one at the capacity is not, and the "
     "28-bit and 48-bit capacities agree as far as 28 bits reach."},
    {"3.1-readback", "3.1", SAFETY,
     "A read returns what was last written there, whichever commands, counts, tags and initiators "
     "were used for either."},
    {"3.1-unknown-ata", "3.1", AGREED,
     "An ATA command that the target does not implement fails with ERR and ABRT."},
    {"3.1-flush", "3.1", MAJORITY,
     "FLUSH CACHE and FLUSH CACHE EXT succeed with DRDY set."},
    {"3.1-check-power", "3.1", MAJORITY,
     "CHECK POWER MODE succeeds with DRDY set and returns 0xFF, active, in the count register."},
    {"3.1-readonly", "3.1", AGREED,
     "A read-only target fails write commands with ABRT."},

    {"3.2-fields", "3.2", TEXT,
     "A config response holds buffer count, firmware version, sector count, AoE version 1, the "
     "command of the request, and the config string with its length."},
    {"3.2-bufcount", "3.2", TEXT,
     "The buffer count is how many requests the target can queue: so many at once are all "
     "answered, and beyond it requests may be dropped."},
    {"3.2-bufcount-min", "3.2", MAJORITY,
     "The buffer count is 2 or more, since the Linux initiator never uses a target that offers "
     "less."},
    {"3.2-sectors", "3.2", TEXT,
     "The sector count is the most sectors that one ATA command may transfer, 0 stands for 2, and "
     "a frame with so much data fits the MTU."},
    {"3.2-read", "3.2", TEXT,
     "Config command 0 returns the config string, and a string that such a request carries is not "
     "stored."},
    {"3.2-test", "3.2", TEXT,
     "Config command 1 gets a response when its string equals the config string, and no response "
     "when it does not."},
    {"3.2-prefix", "3.2", TEXT,
     "Config command 2 gets a response when the config string begins with its string, as it "
     "always does with the empty one, and otherwise none."},
    {"3.2-set", "3.2", TEXT,
     "Config command 3 stores its string when there is none yet, and otherwise gets error 4 and "
     "changes nothing, so that of several hosts only one succeeds."},
    {"3.2-set-same", "3.2", MAJORITY,
     "Config command 3 with the string that is already stored succeeds, so that a host which "
     "missed the first response may repeat it."},
    {"3.2-force", "3.2", TEXT,
     "Config command 4 stores its string in place of any other."},
    {"3.2-returned", "3.2", MAJORITY,
     "The response to config command 3 or 4, also when it is refused, holds the string that is "
     "stored from then on."},
    {"3.2-length", "3.2", TEXT,
     "A config string has up to 1024 bytes of any value, and a request whose length is greater "
     "than that or than its frame stores nothing and gets error 2 or silence."},
    {"3.2-unknown", "3.2", MAJORITY,
     "Config commands 5 to 15 are refused with error 2."},
    {"3.2-claim", "3.2", TEXT,
     "Storing the empty string leaves the target without a config string, free for the next "
     "claim."},
    {"3.2-announce", "3.2", MAJORITY,
     "A target that comes up, or whose link or MTU changes, broadcasts a config response with "
     "version 1 and tag 0."},

    {"3.3-read", "3.3", TEXT,
     "Mask command 0 returns the whole mask list: mask error 0, the number of directives, and one "
     "directive for each address."},
    {"3.3-edit", "3.3", TEXT,
     "Mask command 1 carries out its directives one after the other and returns the list that "
     "results; an address is in the list once at most, and one that is absent can be deleted."},
    {"3.3-errors", "3.3", TEXT,
     "A failed edit reports mask error 1, 2 or 3 without the AoE E flag and the index of the "
     "directive that failed, and keeps what the directives before it did."},
    {"3.3-mask", "3.3", AGREED,
     "While the mask list holds addresses, frames from all other sources get no response to any "
     "command; while it is empty, all sources are served."},
    {"3.3-capacity", "3.3", MAJORITY,
     "The mask list has room for 255 addresses, and a target with less room says so with mask "
     "error 3."},
    {"3.3-bounds", "3.3", SAFETY,
     "A mask request that announces more directives than its frame holds changes nothing and gets "
     "error 2 or silence."},
    {"3.3-unknown", "3.3", AGREED,
     "A mask command other than read and edit is refused with error 2."},

    {"3.4-read", "3.4", TEXT,
     "Reserve command 0 returns the addresses of the reserve list."},
    {"3.4-set", "3.4", TEXT,
     "Reserve command 1 replaces a list that is empty or that names the sender, and otherwise "
     "gets error 6 and changes nothing."},
    {"3.4-force", "3.4", TEXT,
     "Reserve command 2 replaces the list, whoever sends it."},
    {"3.4-release", "3.4", AGREED,
     "A reserve list of no addresses releases the target."},
    {"3.4-enforced", "3.4", TEXT,
     "While a target is reserved, other hosts get error 6 for their reads and writes, and "
     "responses to their config queries."},
    {"3.4-identify", "3.4", MAJORITY,
     "A reserved target answers IDENTIFY DEVICE for every host."},
    {"3.4-others", "3.4", DISPUTED,
     "Which ATA commands besides reads and writes a reserved target refuses is left open."},
    {"3.4-bounds", "3.4", SAFETY,
     "A reserve request that announces more addresses than its frame holds changes nothing and "
     "gets error 2 or silence, and padding is never taken for an address."},
    {"3.4-unknown", "3.4", AGREED,
     "A reserve command other than read, set and force-set is refused with error 2."},

    {"i-request", "initiator", TEXT,
     "A request has version 1 and zero in R, E, the error field, reserved bits and all fields "
     "that only responses fill."},
    {"i-discover", "initiator", MAJORITY,
     "An initiator finds targets by broadcasting a config read, and sends to the Ethernet address "
     "that a response came from."},
    {"i-tag", "initiator", AGREED,
     "Commands that wait for a response of the same target have different tags."},
    {"i-bufcount", "initiator", TEXT,
     "An initiator keeps no more commands waiting than the target's buffer count, works with a "
     "count of 1 and reports a count of 0."},
    {"i-sectors", "initiator", TEXT,
     "An initiator asks for no more sectors than the target advertises, taking 0 for 2, and sends "
     "no frame beyond the MTU."},
    {"i-flags", "initiator", TEXT,
     "An ATA request has E set exactly for 48-bit opcodes and W exactly when it carries data, "
     "brings 512 bytes for each sector that it writes, and leaves lba4 and lba5 zero in 28-bit "
     "commands."},
    {"i-retransmit", "initiator", AGREED,
     "A command without a response is sent again unchanged but for its tag, at intervals that do "
     "not become shorter, also after error responses."},
    {"i-match", "initiator", SAFETY,
     "A response completes a command only when its R flag, tag, address and command fit, and "
     "otherwise leaves that command waiting."},
    {"i-late", "initiator", SAFETY,
     "Responses that come twice, or after their command has ended, have no effect."},
    {"i-error", "initiator", SAFETY,
     "An AoE error leads to a report or a retry within bounded time, and ATA ERR or DF to a "
     "failed command, never to data."},
    {"i-short", "initiator", SAFETY,
     "A response with less data than asked for does not count as success, and surplus data is "
     "never stored past the end of a buffer."},
    {"i-follow", "initiator", MAJORITY,
     "When a later config response brings another sector count, MTU or Ethernet address, the "
     "initiator adapts to it."},
    {"i-multipath", "initiator", DISPUTED,
     "Where one shelf and slot is reached through several Ethernet addresses, the loss of one of "
     "them does not stop the work."},
    {"i-gone", "initiator", SAFETY,
     "The disappearance of a target ends in an error, without a hang and without a crash."},
    {"i-vendor", "initiator", SAFETY,
     "Vendor commands, unknown commands, broadcast addresses in responses and unrequested config "
     "responses leave an initiator unharmed."},
};
/* clang-format on */

enum { CLAUSES = sizeof clauses / sizeof clauses[0] };

const struct aoe_clause *aoe_clauses(size_t *count)
{
    *count = CLAUSES;
    return clauses;
}

const struct aoe_clause *aoe_clause_find(const char *id)
{
    for (size_t i = 0; i < CLAUSES; i++)
        if (!strcmp(clauses[i].id, id))
            return &clauses[i];
    return NULL;
}

const char *aoe_level_name(enum aoe_level level)
{
    static const char *const names[] = {"may", "should", "must"};
    return (unsigned)level < sizeof names / sizeof names[0] ? names[level] : "unknown";
}

const char *aoe_basis_name(enum aoe_basis basis)
{
    static const char *const names[] = {"text", "agreed", "majority", "disputed", "safety"};
    return (unsigned)basis < sizeof names / sizeof names[0] ? names[basis] : "unknown";
}

bool aoe_clause_is_target(const struct aoe_clause *clause)
{
    return strcmp(clause->section, "initiator") != 0;
}
