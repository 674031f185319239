/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark looks for in a plugin. */
#include "dissect.h"
#include "export.h"
#include "statistics.h"

#include <ws_version.h>

__attribute__((visibility("default"))) extern const char plugin_version[];
__attribute__((visibility("default"))) extern const int plugin_want_major, plugin_want_minor;
__attribute__((visibility("default"))) void plugin_register(void);

const char plugin_version[] = SUITE_VERSION;
const int plugin_want_major = WIRESHARK_VERSION_MAJOR, plugin_want_minor = WIRESHARK_VERSION_MINOR;

void plugin_register(void)
{
    static const proto_plugin dissector = {dissect_register, dissect_hand_off};
    static const tap_plugin statistics = {statistics_listen}, exports = {export_listen};
    proto_register_plugin(&dissector);
    tap_register_plugin(&statistics);
    tap_register_plugin(&exports);
}
