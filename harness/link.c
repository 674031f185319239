/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <errno.h>
#include <libnet.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>

enum { RECEIVE_BUFFER = 16 << 20, NANOSECONDS = 1000000000 };

struct link {
    char interface[IF_NAMESIZE];
    libnet_t *out;
    pcap_t *in;
    int fd;      /* to wait on for `in` */
    int control; /* for interface requests */
    bool nanoseconds;
    uint8_t mac[AOE_MAC_BYTES];
    unsigned mtu;
};

int64_t link_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec;
}

static struct ifreq request_for(const struct link *link)
{
    struct ifreq ifr;
    memset(&ifr, 0, sizeof ifr);
    memcpy(ifr.ifr_name, link->interface, sizeof link->interface);
    return ifr;
}

static int interface_request(const struct link *link, unsigned long request, struct ifreq *ifr)
{
    *ifr = request_for(link);
    return ioctl(link->control, request, ifr);
}

static int read_interface(struct link *link, const char *interface, char *error, size_t size)
{
    struct ifreq ifr;
    if (strlen(interface) >= sizeof link->interface || !if_nametoindex(interface)) {
        snprintf(error, size, "no interface '%s' here: 'ip link' lists them", interface);
        return -1;
    }
    memcpy(link->interface, interface, strlen(interface) + 1);
    link->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (link->control < 0 || interface_request(link, SIOCGIFHWADDR, &ifr) ||
        ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
        snprintf(error, size, "%s is not an Ethernet interface", interface);
        return -1;
    }
    memcpy(link->mac, ifr.ifr_hwaddr.sa_data, sizeof link->mac);
    if (interface_request(link, SIOCGIFMTU, &ifr)) {
        snprintf(error, size, "%s: cannot read its MTU: %s", interface, strerror(errno));
        return -1;
    }
    link->mtu = (unsigned)ifr.ifr_mtu;
    return 0;
}

static int no_capture(struct link *link, int status, char *error, size_t size)
{
    if (status == PCAP_ERROR_PERM_DENIED)
        snprintf(error, size,
                 "no permission to use %s: CAP_NET_RAW is needed (run as root, or in a namespace "
                 "of your own with 'unshare -Urn')",
                 link->interface);
    else if (status == PCAP_ERROR_IFACE_NOT_UP)
        snprintf(error, size, "%s is down: 'ip link set %s up'", link->interface, link->interface);
    else
        snprintf(error, size, "%s: %s", link->interface, pcap_geterr(link->in));
    return -1;
}

/* What this program sends itself would only take the room of what comes in. */
static void ignore_own(int fd)
{
    const int yes = 1;
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
}

static int open_capture(struct link *link, char *error, size_t size)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    struct bpf_program filter;
    link->in = pcap_create(link->interface, text);
    if (!link->in) {
        snprintf(error, size, "%s: %s", link->interface, text);
        return -1;
    }
    pcap_set_snaplen(link->in, AOE_FRAME_MAX);
    pcap_set_promisc(link->in, 1);
    pcap_set_immediate_mode(link->in, 1);
    pcap_set_buffer_size(link->in, RECEIVE_BUFFER);
    link->nanoseconds = !pcap_set_tstamp_precision(link->in, PCAP_TSTAMP_PRECISION_NANO);
    int status = pcap_activate(link->in);
    if (status < 0)
        return no_capture(link, status, error, size);
    if (pcap_compile(link->in, &filter, "ether proto 0x88a2", 1, PCAP_NETMASK_UNKNOWN))
        return no_capture(link, PCAP_ERROR, error, size);
    status = pcap_setfilter(link->in, &filter);
    pcap_freecode(&filter);
    if (status || pcap_setdirection(link->in, PCAP_D_IN) || pcap_setnonblock(link->in, 1, text))
        return no_capture(link, PCAP_ERROR, error, size);
    link->fd = pcap_get_selectable_fd(link->in);
    ignore_own(link->fd);
    return 0;
}

