#include "devices/pl061.h"
#include "devices/mmio.h"
#include "devices/node.h"

enum { /* register offsets */
       /* clang-format off */
    GPIODATA  = 0x000, /* 256 words: the offset's bits 9..2 say which pins are meant */
    GPIODIR   = 0x400,
    GPIOIS    = 0x404,
    GPIOIBE   = 0x408,
    GPIOIEV   = 0x40c,
    GPIOIE    = 0x410,
    GPIORIS   = 0x414,
    GPIOMIS   = 0x418,
    GPIOAFSEL = 0x420
       /* clang-format on */
};

static uint32_t *plain_at(struct pl061_state *s, uint64_t offset)
{
    switch (offset) {
    case GPIODIR: return &s->dir;
    case GPIOIS: return &s->is;
    case GPIOIBE: return &s->ibe;
    case GPIOIEV: return &s->iev;
    case GPIOIE: return &s->ie;
    case GPIOAFSEL: return &s->afsel;
    default: return NULL;
    }
}

static uint32_t pins(const struct pl061_state *s)
{
    return s->data & s->dir;
}

/* Pins that never change have no edges, only levels. */
static uint32_t raw_status(const struct pl061_state *s)
{
    return ~(pins(s) ^ s->iev) & s->is & ~s->dir;
}

static uint32_t read_word(struct device *device, uint64_t offset, struct transaction t)
{
    struct pl061_state *s = device->state;
    const uint32_t *reg = plain_at(s, offset);
    (void)t;
    if (offset < GPIODIR)
        return pins(s) & (uint32_t)bits(offset, 9, 2);
    if (reg)
        return *reg;
    if (is_primecell_id(offset))
        return primecell_id(offset, 0x061, 0);
    if (offset == GPIORIS)
        return raw_status(s);
    return offset == GPIOMIS ? raw_status(s) & s->ie : 0;
}

static void update_line(const struct pl061 *gpio, uint64_t now)
{
    irq_set(&gpio->irq, raw_status(&gpio->state) & gpio->state.ie, now);
}

static void write_word(struct device *device, uint64_t offset, uint32_t value, struct transaction t)
{
    struct pl061 *gpio = (struct pl061 *)device;
    struct pl061_state *s = &gpio->state;
    uint32_t *reg = plain_at(s, offset);
    const uint32_t meant = (uint32_t)bits(offset, 9, 2) & s->dir;
    if (reg)
        *reg = value & 0xff;
    else if (offset < GPIODIR)
        s->data = (s->data & ~meant) | (value & meant);
    update_line(gpio, t.now);
}

static uint64_t pl061_read(struct device *device, uint64_t offset, struct transaction t)
{
    return mmio_read(device, offset, t, read_word);
}

static void pl061_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    mmio_write(device, offset, value, t, write_word);
}

static void pl061_reset(struct device *device)
{
    struct pl061 *gpio = (struct pl061 *)device;
    gpio->state = (struct pl061_state){0};
    update_line(gpio, 0);
}

/* With the power button that `virt` has on pin 3; here nobody presses it. */
static void pl061_fdt(const struct device *device, void *fdt, const struct device_place *place)
{
    enum { POWER_PIN = 3, KEY_POWER = 116 };
    (void)device;
    const int gpio = node_device(fdt, "pl061", place, INTERRUPT_LEVEL);
    NODE_STRINGS(fdt, gpio, "compatible", "arm,pl061\0arm,primecell");
    NODE_CELLS(fdt, gpio, "#gpio-cells", 2);
    node_flag(fdt, gpio, "gpio-controller");
    node_primecell_clock(fdt, gpio);
    NODE_CELLS(fdt, gpio, "phandle", PHANDLE_GPIO);
    const int keys = node_add(fdt, 0, "gpio-keys");
    node_string(fdt, keys, "compatible", "gpio-keys");
    const int button = node_add(fdt, keys, "poweroff");
    node_string(fdt, button, "label", "GPIO Key Poweroff");
    NODE_CELLS(fdt, button, "linux,code", KEY_POWER);
    NODE_CELLS(fdt, button, "gpios", PHANDLE_GPIO, POWER_PIN, 0);
}

static const struct device_ops pl061_ops = {pl061_read, pl061_write, pl061_reset, pl061_fdt};

void pl061_init(struct pl061 *gpio, struct irq_line irq)
{
    *gpio = (struct pl061){.irq = irq};
    gpio->device = (struct device){"pl061", &pl061_ops, &gpio->state, sizeof gpio->state};
}
