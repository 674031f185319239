/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export.h"

#include "export_image.h"
#include "export_objects.h"

static int tap = -1;

void export_register(int protocol)
{
    tap = export_objects_register(protocol);
}

void export_listen(void)
{
    export_image_listen();
}

void export_queue(packet_info *packet, const struct aoe_tap *told)
{
    if (have_tap_listener(tap))
        tap_queue_packet(tap, packet, told);
}
