/* A program in Linux that talks to firmware by sockets of the family AF_QIPCRTR, and knows nothing of RPMsg: it asks Linux's name
   service where service 15 is, sends it each of its arguments and prints the answers. */
#include <linux/qrtr.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { service = 15 };

static int fail(char const* what) {
    perror(what);
    return 1;
}

/* 0 when the service is there. */
static int find(struct sockaddr_qrtr* server) {
    int file = socket(AF_QIPCRTR, SOCK_DGRAM, 0);
    struct sockaddr_qrtr names;
    socklen_t size = sizeof names;
    struct qrtr_ctrl_pkt packet = {.cmd = QRTR_TYPE_NEW_LOOKUP, .server = {.service = service}};
    int is_found = 0;
    if (file < 0 || getsockname(file, (struct sockaddr*)&names, &size) != 0) {
        return -1;
    }
    names.sq_port = QRTR_PORT_CTRL;
    if (sendto(file, &packet, sizeof packet, 0, (struct sockaddr*)&names, sizeof names) == sizeof packet) {
        /* An answer for each server; the last one is empty. */
        while (recv(file, &packet, sizeof packet, 0) == sizeof packet && packet.server.service != 0) {
            *server = (struct sockaddr_qrtr){AF_QIPCRTR, packet.server.node, packet.server.port};
            is_found = 1;
        }
    }
    close(file);
    return is_found ? 0 : -1;
}

int main(int count, char** words) {
    struct sockaddr_qrtr server;
    int tries = 0;
    while (find(&server) != 0) {
        if (++tries == 600) {
            return fail("no such service");
        }
        usleep(100000);
    }
    printf("service %d is at node %u, port %u\n", service, server.sq_node, server.sq_port);

    int file = socket(AF_QIPCRTR, SOCK_DGRAM, 0);
    for (int i = 1; i < count; ++i) {
        char answer[256];
        struct pollfd waited = {.fd = file, .events = POLLIN};
        if (sendto(file, words[i], strlen(words[i]), 0, (struct sockaddr*)&server, sizeof server) < 0) {
            return fail("sendto");
        }
        if (poll(&waited, 1, 60000) != 1) {
            return fail("no answer");
        }
        ssize_t size = recv(file, answer, sizeof answer, 0);
        if (size < 0) {
            return fail("recv");
        }
        printf("the firmware answers: %.*s\n", (int)size, answer);
    }
    return 0;
}
