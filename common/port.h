/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Ethernet interface as a port: AoE frames in and out, and what happens to its link. */
#ifndef AOE_PORT_H
#define AOE_PORT_H

#include <net/if.h>

#include "protocol/frame.h"

struct port {
    int frames; /* packet socket; readable when a frame or an error waits */
    int events; /* netlink socket; readable when the state of a link may have changed */
    int index;
    char name[IFNAMSIZ];
    uint8_t mac[AOE_MAC_BYTES];
    uint32_t mtu;             /* bytes */
    bool running;             /* up, with a carrier */
    uint32_t carrier_changes; /* as the kernel counts them; 0 until it has told */
    bool exists;              /* false once the interface has been deleted */
    bool every_host;          /* port_receive() also takes what comes for other hosts */
};

/* Opens the interface for AoE frames. On failure returns -1 with a line in `message` (no
 * newline): no such interface, not Ethernet, no permission. */
int port_open(struct port *port, const char *name, char *message, size_t size);
void port_close(struct port *port);

/* Asks for a receive buffer of `bytes`, beyond the system's limit where permitted. Returns the
 * bytes that the system gave; frames count with the kernel's own overhead. */
size_t port_buffer(struct port *port, size_t bytes);

/* Takes the next frame. Returns its length, or 0 where none waits; frames that are for another
 * host (unless every_host) or longer than `capacity` are dropped. A link that is down is no error.
 */
size_t port_receive(struct port *port, uint8_t *frame, size_t capacity);

/* Sends one frame. False where the interface did not take it within a second. */
bool port_send(struct port *port, const uint8_t *frame, size_t length);

/* Brings mac, mtu, running and exists up to date. Returns true where the link has been down
 * since the last call, even if it is up again by now. */
bool port_refresh(struct port *port);

#endif
