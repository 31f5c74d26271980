/* The connection to a client: TCP, one at a time. */
#pragma once
#include "trapeze.h"

enum { NO_LINK = -1 };

/* Listens at "tcp:HOST:PORT"; an empty HOST is 127.0.0.1. Returns a descriptor and the port, or NO_LINK and *error. */
int link_listen(const char *where, unsigned *port, struct trapeze_error *error);

/* Waits up to `milliseconds` (-1: as long as it takes) for something to read or accept. False: nothing came. */
bool link_wait(int link, int milliseconds);

/* The client that has come; NO_LINK: none after all. */
int link_accept(int listener);

/* Sends all of it. False: the client has gone. */
bool link_send(int link, const void *bytes, size_t size);

/* Receives at least one byte, waiting for it; 0: the client has gone. */
size_t link_receive(int link, void *to, size_t size);

/* What the next byte is, without taking it; -1: the client has gone. To be called when one is there. */
int link_peek(int link);

void link_close(int link);
