/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "settings.h"

#include "wireshark.h"

enum { NANOSECONDS = 1000000000, PATIENCE_MOST = 1000000 };

/* Wireshark writes into these. */
static gboolean rules = TRUE, sectors = TRUE;
static guint patience = AOE_EXCHANGES_PATIENCE / NANOSECONDS, mtu;

struct settings settings_now(void)
{
    guint seconds = patience > PATIENCE_MOST ? PATIENCE_MOST : patience ? patience : 1;
    return (struct settings){
        .rules = rules, .sectors = sectors, .patience = (int64_t)seconds * NANOSECONDS, .mtu = mtu};
}

void settings_register(int protocol)
{
    module_t *module = prefs_register_protocol(protocol, NULL);
    prefs_register_bool_preference(module, "rules", "Check the rules of the protocol",
                                   "Apply the rules of the specification to every frame, as "
                                   "aoe-conform and aoe-analyze do, and "
                                   "show what is broken as expert information.",
                                   &rules);
    prefs_register_bool_preference(
        module, "sectors", "Show what sectors contain",
        "Show the data of sectors in the tree, and IDENTIFY word by word.", &sectors);
    prefs_register_uint_preference(
        module, "patience", "Time limit for a match (seconds)",
        "A request that has no response for so long counts as unanswered, and one with its tag "
        "after that as another.",
        10, &patience);
    prefs_register_uint_preference(
        module, "mtu", "MTU of the link (0: not known)",
        "Requests and sector counts that need larger frames are pointed out.", 10, &mtu);
}
