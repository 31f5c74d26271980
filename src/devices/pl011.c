#include "devices/pl011.h"
#include "devices/mmio.h"
#include "devices/node.h"

enum { /* register offsets */
       /* clang-format off */
    UARTDR    = 0x000,
    UARTFR    = 0x018,
    UARTILPR  = 0x020,
    UARTIBRD  = 0x024,
    UARTFBRD  = 0x028,
    UARTLCR_H = 0x02c,
    UARTCR    = 0x030,
    UARTIFLS  = 0x034,
    UARTIMSC  = 0x038,
    UARTRIS   = 0x03c,
    UARTMIS   = 0x040,
    UARTICR   = 0x044,
    UARTDMACR = 0x048
       /* clang-format on */
};

#define FR_RXFE BIT(4) /* receive FIFO empty */
#define FR_RXFF BIT(6) /* receive FIFO full */
#define FR_TXFE BIT(7) /* transmit FIFO empty */

#define CR_UARTEN BIT(0)
#define CR_RXE    BIT(9)
#define LCR_H_FEN BIT(4)

#define INT_RX BIT(4) /* the receive FIFO has reached its trigger level */
#define INT_TX BIT(5) /* the transmit FIFO has fallen to its own */
#define INT_RT BIT(6) /* the receive FIFO holds something, and the line is idle */

/* What a register keeps, and which bits of it. */
static const struct {
    uint16_t offset, field;
    uint32_t mask;
} plain[] = {
    /* clang-format off */
    {UARTILPR,  offsetof(struct pl011_state, ilpr),  0x00ff},
    {UARTIBRD,  offsetof(struct pl011_state, ibrd),  0xffff},
    {UARTFBRD,  offsetof(struct pl011_state, fbrd),  0x003f},
    {UARTLCR_H, offsetof(struct pl011_state, lcr_h), 0x00ff},
    {UARTCR,    offsetof(struct pl011_state, cr),    0xff87},
    {UARTIFLS,  offsetof(struct pl011_state, ifls),  0x003f},
    {UARTIMSC,  offsetof(struct pl011_state, imsc),  0x07ff},
    {UARTDMACR, offsetof(struct pl011_state, dmacr), 0x0007},
    /* clang-format on */
};

static uint32_t *plain_at(struct pl011_state *s, uint64_t offset, uint32_t *mask)
{
    for (unsigned i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (plain[i].offset != offset)
            continue;
        *mask = plain[i].mask;
        return (uint32_t *)((uint8_t *)s + plain[i].field);
    }
    return NULL;
}

/* ---- the receive FIFO ---- */

static unsigned depth(const struct pl011_state *s)
{
    return s->lcr_h & LCR_H_FEN ? PL011_FIFO : 1;
}

/* UARTIFLS.RXIFLSEL: 1/8, 1/4, 1/2, 3/4, 7/8 full; the rest is reserved. */
static unsigned trigger(const struct pl011_state *s)
{
    static const uint8_t level[8] = {2, 4, 8, 12, 14, 14, 14, 14};
    return s->lcr_h & LCR_H_FEN ? level[bits(s->ifls, 5, 3)] : 1;
}

static bool can_receive(const struct pl011_state *s)
{
    return s->cr & CR_UARTEN && s->cr & CR_RXE && s->count < depth(s);
}

/* The receive interrupts after the FIFO has been filled or read. */
static void level_changed(struct pl011_state *s)
{
    if (s->count < trigger(s))
        s->ris &= (uint32_t)~INT_RX;
    if (s->count == 0)
        s->ris &= (uint32_t)~INT_RT;
    else
        s->ris |= s->count < trigger(s) ? INT_RT : INT_RX;
}

static void update_line(struct pl011 *uart, uint64_t now)
{
    irq_set(&uart->wiring.irq, uart->state.ris & uart->state.imsc, now);
}

static void offer_room(struct pl011 *uart)
{
    if (uart->wiring.room && can_receive(&uart->state))
        uart->wiring.room(uart->wiring.owner);
}

bool pl011_receive(struct pl011 *uart, uint8_t byte, uint64_t now)
{
    struct pl011_state *s = &uart->state;
    if (!can_receive(s))
        return false;
    s->fifo[(s->first + s->count++) % PL011_FIFO] = byte;
    level_changed(s);
    update_line(uart, now);
    return true;
}

