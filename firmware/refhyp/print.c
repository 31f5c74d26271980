#include "host.h"
#include <stdarg.h>

enum { UART_DR = 0x09000000 };

static u32 print_lock;

bool streq(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

bool starts_with(const char *text, const char *prefix)
{
    while (*prefix && *text == *prefix)
        text++, prefix++;
    return !*prefix;
}

void *memset(void *to, int byte, size_t n)
{
    for (volatile char *at = to; n; n--)
        *at++ = (char)byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t n)
{
    const volatile char *source = from;
    for (volatile char *at = to; n; n--)
        *at++ = *source++;
    return to;
}

void uart_put(char c)
{
    write32(UART_DR, (u8)c);
}

static void put_padded(const char *text, unsigned width, bool left)
{
    unsigned length = 0;
    while (text[length])
        length++;
    for (unsigned n = length; !left && n < width; n++)
        uart_put(' ');
    while (*text)
        uart_put(*text++);
    for (unsigned n = length; left && n < width; n++)
        uart_put(' ');
}

static const char *digits(u64 value, unsigned base, char buffer[24])
{
    char *at = buffer + 23;
    *at = 0;
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    return at;
}

/* One conversion, behind its `%`. Returns what follows it. */
static const char *convert(const char *format, va_list *values)
{
    char buffer[24];
    unsigned width = 0;
    const bool left = *format == '-';
    format += left;
    while (*format >= '0' && *format <= '9')
        width = width * 10 + (unsigned)(*format++ - '0');
    switch (*format) {
    case 's': put_padded(va_arg(*values, const char *), width, left); break;
    case 'u': put_padded(digits(va_arg(*values, u64), 10, buffer), width, left); break;
    case 'x': put_padded(digits(va_arg(*values, u64), 16, buffer), width, left); break;
    case 'c': uart_put((char)va_arg(*values, int)); break;
    }
    return format + 1;
}

static void print_list(const char *format, va_list *values)
{
    while (*format) {
        if (*format == '%')
            format = convert(format + 1, values);
        else
            uart_put(*format++);
    }
}

void print(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    lock(&print_lock);
    print_list(format, &values);
    unlock(&print_lock);
    va_end(values);
}

/* Without the lock: whoever holds it may never let it go. */
void panic(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    print_list("refhyp: panic: ", &values);
    print_list(format, &values);
    uart_put('\n');
    va_end(values);
    smc(PSCI_SYSTEM_OFF, 0, 0, 0);
    for (;;)
        WFI();
}

void host_panicked(u64 vector, u64 esr, u64 elr, u64 far)
{
    panic("exception to EL1, vector %x, ESR %x, at %x, FAR %x", vector, esr, elr, far);
}

void hyp_panicked(u64 esr, u64 elr, u64 far, u64 spsr)
{
    panic("exception to EL2, ESR %x, at %x, FAR %x, SPSR %x", esr, elr, far, spsr);
}
