/* The packets of gdb's remote serial protocol: bytes in, packets out, and back. Knows no socket and no machine. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RSP_PACKET_MAX = 0x4000 }; /* bytes of a packet's contents, either way */

enum rsp_result {
    RSP_MORE,      /* nothing yet */
    RSP_PACKET,    /* rsp.packet is there, its checksum right */
    RSP_BAD,       /* a packet whose checksum is wrong: to be answered with '-' */
    RSP_TOO_LONG,  /* a good packet that does not fit: to be answered with an error */
    RSP_INTERRUPT, /* the byte 0x03 between packets */
    RSP_ACK,       /* '+' */
    RSP_NAK        /* '-': send the last packet again */
};

struct rsp {
    enum { RSP_IDLE, RSP_CONTENTS, RSP_ESCAPED, RSP_SUM_HIGH, RSP_SUM_LOW } at;
    uint8_t sum, wanted; /* of the contents as sent; what the two digits say so far */
    bool bad_digit, too_long;
    size_t size;
    char packet[RSP_PACKET_MAX + 1]; /* contents without escapes, ended by a NUL beyond size */
};

/* Takes the next byte. A '$' inside a packet begins a new one: the old one was cut off. */
enum rsp_result rsp_byte(struct rsp *rsp, uint8_t byte);

/* Frames a packet of `size` (at most RSP_PACKET_MAX) bytes: '$', escapes, '#', checksum. to: room for RSP_FRAMED_SIZE(size). Returns
 * the bytes written. */
size_t rsp_frame(char *to, const char *packet, size_t size);
#define RSP_FRAMED_SIZE(size) (2 * (size) + 4)

/* ---- text of fixed room, cut off where it is full ---- */

struct text {
    char bytes[RSP_PACKET_MAX];
    size_t size;
};

void text_add(struct text *text, const char *string);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_hex(struct text *text, const void *bytes, size_t size); /* two digits a byte, in the order of memory */

/* ---- hexadecimal ---- */

/* Reads a number of at least one digit at *at and moves on. False: none is there, or it has over 64 bits. */
bool hex_number(const char **at, uint64_t *value);

/* Reads 2 * size digits. False: one is none. */
bool hex_bytes(const char *at, void *to, size_t size);
