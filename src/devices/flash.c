#include "devices/flash.h"
#include "base/bits.h"
#include "devices/node.h"
#include <string.h>

enum { BANK_WIDTH = 4 /* bytes */, CHIPS = 2 };

#define SR_READY     BIT(7)
#define SR_ERASE     BIT(5) /* erase failed; with SR_PROGRAM: the command sequence was wrong */
#define SR_PROGRAM   BIT(4) /* programming failed */
#define SR_PROTECTED BIT(1) /* the sector is locked */

enum { CONFIRM = 0xd0, LOCK = 0x01, LOCK_DOWN = 0x2f };

/* ---- memory ---- */

static uint8_t *contents(struct flash *flash, uint64_t offset, uint64_t size)
{
    return bus_image_host(flash->bus, pa(flash->base.raw + offset), size);
}

static bool refuse_locked(struct flash_state *s, uint64_t offset, uint64_t error)
{
    if (!s->locked[offset / FLASH_SECTOR])
        return false;
    s->status |= (uint8_t)(error | SR_PROTECTED);
    return true;
}

/* Programming can only clear bits. */
static void program(struct flash *flash, uint64_t offset, const uint8_t *from, unsigned size)
{
    uint8_t *to = contents(flash, offset, size);
    if (!to || refuse_locked(&flash->state, offset, SR_PROGRAM))
        return;
    for (unsigned i = 0; i < size; i++)
        to[i] &= from[i];
    bus_image_written(flash->bus, pa(flash->base.raw + offset), size);
}

static void erase(struct flash *flash, uint64_t offset)
{
    const uint64_t sector = align_down(offset, FLASH_SECTOR);
    if (refuse_locked(&flash->state, sector, SR_ERASE))
        return;
    memset(contents(flash, sector, FLASH_SECTOR), 0xff, FLASH_SECTOR);
    bus_image_written(flash->bus, pa(flash->base.raw + sector), FLASH_SECTOR);
}

/* ---- what loads read ---- */

/* The CFI query structure of one chip, by word. */
static const uint8_t query[] = {
    /* clang-format off */
    [0x10] = 'Q', 'R', 'Y',
    [0x13] = 0x01, 0x00,             /* Intel's command set */
    [0x15] = 0x31, 0x00,             /* where its extended table is */
    [0x1b] = 0x45, 0x55, 0x00, 0x00, /* supply: 4.5 V to 5.5 V, no programming voltage */
    [0x1f] = 0x07, 0x07, 0x0a, 0x00, /* typical times, log2: word and buffer in us, sector in ms */
    [0x23] = 0x04, 0x04, 0x04, 0x00, /* the longest: 2^n times as much */
    [0x27] = 25,                     /* log2 of its bytes */
    [0x28] = 0x02, 0x00,             /* 8 and 16 bit wide */
    [0x2a] = 0x0b, 0x00,             /* log2 of the bytes in its buffer */
    [0x2c] = 1,                      /* one region of like sectors: */
    [0x2d] = FLASH_SECTORS - 1, 0x00, (FLASH_SECTOR / CHIPS >> 8 & 0xff), FLASH_SECTOR / CHIPS >> 16,
    [0x31] = 'P', 'R', 'I', '1', '0',
    [0x3f] = 0x01,                   /* one protection field */
    /* clang-format on */
};

static uint32_t identity(const struct flash_state *s, uint64_t offset)
{
    switch (offset % FLASH_SECTOR / BANK_WIDTH & 0xff) {
    case 0: return 0x89; /* Intel */
    case 1: return 0x18;
    case 2: return s->locked[offset / FLASH_SECTOR];
    default: return 0;
    }
}

static uint32_t query_at(uint64_t offset)
{
    const uint64_t word = offset / BANK_WIDTH;
    return word < sizeof query ? query[word] : 0;
}

/* The word at an aligned offset: both chips answer alike, unless it is the array. */
static uint32_t word_at(struct flash *flash, uint64_t offset)
{
    const struct flash_state *s = &flash->state;
    uint32_t chip = 0;
    switch ((enum flash_reply)s->reply) {
    case FLASH_ARRAY: memcpy(&chip, contents(flash, offset, BANK_WIDTH), BANK_WIDTH); return chip;
    case FLASH_STATUS: chip = s->status; break;
    case FLASH_ID: chip = identity(s, offset); break;
    case FLASH_QUERY: chip = query_at(offset); break;
    }
    return chip | chip << 16;
}

static uint64_t flash_read(struct device *device, uint64_t offset, struct transaction t)
{
    struct flash *flash = (struct flash *)device;
    uint64_t value = 0;
    for (unsigned i = 0; i < t.size && offset + i < FLASH_SIZE; i++) {
        const uint64_t at = offset + i, word = align_down(at, BANK_WIDTH);
        value |= (uint64_t)(uint8_t)(word_at(flash, word) >> 8 * (at - word)) << 8 * i;
    }
    return value;
}

/* ---- commands ---- */

static void reply_with(struct flash *flash, enum flash_reply reply)
{
    flash->state.reply = (uint8_t)reply;
    bus_set_direct(flash->bus, &flash->device, reply == FLASH_ARRAY);
}

static void sequence_error(struct flash_state *s)
{
    s->status |= SR_ERASE | SR_PROGRAM;
    s->command = 0;
}

/* The second cycle of a command, and those behind it. */
typedef void next_cycle_fn(struct flash *flash, uint64_t offset, uint64_t value, unsigned size);

