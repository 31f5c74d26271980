#include "tools/stats.h"
#include "base/bits.h"
#include "trace/esr.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Reasons: Exception classes, then asynchronous exceptions. */
enum { REASON_IRQ = 64, REASON_FIQ, REASON_SERROR, REASONS };

enum { EVERY_LEVEL = 4, FAULTS = 4, LR_STATES = 4 };

struct world {
    int id; /* STATS_HOST or a VMID */
    uint64_t exits[REASONS];
};

struct stats {
    struct trace_trap trap[TRAPS_MAX]; /* trap.def; texts are copies */
    unsigned pa_bits;
    bool el2;
    struct world *world;
    unsigned worlds;
    uint64_t switches;
    uint64_t row[TRAPS_MAX];
    uint64_t fault[FAULTS][EVERY_LEVEL]; /* of stage 2 */
    uint64_t lr[LR_STATES][LR_STATES];
};

/* ---- what the machine can reach ---- */

static bool add_trap(struct stats *stats, unsigned row, struct trace_trap trap)
{
    if (row >= TRAPS_MAX || !trap.name)
        return true;
    trap.name = strdup(trap.name);
    trap.control = trap.control ? strdup(trap.control) : NULL;
    stats->trap[row] = trap;
    return trap.name;
}

static void set_profile(struct stats *stats, uint64_t pfr0, uint64_t mmfr0)
{
    static const uint8_t bits_of[] = {32, 36, 40, 42, 44, 48, 52};
    const uint64_t range = bits(mmfr0, 3, 0);
    stats->el2 = bits(pfr0, 11, 8);
    stats->pa_bits = range < sizeof bits_of ? bits_of[range] : 48;
}

static uint64_t machine_register(const struct trapeze *t, const char *name)
{
    const int index = trapeze_register_find(t, name);
    return index < 0 ? 0 : trapeze_register_read(t, 0, (unsigned)index);
}

struct stats *stats_of_machine(const struct trapeze *t)
{
    struct stats *stats = calloc(1, sizeof *stats);
    struct trapeze_trap info;
    bool good = stats;
    for (unsigned i = 0; good && trapeze_trap_info(t, i, &info); i++)
        good = add_trap(
            stats, i,
            (struct trace_trap){info.name, info.control, info.mask, info.armed, info.to, info.from, info.reachable});
    if (good) {
        set_profile(stats, machine_register(t, "ID_AA64PFR0_EL1"), machine_register(t, "ID_AA64MMFR0_EL1"));
        return stats;
    }
    stats_free(stats);
    return NULL;
}

struct stats *stats_of_file(const struct trace_reader *reader)
{
    struct stats *stats = calloc(1, sizeof *stats);
    bool good = stats;
    uint64_t pfr0 = 0, mmfr0 = 0;
    for (unsigned i = 0; good && i < TRAPS_MAX; i++)
        if (trace_reader_trap(reader, i))
            good = add_trap(stats, i, *trace_reader_trap(reader, i));
    if (!good) {
        stats_free(stats);
        return NULL;
    }
    trace_reader_register(reader, "ID_AA64PFR0_EL1", &pfr0);
    trace_reader_register(reader, "ID_AA64MMFR0_EL1", &mmfr0);
    set_profile(stats, pfr0, mmfr0);
    return stats;
}

void stats_free(struct stats *stats)
{
    if (!stats)
        return;
    for (unsigned i = 0; i < TRAPS_MAX; i++) {
        free((char *)stats->trap[i].name);
        free((char *)stats->trap[i].control);
    }
    free(stats->world);
    free(stats);
}

/* ---- counting ---- */

static struct world *find_world(struct stats *stats, int id)
{
    for (unsigned i = 0; i < stats->worlds; i++)
        if (stats->world[i].id == id)
            return &stats->world[i];
    struct world *more = realloc(stats->world, (stats->worlds + 1) * sizeof *more);
    if (!more)
        return NULL;
    stats->world = more;
    more[stats->worlds] = (struct world){.id = id};
    return &more[stats->worlds++];
}

static unsigned reason_of(const struct trapeze_event *e)
{
    const unsigned kind = e->exception.vector >> 7 & 3;
    return kind ? REASON_IRQ + kind - 1 : (unsigned)bits(e->exception.esr, 31, 26);
}

