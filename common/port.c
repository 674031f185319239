/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SEND_TRIES = 100, SEND_PAUSE_NS = 1000000 };

/* Asks the kernel for one property of the interface by its present name. */
static bool ask(const struct port *port, unsigned long what, struct ifreq *request)
{
    *request = (struct ifreq){0};
    memcpy(request->ifr_name, port->name, sizeof request->ifr_name);
    return ioctl(port->frames, what, request) == 0;
}

/* Reads the state of the link. False where the interface is gone. The name is looked up from the
 * index each time: a renamed interface is the same, one made anew under the old name is not. */
static bool read_link(struct port *port)
{
    struct ifreq request;
    if (!if_indextoname((unsigned)port->index, port->name))
        return false;
    if (!ask(port, SIOCGIFMTU, &request))
        return false;
    port->mtu = (uint32_t)request.ifr_mtu;
    if (!ask(port, SIOCGIFHWADDR, &request))
        return false;
    memcpy(port->mac, request.ifr_hwaddr.sa_data, AOE_MAC_BYTES);
    if (!ask(port, SIOCGIFFLAGS, &request))
        return false;
    port->running = (request.ifr_flags & IFF_UP) && (request.ifr_flags & IFF_RUNNING);
    return true;
}

/* True where the message's count of carrier changes has moved by two or more: the kernel reports
 * such changes once a second at most, and a link that came back meanwhile as if nothing was. */
static bool tells_flap(struct port *port, const struct nlmsghdr *message)
{
    const struct rtattr *attribute = IFLA_RTA(NLMSG_DATA(message));
    size_t left = IFLA_PAYLOAD(message);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        uint32_t before = port->carrier_changes;
        if (attribute->rta_type != IFLA_CARRIER_CHANGES || RTA_PAYLOAD(attribute) < sizeof before)
            continue;
        memcpy(&port->carrier_changes, RTA_DATA(attribute), sizeof before);
        return before && port->carrier_changes - before >= 2;
    }
    return false;
}

/* True where a message of the batch says that the interface has lost its link. */
static bool tells_down(struct port *port, const void *batch, size_t length)
{
    const struct nlmsghdr *message = batch;
    bool down = false;
    for (; NLMSG_OK(message, length); message = NLMSG_NEXT(message, length)) {
        const struct ifinfomsg *info = NLMSG_DATA(message);
        if (message->nlmsg_type != RTM_NEWLINK || message->nlmsg_len < NLMSG_LENGTH(sizeof *info) ||
            info->ifi_index != port->index)
            continue;
        down = tells_flap(port, message) || !(info->ifi_flags & IFF_RUNNING) || down;
    }
    return down;
}

bool port_refresh(struct port *port)
{
    bool was_down = false;
    _Alignas(struct nlmsghdr) uint8_t batch[16384];
    ssize_t got;
    /* What else the messages say is read below; after lost ones (ENOBUFS) it is still right. */
    while ((got = recv(port->events, batch, sizeof batch, MSG_DONTWAIT)) > 0 || errno == ENOBUFS)
        was_down = (got > 0 && tells_down(port, batch, (size_t)got)) || was_down;
    port->exists = read_link(port);
    return was_down;
}

static int bind_frames(struct port *port)
{
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(AOE_ETHERTYPE), .sll_ifindex = port->index};
    struct timeval limit = {.tv_sec = 1};
    if (bind(port->frames, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return setsockopt(port->frames, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* Opens the events and asks for one at once, which tells the carrier changes so far. */
static int open_events(struct port *port)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
    struct {
        struct nlmsghdr header;
        struct ifinfomsg info;
    } ask_link = {
        {.nlmsg_len = sizeof ask_link, .nlmsg_type = RTM_GETLINK, .nlmsg_flags = NLM_F_REQUEST},
        {.ifi_family = AF_UNSPEC, .ifi_index = port->index}};
    port->events = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (port->events < 0)
        return -1;
    if (bind(port->events, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return send(port->events, &ask_link, sizeof ask_link, 0) < 0 ? -1 : 0;
}

static int open_sockets(struct port *port, char *message, size_t size)
{
    struct ifreq request;
    /* Protocol 0 receives nothing yet: frames of other interfaces must not slip in before bind. */
    port->frames = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (port->frames < 0) {
        snprintf(message, size,
                 errno == EPERM ? "raw sockets need CAP_NET_RAW: run as root, or in `unshare -Urn`"
                                : "packet socket: %s",
                 strerror(errno));
        return -1;
    }
    port->index = (int)if_nametoindex(port->name);
    if (!port->index) {
        snprintf(message, size, "%s: no such interface", port->name);
        return -1;
    }
    if (ask(port, SIOCGIFHWADDR, &request) && request.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
        snprintf(message, size, "%s: not an Ethernet interface", port->name);
        return -1;
    }
    /* Events first: what changes after read_link() is then told. */
    if (open_events(port) != 0 || bind_frames(port) != 0 || !read_link(port)) {
        snprintf(message, size, "%s: %s", port->name, strerror(errno));
        return -1;
    }
    return 0;
}

int port_open(struct port *port, const char *name, char *message, size_t size)
{
    *port = (struct port){.frames = -1, .events = -1, .exists = true};
    if (strlen(name) >= sizeof port->name) {
        snprintf(message, size, "%s: no such interface", name);
        return -1;
    }
    memcpy(port->name, name, strlen(name) + 1);
    if (open_sockets(port, message, size) == 0)
        return 0;
    port_close(port);
    return -1;
}

void port_close(struct port *port)
{
    if (port->frames >= 0)
        close(port->frames);
    if (port->events >= 0)
        close(port->events);
    port->frames = port->events = -1;
}

size_t port_buffer(struct port *port, size_t bytes)
{
    /* The kernel doubles what is asked for, and reports the double. */
    int half = (int)((bytes < INT_MAX ? bytes : INT_MAX) / 2), got = 0;
    socklen_t size = sizeof got;
    if (setsockopt(port->frames, SOL_SOCKET, SO_RCVBUFFORCE, &half, sizeof half) != 0)
        setsockopt(port->frames, SOL_SOCKET, SO_RCVBUF, &half, sizeof half);
    return getsockopt(port->frames, SOL_SOCKET, SO_RCVBUF, &got, &size) == 0 ? (size_t)got : 0;
}

size_t port_receive(struct port *port, uint8_t *frame, size_t capacity)
{
    for (;;) {
        struct sockaddr_ll from = {0};
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(port->frames, frame, capacity, MSG_DONTWAIT | MSG_TRUNC,
                               (struct sockaddr *)&from, &size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) /* EAGAIN; ENETDOWN, which the events explain */
            return 0;
        /* Other hosts' frames, and those of a VLAN that has no interface here (2-l2). */
        bool ours = from.sll_pkttype == PACKET_HOST || from.sll_pkttype == PACKET_BROADCAST;
        if ((ours || port->every_host) && from.sll_pkttype != PACKET_OUTGOING &&
            (size_t)got <= capacity)
            return (size_t)got;
    }
}

bool port_send(struct port *port, const uint8_t *frame, size_t length)
{
    const struct timespec pause = {.tv_nsec = SEND_PAUSE_NS};
    for (int i = 0; i < SEND_TRIES; i++) {
        if (send(port->frames, frame, length, 0) == (ssize_t)length)
            return true;
        if (errno == ENOBUFS) /* the queue of the interface is full: the frame can wait */
            nanosleep(&pause, NULL);
        else if (errno != EINTR)
            return false;
    }
    return false;
}