static void next_program(struct flash *flash, uint64_t offset, uint64_t value, unsigned size)
{
    uint8_t bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    flash->state.command = 0;
    program(flash, offset, bytes, size);
}

static void next_erase(struct flash *flash, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    if ((uint8_t)value != CONFIRM) {
        sequence_error(&flash->state);
        return;
    }
    flash->state.command = 0;
    erase(flash, offset);
}

static void next_lock(struct flash *flash, uint64_t offset, uint64_t value, unsigned size)
{
    struct flash_state *s = &flash->state;
    (void)size;
    s->command = 0;
    if ((uint8_t)value == CONFIRM)
        s->locked[offset / FLASH_SECTOR] = 0;
    else if ((uint8_t)value == LOCK || (uint8_t)value == LOCK_DOWN)
        s->locked[offset / FLASH_SECTOR] = 1;
    else
        sequence_error(s);
}

enum { BUFFER_COUNT, BUFFER_DATA, BUFFER_CONFIRM };

/* One data cycle into the buffer, all of whose data must lie in one aligned piece of its size. */
static void buffer_data(struct flash_state *s, uint64_t offset, uint64_t value, unsigned size)
{
    const uint32_t piece = (uint32_t)align_down(offset, FLASH_BUFFER);
    if (!s->begun)
        s->buffer_at = piece;
    s->begun = true;
    const unsigned at = (unsigned)offset % FLASH_BUFFER;
    if (piece != s->buffer_at || at + size > FLASH_BUFFER) {
        sequence_error(s);
        return;
    }
    memcpy(s->buffer + at, &value, size);
    if (s->left-- == 0)
        s->phase = BUFFER_CONFIRM;
}

static void next_buffer(struct flash *flash, uint64_t offset, uint64_t value, unsigned size)
{
    struct flash_state *s = &flash->state;
    switch (s->phase) {
    case BUFFER_COUNT:
        s->left = (uint16_t)value;
        s->begun = false;
        s->phase = BUFFER_DATA;
        memset(s->buffer, 0xff, sizeof s->buffer); /* programs nothing */
        return;
    case BUFFER_DATA: buffer_data(s, offset, value, size); return;
    default:
        if ((uint8_t)value != CONFIRM) {
            sequence_error(s);
            return;
        }
        s->command = 0;
        program(flash, s->buffer_at, s->buffer, FLASH_BUFFER);
    }
}

static const struct command {
    uint8_t code;
    enum flash_reply reply;
    next_cycle_fn *next; /* NULL: complete in one cycle */
} commands[] = {
    /* clang-format off */
    {0x10, FLASH_STATUS, next_program},
    {0x20, FLASH_STATUS, next_erase},
    {0x28, FLASH_STATUS, next_erase},
    {0x40, FLASH_STATUS, next_program},
    {0x60, FLASH_STATUS, next_lock},
    {0x70, FLASH_STATUS, NULL},
    {0x90, FLASH_ID,     NULL},
    {0x98, FLASH_QUERY,  NULL},
    {0xe8, FLASH_STATUS, next_buffer},
    /* clang-format on */
};

enum { CLEAR_STATUS = 0x50 };

/* The command of this code; NULL: none, and whatever is not a command reads the array (0xff, AMD's 0xf0). */
static const struct command *command_of(uint8_t code)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].code == code)
            return &commands[i];
    return NULL;
}

static void first_cycle(struct flash *flash, uint8_t code)
{
    struct flash_state *s = &flash->state;
    const struct command *command = command_of(code);
    if (code == CLEAR_STATUS)
        s->status = SR_READY;
    s->command = command && command->next ? code : 0;
    s->phase = BUFFER_COUNT;
    reply_with(flash, command ? command->reply : FLASH_ARRAY);
}

static void flash_write(struct device *device, uint64_t offset, uint64_t value, struct transaction t)
{
    struct flash *flash = (struct flash *)device;
    if (offset + t.size > FLASH_SIZE)
        return;
    if (flash->state.command)
        command_of(flash->state.command)->next(flash, offset, value, t.size);
    else
        first_cycle(flash, (uint8_t)value);
}

/* ---- the device ---- */

static void flash_reset(struct device *device)
{
    struct flash *flash = (struct flash *)device;
    flash->state = (struct flash_state){.status = SR_READY};
    reply_with(flash, FLASH_ARRAY);
}

/* All banks are one node. */
static void flash_fdt(const struct device *device, void *fdt, const struct device_place *place)
{
    (void)device;
    const uint32_t reg[] = {CELLS64(place->base), CELLS64(place->size)};
    int node = fdt_node_offset_by_compatible(fdt, -1, "cfi-flash");
    if (node >= 0) {
        for (unsigned i = 0; i < sizeof reg / sizeof *reg; i++)
            fdt_appendprop_u32(fdt, node, "reg", reg[i]);
        return;
    }
    node = node_device(fdt, "flash", place, 0);
    node_string(fdt, node, "compatible", "cfi-flash");
    NODE_CELLS(fdt, node, "bank-width", BANK_WIDTH);
}

static const struct device_ops flash_ops = {flash_read, flash_write, flash_reset, flash_fdt};

enum status flash_init(struct flash *flash, struct bus *bus, pa_t base)
{
    memset(flash, 0, sizeof *flash);
    flash->bus = bus;
    flash->base = base;
    flash->device = (struct device){"flash", &flash_ops, &flash->state, sizeof flash->state};
    flash->state.status = SR_READY;
    return bus_add_rom(bus, base, FLASH_SIZE, &flash->device);
}
