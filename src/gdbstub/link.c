#include "gdbstub/link.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(struct trapeze_error *error, const char *where, const char *reason)
{
    snprintf(error->text, sizeof error->text, "-gdb %.200s: %.200s", where, reason);
    return NO_LINK;
}

/* "tcp:HOST:PORT"; HOST may be [..] or empty. */
static bool parse(const char *where, char host[256], char port[16])
{
    const char *colon = strrchr(where, ':');
    if (strncmp(where, "tcp:", 4) || colon < where + 4)
        return false;
    const char *from = where + 4;
    size_t length = (size_t)(colon - from), digits = strspn(colon + 1, "0123456789");
    if (length >= 2 && *from == '[' && from[length - 1] == ']') {
        from++;
        length -= 2;
    }
    if (length > 255 || digits == 0 || digits > 5 || colon[1 + digits])
        return false;
    snprintf(host, 256, "%.*s", (int)length, from);
    snprintf(port, 16, "%s", colon + 1);
    return strtoul(port, NULL, 10) <= 65535;
}

static int listen_at(const struct addrinfo *address)
{
    const int on = 1;
    const int link = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link < 0)
        return NO_LINK;
    setsockopt(link, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(link, address->ai_addr, address->ai_addrlen) == 0 && listen(link, 1) == 0)
        return link;
    const int reason = errno;
    close(link);
    errno = reason;
    return NO_LINK;
}

static unsigned port_of(int link)
{
    struct sockaddr_storage at = {0};
    socklen_t size = sizeof at;
    getsockname(link, (struct sockaddr *)&at, &size);
    const uint16_t port = at.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&at)->sin6_port
                                                   : ((const struct sockaddr_in *)&at)->sin_port;
    return ntohs(port);
}

int link_listen(const char *where, unsigned *port, struct trapeze_error *error)
{
    char host[256], service[16];
    struct addrinfo *address = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_PASSIVE};
    if (!parse(where, host, service))
        return fail(error, where, "expected tcp:HOST:PORT or tcp::PORT");
    const int wrong = getaddrinfo(*host ? host : "127.0.0.1", service, &hints, &address);
    if (wrong)
        return fail(error, where, gai_strerror(wrong));
    const int link = listen_at(address);
    freeaddrinfo(address);
    if (link == NO_LINK)
        return fail(error, where, strerror(errno));
    *port = port_of(link);
    return link;
}

bool link_wait(int link, int milliseconds)
{
    struct pollfd item = {.fd = link, .events = POLLIN};
    return poll(&item, 1, milliseconds) > 0;
}

int link_accept(int listener)
{
    const int on = 1;
    const int link = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (link < 0)
        return NO_LINK;
    setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return link;
}

bool link_send(int link, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        const ssize_t sent = send(link, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

size_t link_receive(int link, void *to, size_t size)
{
    ssize_t got;
    do
        got = recv(link, to, size, 0);
    while (got < 0 && errno == EINTR);
    return got > 0 ? (size_t)got : 0;
}

int link_peek(int link)
{
    uint8_t byte;
    return recv(link, &byte, 1, MSG_PEEK) == 1 ? byte : -1;
}

void link_close(int link)
{
    if (link != NO_LINK)
        close(link);
}