/* libnet's socket would queue a copy of every frame on the link that nobody reads. */
static void deafen(int fd)
{
    struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog program = {1, &nothing};
    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static int open_sender(struct link *link, char *error, size_t size)
{
    char text[LIBNET_ERRBUF_SIZE] = "";
    link->out = libnet_init(LIBNET_LINK_ADV, link->interface, text);
    if (!link->out) {
        snprintf(error, size, "%s: cannot send: %s (CAP_NET_RAW is needed)", link->interface, text);
        return -1;
    }
    deafen(libnet_getfd(link->out));
    return 0;
}

struct link *link_open(const char *interface, char *error, size_t size)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link) {
        snprintf(error, size, "out of memory");
        return NULL;
    }
    link->control = -1;
    if (read_interface(link, interface, error, size) || open_capture(link, error, size) ||
        open_sender(link, error, size)) {
        link_close(link);
        return NULL;
    }
    return link;
}

void link_close(struct link *link)
{
    if (!link)
        return;
    if (link->in)
        pcap_close(link->in);
    if (link->out)
        libnet_destroy(link->out);
    if (link->control >= 0)
        close(link->control);
    free(link);
}

const uint8_t *link_mac(const struct link *link)
{
    return link->mac;
}

unsigned link_mtu(const struct link *link)
{
    return link->mtu;
}

static int ask_driver(const struct link *link, void *question)
{
    struct ifreq ifr = request_for(link);
    ifr.ifr_data = question;
    return ioctl(link->control, SIOCETHTOOL, &ifr);
}

/* Asked of the driver: the interface's flags follow a change of the carrier up to a second late. */
static bool has_carrier(const struct link *link)
{
    struct ethtool_value carrier = {.cmd = ETHTOOL_GLINK};
    return ask_driver(link, &carrier) ? true : carrier.data;
}

bool link_carries_short(const struct link *link)
{
    static const char *const drivers[] = {"veth", "tun", "virtio_net"};
    struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
    if (ask_driver(link, &info))
        return false;
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
        if (!strncmp(info.driver, drivers[i], sizeof info.driver))
            return true;
    return false;
}

bool link_is_up(const struct link *link)
{
    struct ifreq ifr;
    return !interface_request(link, SIOCGIFFLAGS, &ifr) && (ifr.ifr_flags & IFF_UP) &&
           has_carrier(link);
}

int link_set_up(struct link *link, bool up, char *error, size_t size)
{
    struct ifreq ifr;
    if (!interface_request(link, SIOCGIFFLAGS, &ifr)) {
        ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
        if (!ioctl(link->control, SIOCSIFFLAGS, &ifr))
            return 0;
    }
    snprintf(error, size, "cannot take %s %s: %s (CAP_NET_ADMIN is needed)", link->interface,
             up ? "up" : "down", strerror(errno));
    return -1;
}

int link_set_mtu(struct link *link, unsigned mtu, char *error, size_t size)
{
    struct ifreq ifr = request_for(link);
    ifr.ifr_mtu = mtu > INT_MAX ? INT_MAX : (int)mtu;
    if (!ioctl(link->control, SIOCSIFMTU, &ifr))
        return 0;
    snprintf(error, size, "cannot give %s the MTU %u: %s", link->interface, mtu, strerror(errno));
    return -1;
}

int link_send(struct link *link, const void *bytes, size_t length, int64_t *time, char *error,
              size_t size)
{
    *time = link_now();
    int sent = libnet_adv_write_link(link->out, bytes, (uint32_t)length);
    if (sent == (int)length)
        return 0;
    snprintf(error, size, "cannot send %zu bytes on %s: %s", length, link->interface,
             strerror(errno));
    return -1;
}

static int next_frame(struct link *link, struct received *to)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int status = pcap_next_ex(link->in, &header, &bytes);
    if (status != 1)
        return status == 0 ? 0 : -1;
    int64_t fraction = header->ts.tv_usec;
    to->time =
        (int64_t)header->ts.tv_sec * NANOSECONDS + (link->nanoseconds ? fraction : fraction * 1000);
    to->bytes = bytes;
    to->length = header->caplen;
    return 1;
}

int link_receive(struct link *link, int64_t until, struct received *to)
{
    for (;;) {
        int status = next_frame(link, to);
        if (status)
            return status;
        int64_t left = until - link_now();
        if (left <= 0)
            return 0;
        struct pollfd wait = {.fd = link->fd, .events = POLLIN};
        const struct timespec most = {left / NANOSECONDS, left % NANOSECONDS};
        if (ppoll(&wait, 1, &most, NULL) < 0)
            return -1;
    }
}

uint64_t link_drops(const struct link *link)
{
    struct pcap_stat stat;
    return pcap_stats(link->in, &stat) ? 0 : (uint64_t)stat.ps_drop + stat.ps_ifdrop;
}