/* ---- registers ---- */

static uint32_t read_data(struct pl011 *uart, uint64_t now)
{
    struct pl011_state *s = &uart->state;
    if (s->count == 0)
        return 0;
    const uint8_t byte = s->fifo[s->first];
    s->first = (s->first + 1) % PL011_FIFO;
    s->count--;
    level_changed(s);
    update_line(uart, now);
    offer_room(uart);
    return byte;
}

static void write_data(struct pl011 *uart, uint8_t byte, uint64_t now)
{
    if (uart->wiring.sink)
        uart->wiring.sink(uart->wiring.owner, byte);
    uart->state.ris |= INT_TX;
    update_line(uart, now);
}

static uint32_t flags(const struct pl011_state *s)
{
    return (uint32_t)(FR_TXFE | (s->count == 0 ? FR_RXFE : 0) | (s->count >= depth(s) ? FR_RXFF : 0));
}

static uint32_t read_word(struct device *device, uint64_t offset, struct transaction t)
{
    struct pl011 *uart = (struct pl011 *)device;
    uint32_t mask;
    const uint32_t *reg = plain_at(&uart->state, offset, &mask);
    if (reg)
        return *reg;
    if (is_primecell_id(offset))
        return primecell_id(offset, 0x011, 1);
    switch (offset) {
    case UARTDR: return read_data(uart, t.now);
    case UARTFR: return flags(&uart->state);
    case UARTRIS: return uart->state.ris;
    case UARTMIS: return uart->state.ris & uart->state.imsc;
    default: return 0; /* UARTRSR among them: no byte has errors */
    }
}

/* Turning the FIFOs on or off empties them. */
static void fifo_switched(struct pl011_state *s)
{
    s->first = s->count = 0;
    level_changed(s);
}

static void write_plain(struct pl011 *uart, uint32_t *reg, uint32_t value, uint64_t now)
{
    struct pl011_state *s = &uart->state;
    const uint32_t old_lcr_h = s->lcr_h;
    const bool could_receive = can_receive(s);
    *reg = value;
    if ((s->lcr_h ^ old_lcr_h) & LCR_H_FEN)
        fifo_switched(s);
    if (reg == &s->ifls)
        level_changed(s);
    update_line(uart, now);
    if (!could_receive)
        offer_room(uart);
}

static void write_word(struct device *device, uint64_t offset, uint32_t value, struct transaction t)
{
    struct pl011 *uart = (struct pl011 *)device;
    uint32_t mask;
    uint32_t *reg = plain_at(&uart->state, offset, &mask);
    if (reg) {
        write_plain(uart, reg, value & mask, t.now);
    } else if (offset == UARTDR) {
        write_data(uart, (uint8_t)value, t.now);
    } else if (offset == UARTICR) {
        uart->state.ris &= ~value;
        update_line(uart, t.now);
    }
}

/* ---- the device ---- */

static uint64_t pl011_read(struct device *device, uint64_t offset, struct transaction t)
{
    return mmio_read(device, offset, t, read_word);
}

static void pl011_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    mmio_write(device, offset, value, t, write_word);
}

static void pl011_reset(struct device *device)
{
    struct pl011 *uart = (struct pl011 *)device;
    uart->state = (struct pl011_state){.cr = 0x300, .ifls = 0x12};
    update_line(uart, 0);
}

static void pl011_fdt(const struct device *device, void *fdt, const struct device_place *place)
{
    (void)device;
    const int node = node_device(fdt, "pl011", place, INTERRUPT_LEVEL);
    NODE_STRINGS(fdt, node, "compatible", "arm,pl011\0arm,primecell");
    NODE_CELLS(fdt, node, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
    NODE_STRINGS(fdt, node, "clock-names", "uartclk\0apb_pclk");
}

static const struct device_ops pl011_ops = {pl011_read, pl011_write, pl011_reset, pl011_fdt};

void pl011_init(struct pl011 *uart, const struct pl011_wiring *wiring)
{
    *uart = (struct pl011){.wiring = *wiring};
    uart->device = (struct device){"pl011", &pl011_ops, &uart->state, sizeof uart->state};
    uart->state = (struct pl011_state){.cr = 0x300, .ifls = 0x12};
}
