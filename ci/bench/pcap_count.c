/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program that reads captures through libpcap begins with: counts frames and bytes. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

int main(int count, char **arguments)
{
    char error[PCAP_ERRBUF_SIZE] = "a file, or - for standard input";
    pcap_t *capture = count == 2 ? pcap_open_offline(arguments[1], error) : NULL;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    uint64_t frames = 0, captured = 0;
    int status = 1;
    if (!capture) {
        fprintf(stderr, "pcap_count: %s\n", error);
        return 1;
    }
    while ((status = pcap_next_ex(capture, &header, &bytes)) == 1) {
        frames++;
        captured += header->caplen;
    }
    if (status == PCAP_ERROR)
        fprintf(stderr, "pcap_count: %s\n", pcap_geterr(capture));
    pcap_close(capture);
    printf("%" PRIu64 " frames, %" PRIu64 " bytes\n", frames, captured);
    return status == PCAP_ERROR;
}