/* Translation, access flag, permission and address size faults, by level; S1PTW ones too. */
static void count_fault(struct stats *stats, const struct trapeze_event *e)
{
    const unsigned status = (unsigned)bits(e->exception.esr, 5, 0);
    if (e->exception.has_ipa && status < 16)
        stats->fault[status / 4][status % 4]++;
}

static bool add_exception(struct stats *stats, const struct trapeze_event *e)
{
    if (e->exception.row >= 0 && e->exception.row < TRAPS_MAX)
        stats->row[e->exception.row]++;
    if (e->exception.to != 2 || e->el >= 2)
        return true;
    struct world *world = find_world(stats, e->stage2 ? e->vmid : STATS_HOST);
    if (!world)
        return false;
    world->exits[reason_of(e)]++;
    count_fault(stats, e);
    return true;
}

bool stats_add(struct stats *stats, const struct trapeze_event *e)
{
    if (e->kind == TRAPEZE_EVENT_EXCEPTION)
        return add_exception(stats, e);
    if (e->kind == TRAPEZE_EVENT_LR)
        stats->lr[e->lr.from & 3][e->lr.to & 3]++;
    if (e->kind == TRAPEZE_EVENT_WORLD)
        stats->switches++;
    return true;
}

/* ---- asking ---- */

static const char *reason_name(unsigned reason)
{
    static const char *const names[] = {"IRQ", "FIQ", "SERROR"};
    return reason < REASON_IRQ ? esr_short(reason) : names[reason - REASON_IRQ];
}

static uint64_t sum(const struct stats *stats, unsigned reason, int world)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < stats->worlds; i++)
        if (world == STATS_ANY_WORLD || stats->world[i].id == world)
            total += stats->world[i].exits[reason];
    return total;
}

bool stats_exits(const struct stats *stats, const char *reason, int world, uint64_t *count)
{
    const bool all = !strcmp(reason, "total");
    bool found = all;
    *count = 0;
    for (unsigned i = 0; i < REASONS; i++) {
        if (!all && (strcmp(reason, reason_name(i)) != 0 || !strcmp(reason, "RESERVED")))
            continue;
        *count += sum(stats, i, world);
        found = true;
    }
    return found;
}

/* ---- printing: exits ---- */

enum { COLUMNS_MAX = 8 }; /* of worlds; more are put together */

static int by_id(const void *a, const void *b)
{
    return ((const struct world *)a)->id - ((const struct world *)b)->id;
}

static void print_heading(const struct stats *stats, unsigned columns, FILE *to)
{
    fprintf(to, "%-14s %10s", "exits to EL2", "total");
    for (unsigned i = 0; i < columns; i++) {
        char name[24] = "no stage 2";
        if (stats->world[i].id != STATS_HOST)
            snprintf(name, sizeof name, "VMID %d", stats->world[i].id);
        fprintf(to, " %10s", name);
    }
    fprintf(to, "%s\n", columns < stats->worlds ? "  others" : "");
}

static void print_row(const struct stats *stats, unsigned columns, const char *name, unsigned first, unsigned last,
                      FILE *to)
{
    uint64_t total = 0, others = 0;
    for (unsigned r = first; r <= last; r++)
        total += sum(stats, r, STATS_ANY_WORLD);
    if (!total)
        return;
    fprintf(to, "%-14s %10" PRIu64, name, total);
    others = total;
    for (unsigned i = 0; i < columns; i++) {
        uint64_t count = 0;
        for (unsigned r = first; r <= last; r++)
            count += stats->world[i].exits[r];
        others -= count;
        fprintf(to, " %10" PRIu64, count);
    }
    if (columns < stats->worlds)
        fprintf(to, " %7" PRIu64, others);
    fputc('\n', to);
}

