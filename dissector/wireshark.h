/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wireshark's own headers. */
#ifndef AOE_WIRESHARK_H
#define AOE_WIRESHARK_H

#include <epan/expert.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/tap.h>

#endif
