#include "gdbstub/rsp.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* ---- receiving ---- */

static void begin(struct rsp *rsp)
{
    rsp->at = RSP_CONTENTS;
    rsp->sum = rsp->wanted = 0;
    rsp->bad_digit = rsp->too_long = false;
    rsp->size = 0;
}

static enum rsp_result between(struct rsp *rsp, uint8_t byte)
{
    if (byte == '$')
        begin(rsp);
    return byte == 0x03 ? RSP_INTERRUPT : byte == '+' ? RSP_ACK : byte == '-' ? RSP_NAK : RSP_MORE;
}

static enum rsp_result contents(struct rsp *rsp, uint8_t byte)
{
    const bool escaped = rsp->at == RSP_ESCAPED;
    if (!escaped && byte == '#') {
        rsp->at = RSP_SUM_HIGH;
        return RSP_MORE;
    }
    if (byte == '$') {
        begin(rsp);
        return RSP_MORE;
    }
    rsp->sum += byte;
    rsp->at = !escaped && byte == '}' ? RSP_ESCAPED : RSP_CONTENTS;
    if (rsp->at == RSP_ESCAPED)
        return RSP_MORE;
    if (rsp->size < RSP_PACKET_MAX)
        rsp->packet[rsp->size++] = (char)(escaped ? byte ^ 0x20 : byte);
    else
        rsp->too_long = true;
    return RSP_MORE;
}

static enum rsp_result checksum(struct rsp *rsp, uint8_t byte)
{
    const int d = digit((char)byte);
    rsp->bad_digit |= d < 0;
    rsp->wanted = (uint8_t)(rsp->wanted << 4 | (d & 0xf));
    if (rsp->at == RSP_SUM_HIGH) {
        rsp->at = RSP_SUM_LOW;
        return RSP_MORE;
    }
    rsp->at = RSP_IDLE;
    rsp->packet[rsp->size] = '\0';
    if (rsp->bad_digit || rsp->wanted != rsp->sum)
        return RSP_BAD;
    return rsp->too_long ? RSP_TOO_LONG : RSP_PACKET;
}

enum rsp_result rsp_byte(struct rsp *rsp, uint8_t byte)
{
    switch (rsp->at) {
    case RSP_IDLE: return between(rsp, byte);
    case RSP_CONTENTS:
    case RSP_ESCAPED: return contents(rsp, byte);
    default: return checksum(rsp, byte);
    }
}

/* ---- sending ---- */

size_t rsp_frame(char *to, const char *packet, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *at = to;
    uint8_t sum = 0;
    *at++ = '$';
    for (size_t i = 0; i < size; i++) {
        const bool escape = packet[i] && strchr("$#}*", packet[i]);
        if (escape)
            *at++ = '}';
        *at++ = escape ? (char)(packet[i] ^ 0x20) : packet[i];
    }
    for (const char *c = to + 1; c < at; c++)
        sum += (uint8_t)*c;
    *at++ = '#';
    *at++ = digits[sum >> 4];
    *at++ = digits[sum & 0xf];
    return (size_t)(at - to);
}

/* ---- text ---- */

void text_add(struct text *text, const char *string)
{
    const size_t length = strlen(string), room = sizeof text->bytes - text->size;
    const size_t count = length < room ? length : room;
    memcpy(text->bytes + text->size, string, count);
    text->size += count;
}

void text_format(struct text *text, const char *format, ...)
{
    char line[512];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    text_add(text, line);
}

void text_hex(struct text *text, const void *bytes, size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;
    for (size_t i = 0; i < size && text->size + 2 <= sizeof text->bytes; i++) {
        text->bytes[text->size++] = digits[from[i] >> 4];
        text->bytes[text->size++] = digits[from[i] & 0xf];
    }
}

/* ---- hexadecimal ---- */

bool hex_number(const char **at, uint64_t *value)
{
    unsigned digits = 0;
    *value = 0;
    for (int d; (d = digit(**at)) >= 0; (*at)++, digits++) {
        if (*value >> 60)
            return false;
        *value = *value << 4 | (unsigned)d;
    }
    return digits > 0;
}

bool hex_bytes(const char *at, void *to, size_t size)
{
    uint8_t *bytes = to;
    for (size_t i = 0; i < size; i++) {
        const int high = digit(at[2 * i]), low = high < 0 ? -1 : digit(at[2 * i + 1]);
        if (low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