void stats_print_exits(const struct stats *stats, FILE *to)
{
    struct stats sorted = *stats;
    const unsigned columns = stats->worlds < COLUMNS_MAX ? stats->worlds : COLUMNS_MAX;
    if (!stats->worlds) {
        fputs("no exits to EL2\n", to);
        return;
    }
    qsort(sorted.world, sorted.worlds, sizeof *sorted.world, by_id);
    print_heading(&sorted, columns, to);
    for (unsigned i = 0; i < REASONS; i++)
        print_row(&sorted, columns, reason_name(i), i, i, to);
    print_row(&sorted, columns, "total", 0, REASONS - 1, to);
    fprintf(to, "%-14s %10" PRIu64 "\n", "world switches", stats->switches);
}

/* ---- printing: what was touched ---- */

/* Names of things that can be touched: what was not is listed. */
struct list {
    unsigned touched, reachable;
    char *text;
    size_t size;
    FILE *missing;
};

static bool list_begin(struct list *list)
{
    *list = (struct list){.text = NULL};
    list->missing = open_memstream(&list->text, &list->size);
    return list->missing;
}

static void list_item(struct list *list, const char *name, uint64_t count)
{
    list->reachable++;
    list->touched += count != 0;
    if (!count)
        fprintf(list->missing, "%s%s", ftell(list->missing) ? "; " : "", name);
}

static void list_end(struct list *list, const char *what, FILE *to)
{
    fclose(list->missing);
    fprintf(to, "%s touched: %u of %u", what, list->touched, list->reachable);
    if (list->touched < list->reachable)
        fprintf(to, "; not: %s", list->text ? list->text : "(no memory)");
    fputc('\n', to);
    free(list->text);
}

static void print_rows(const struct stats *stats, FILE *to)
{
    struct list list;
    if (!list_begin(&list))
        return;
    for (unsigned i = 0; i < TRAPS_MAX; i++)
        if (stats->trap[i].name && stats->trap[i].reachable && stats->trap[i].control)
            list_item(&list, stats->trap[i].name, stats->row[i]);
    list_end(&list, "trap rows", to);
}

/* Of those that go to EL2: with HCR_EL2.TGE nearly all do. Nothing raises a physical SError. */
static void print_classes(const struct stats *stats, FILE *to)
{
    static const uint8_t classes[] = {0x00, 0x01, 0x07, 0x0e, 0x15, 0x16, 0x17, 0x18, 0x20, 0x22, 0x24, 0x26, 0x3c};
    struct list list;
    if (!list_begin(&list))
        return;
    for (unsigned i = 0; i < sizeof classes; i++)
        list_item(&list, esr_short(classes[i]), sum(stats, classes[i], STATS_ANY_WORLD));
    list_item(&list, "IRQ", sum(stats, REASON_IRQ, STATS_ANY_WORLD));
    list_item(&list, "FIQ", sum(stats, REASON_FIQ, STATS_ANY_WORLD));
    list_end(&list, "exit reasons", to);
}

/* A level 0 takes a stage 2 input of more than 42 bits; there are leaves from level 1 on. */
static void print_faults(const struct stats *stats, FILE *to)
{
    enum { ADDRESS_SIZE, TRANSLATION };
    struct list list;
    if (!list_begin(&list))
        return;
    for (unsigned kind = 0; kind < FAULTS; kind++) {
        const bool at_0 = kind == ADDRESS_SIZE || (kind == TRANSLATION && stats->pa_bits > 42);
        for (unsigned level = at_0 ? 0 : 1; level < EVERY_LEVEL; level++)
            list_item(&list, esr_fault(kind * 4 + level), stats->fault[kind][level]);
    }
    list_end(&list, "stage 2 faults", to);
}

static void print_transitions(const struct stats *stats, FILE *to)
{
    static const char *const names[LR_STATES] = {"invalid", "pending", "active", "pending+active"};
    struct list list;
    if (!list_begin(&list))
        return;
    for (unsigned from = 0; from < LR_STATES; from++)
        for (unsigned into = 0; into < LR_STATES; into++) {
            char name[64];
            snprintf(name, sizeof name, "%s -> %s", names[from], names[into]);
            if (from != into)
                list_item(&list, name, stats->lr[from][into]);
        }
    list_end(&list, "list register transitions", to);
}

void stats_print_touched(const struct stats *stats, FILE *to)
{
    print_rows(stats, to);
    if (!stats->el2)
        return;
    print_classes(stats, to);
    print_faults(stats, to);
    print_transitions(stats, to);
}
