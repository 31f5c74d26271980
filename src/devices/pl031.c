#include "devices/pl031.h"
#include "devices/mmio.h"
#include "devices/node.h"

enum { /* register offsets */
       /* clang-format off */
    RTCDR   = 0x00,
    RTCMR   = 0x04,
    RTCLR   = 0x08,
    RTCCR   = 0x0c,
    RTCIMSC = 0x10,
    RTCRIS  = 0x14,
    RTCMIS  = 0x18,
    RTCICR  = 0x1c
       /* clang-format on */
};

static uint32_t count_at(const struct pl031 *rtc, uint64_t now)
{
    return (uint32_t)(rtc->state.offset + now / rtc->wiring.clock);
}

static void update_line(const struct pl031 *rtc, uint64_t now)
{
    irq_set(&rtc->wiring.irq, rtc->state.ris & rtc->state.imsc, now);
}

/* ---- the match ---- */

static void match(void *owner, uint64_t now)
{
    struct pl031 *rtc = owner;
    rtc->state.armed = false;
    rtc->state.ris = 1;
    update_line(rtc, now);
}

/* Waits for the second at which the counter is MR: at most 2^32 seconds on. */
static void arm(struct pl031 *rtc, uint64_t now)
{
    const uint32_t seconds = rtc->state.mr - count_at(rtc, now);
    events_cancel(rtc->wiring.events, match, rtc);
    rtc->state.armed = true;
    if (seconds == 0) {
        match(rtc, now);
        return;
    }
    events_add(rtc->wiring.events, (now / rtc->wiring.clock + seconds) * rtc->wiring.clock, 0, match, rtc);
    if (rtc->wiring.asked)
        rtc->wiring.asked(rtc->wiring.owner);
}

/* ---- registers ---- */

static uint32_t read_word(struct device *device, uint64_t offset, struct transaction t)
{
    const struct pl031 *rtc = (const struct pl031 *)device;
    const struct pl031_state *s = &rtc->state;
    if (is_primecell_id(offset))
        return primecell_id(offset, 0x031, 0);
    switch (offset) {
    case RTCDR: return count_at(rtc, t.now);
    case RTCMR: return s->mr;
    case RTCLR: return s->lr;
    case RTCCR: return 1; /* it cannot be turned off */
    case RTCIMSC: return s->imsc;
    case RTCRIS: return s->ris;
    case RTCMIS: return s->ris & s->imsc;
    default: return 0;
    }
}

static void write_word(struct device *device, uint64_t offset, uint32_t value, struct transaction t)
{
    struct pl031 *rtc = (struct pl031 *)device;
    struct pl031_state *s = &rtc->state;
    switch (offset) {
    case RTCMR:
        s->mr = value;
        arm(rtc, t.now);
        break;
    case RTCLR:
        s->lr = value;
        s->offset += value - count_at(rtc, t.now);
        if (s->armed)
            arm(rtc, t.now);
        break;
    case RTCIMSC: s->imsc = value & 1; break;
    case RTCICR: s->ris &= ~value; break;
    default: return;
    }
    update_line(rtc, t.now);
}

/* ---- the device ---- */

static uint64_t pl031_read(struct device *device, uint64_t offset, struct transaction t)
{
    return mmio_read(device, offset, t, read_word);
}

static void pl031_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    mmio_write(device, offset, value, t, write_word);
}

static void pl031_reset(struct device *device)
{
    struct pl031 *rtc = (struct pl031 *)device;
    events_cancel(rtc->wiring.events, match, rtc);
    rtc->state = (struct pl031_state){.offset = RTC_EPOCH};
    update_line(rtc, 0);
}

static void pl031_fdt(const struct device *device, void *fdt, const struct device_place *place)
{
    (void)device;
    const int node = node_device(fdt, "pl031", place, INTERRUPT_LEVEL);
    NODE_STRINGS(fdt, node, "compatible", "arm,pl031\0arm,primecell");
    node_primecell_clock(fdt, node);
}

static const struct device_ops pl031_ops = {pl031_read, pl031_write, pl031_reset, pl031_fdt};

void pl031_init(struct pl031 *rtc, const struct pl031_wiring *wiring)
{
    *rtc = (struct pl031){.state.offset = RTC_EPOCH, .wiring = *wiring};
    rtc->device = (struct device){"pl031", &pl031_ops, &rtc->state, sizeof rtc->state};
}
