#include "devices/pl011.h"
#include "base/bits.h"

enum { /* register offsets */
       /* clang-format off */
    UARTDR    = 0x000,
    UARTFR    = 0x018,
    UARTIBRD  = 0x024,
    UARTFBRD  = 0x028,
    UARTLCR_H = 0x02c,
    UARTCR    = 0x030,
    UARTIMSC  = 0x038,
    UARTPID0  = 0xfe0
       /* clang-format on */
};

#define FR_RXFE BIT(4) /* receive FIFO empty */
#define FR_TXFE BIT(7) /* transmit FIFO empty: transmission takes no time here */

static const uint8_t peripheral_id[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

/* The plain register at an offset, NULL where there is none. */
static uint32_t *plain(struct pl011_state *state, uint64_t offset)
{
    switch (offset) {
    case UARTIBRD: return &state->ibrd;
    case UARTFBRD: return &state->fbrd;
    case UARTLCR_H: return &state->lcr_h;
    case UARTCR: return &state->cr;
    case UARTIMSC: return &state->imsc;
    default: return NULL;
    }
}

static uint64_t pl011_read(struct device *device, uint64_t offset, struct transaction t)
{
    (void)t;
    const uint32_t *reg = plain(device->state, offset);
    if (reg)
        return *reg;
    if (offset == UARTFR)
        return FR_RXFE | FR_TXFE;
    if (offset >= UARTPID0 && offset < UARTPID0 + 32)
        return peripheral_id[(offset - UARTPID0) / 4];
    return 0;
}

static void pl011_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    (void)t;
    struct pl011 *uart = (struct pl011 *)device;
    uint32_t *reg = plain(device->state, offset);
    if (reg)
        *reg = (uint32_t)value;
    else if (offset == UARTDR)
        uart->sink(uart->sink_owner, (uint8_t)value);
}

static void pl011_reset(struct device *device)
{
    *(struct pl011_state *)device->state = (struct pl011_state){.cr = 0x300};
}

static void pl011_fdt(const struct device *device, void *fdt)
{
    (void)device, (void)fdt; /* the slice writes no device tree */
}

static const struct device_ops pl011_ops = {pl011_read, pl011_write, pl011_reset, pl011_fdt};

void pl011_init(struct pl011 *uart, uart_sink_fn *sink, void *owner)
{
    *uart = (struct pl011){.sink = sink, .sink_owner = owner};
    uart->device = (struct device){"pl011", &pl011_ops, &uart->state, sizeof uart->state};
    pl011_reset(&uart->device);
}
