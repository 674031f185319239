/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_capture.h"

#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "protocol/frame.h"

enum {
    BUFFER = 32 << 20,  /* over half a second of 300,000 frames a second */
    HEADERS = 128,      /* two VLAN tags, the header and the longest argument that is looked at */
    DELAY = 100,        /* ms after which the kernel hands over what it has */
    FRAMES_MOST = 8192, /* of a call */
    NS = 1000000000,
    ERROR_TEXT = 64 + PCAP_ERRBUF_SIZE,
};

struct live_capture {
    char *interface;
    bool whole;
    pcap_t *in;
    int fd;
    int index; /* of the interface */
    bool nanoseconds;
    /* When the filter was set. libpcap throws away what came while it did that, but not what came
     * before: the beginnings of exchanges that would look unanswered. */
    int64_t since;
    struct pcap_stat seen;                /* at the last look */
    uint64_t lost_kernel, lost_interface; /* by handles that are closed */
    live_capture_sink *sink;
    void *user;
};

static int failed(struct live_capture *capture, int status, char *error, size_t size)
{
    const char *name = capture->interface, *why = pcap_geterr(capture->in);
    if (status == PCAP_ERROR_PERM_DENIED)
        snprintf(error, size,
                 "no permission to capture on %s: CAP_NET_RAW is needed (run as root, or in a "
                 "namespace of your own with 'unshare -Urn')",
                 name);
    else if (status == PCAP_ERROR_NO_SUCH_DEVICE)
        snprintf(error, size, "there is no interface %s: 'ip link' lists them", name);
    else if (status == PCAP_ERROR_IFACE_NOT_UP)
        snprintf(error, size, "%s is down: 'ip link set %s up'", name, name);
    else
        snprintf(error, size, "cannot capture on %s: %s", name,
                 *why ? why : pcap_statustostr(status));
    return -1;
}

static void set_options(struct live_capture *capture)
{
    pcap_set_snaplen(capture->in, capture->whole ? AOE_FRAME_MAX : HEADERS);
    pcap_set_promisc(capture->in, 1);
    pcap_set_timeout(capture->in, DELAY);
    pcap_set_buffer_size(capture->in, BUFFER);
    capture->nanoseconds = !pcap_set_tstamp_precision(capture->in, PCAP_TSTAMP_PRECISION_NANO);
}

static int set_filter(struct live_capture *capture)
{
    struct bpf_program filter;
    if (pcap_compile(capture->in, &filter, LIVE_CAPTURE_FILTER, 1, PCAP_NETMASK_UNKNOWN))
        return PCAP_ERROR;
    int status = pcap_setfilter(capture->in, &filter);
    pcap_freecode(&filter);
    return status;
}

/* The index of the interface, if it is there and up; 0 otherwise. libpcap tells neither to who does
 * not block. */
static int index_of(const struct live_capture *capture)
{
    struct ifreq request = {.ifr_flags = 0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", capture->interface);
    if (ioctl(capture->fd, SIOCGIFFLAGS, &request) || !(request.ifr_flags & IFF_UP))
        return 0;
    return ioctl(capture->fd, SIOCGIFINDEX, &request) ? 0 : request.ifr_ifindex;
}

static int start(struct live_capture *capture, char *error, size_t size)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    struct timespec now;
    capture->in = pcap_create(capture->interface, text);
    if (!capture->in) {
        snprintf(error, size, "cannot capture on %s: %s", capture->interface, text);
        return -1;
    }
    set_options(capture);
    int status = pcap_activate(capture->in);
    if (status < 0)
        return failed(capture, status, error, size);
    if (pcap_datalink(capture->in) != DLT_EN10MB) {
        snprintf(error, size, "%s is not an Ethernet interface", capture->interface);
        return -1;
    }
    if ((status = set_filter(capture)) < 0 || (status = pcap_setnonblock(capture->in, 1, text)) < 0)
        return failed(capture, status, error, size);
    capture->fd = pcap_get_selectable_fd(capture->in);
    capture->index = index_of(capture);
    clock_gettime(CLOCK_REALTIME, &now);
    capture->since = (int64_t)now.tv_sec * NS + now.tv_nsec;
    return 0;
}

/* Notes what this handle lost before it goes. */
static void stop(struct live_capture *capture)
{
    uint64_t kernel, interface;
    if (!capture->in)
        return;
    if (capture->fd >= 0) {
        live_capture_drops(capture, &kernel, &interface);
        capture->lost_kernel = kernel;
        capture->lost_interface = interface;
    }
    pcap_close(capture->in);
    capture->in = NULL;
    capture->fd = -1;
    capture->seen = (struct pcap_stat){.ps_recv = 0};
}

struct live_capture *live_capture_open(const char *interface, bool whole, char *error, size_t size)
{
    struct live_capture *capture = calloc(1, sizeof *capture);
    if (!capture || !(capture->interface = strdup(interface))) {
        free(capture);
        snprintf(error, size, "out of memory");
        return NULL;
    }
    capture->fd = -1;
    capture->whole = whole;
    if (start(capture, error, size) == 0)
        return capture;
    live_capture_close(capture);
    return NULL;
}

void live_capture_close(struct live_capture *capture)
{
    if (!capture)
        return;
    if (capture->in)
        pcap_close(capture->in);
    free(capture->interface);
    free(capture);
}

int live_capture_fd(const struct live_capture *capture)
{
    return capture->fd;
}

bool live_capture_up(const struct live_capture *capture)
{
    return capture->in != NULL;
}

static void hand_over(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct live_capture *capture = (struct live_capture *)user;
    int64_t fraction = header->ts.tv_usec;
    struct capture_frame frame = {
        .bytes = bytes,
        .time =
            (int64_t)header->ts.tv_sec * NS + (capture->nanoseconds ? fraction : fraction * 1000),
        .length = header->caplen,
        .wire_length = header->len < header->caplen ? header->caplen : header->len,
    };
    bool early = frame.time < capture->since && capture->since - frame.time < NS;
    if (!early)
        capture->sink(capture->user, &frame);
}

size_t live_capture_read(struct live_capture *capture, live_capture_sink *sink, void *user)
{
    if (!capture->in)
        return 0;
    capture->sink = sink;
    capture->user = user;
    int count = pcap_dispatch(capture->in, FRAMES_MOST, hand_over, (u_char *)capture);
    if (count < 0 || (!count && index_of(capture) != capture->index))
        stop(capture);
    return count < 0 ? 0 : (size_t)count;
}

bool live_capture_retry(struct live_capture *capture)
{
    char error[ERROR_TEXT];
    if (!capture->in && start(capture, error, sizeof error) < 0)
        stop(capture);
    return capture->in != NULL;
}

void live_capture_drops(struct live_capture *capture, uint64_t *kernel, uint64_t *interface)
{
    struct pcap_stat now;
    *kernel = capture->lost_kernel;
    *interface = capture->lost_interface;
    capture->lost_kernel = capture->lost_interface = 0;
    if (!capture->in || pcap_stats(capture->in, &now))
        return;
    /* libpcap's counters wrap around. */
    *kernel += now.ps_drop - capture->seen.ps_drop;
    *interface += now.ps_ifdrop - capture->seen.ps_ifdrop;
    capture->seen = now;
}
