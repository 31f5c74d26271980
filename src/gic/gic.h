/* The interrupt controller of a machine: distributor, CPU interfaces, and their faces as devices; the CPU interfaces of a
 * GICv3 are system registers (gic/icc.h). With one Security state, as QEMU's virt has it: both groups, 8 priority bits, 256
 * SPIs. */
#pragma once
#include "bus/device.h"
#include "bus/irq.h"
#include "gic/iface.h"
#include "gic/vcpu.h"
#include "trace/trace.h"

enum { GICD_SIZE = 0x1000, GICC_SIZE = 0x2000 };      /* bytes that answer, of a GICv2 */
enum { GICD_V3_SIZE = 0x10000, GICR_SIZE = 0x20000 }; /* of a GICv3; GICR: of each PE */

/* An input of PE `cpu` is now at that level, from `now` (cycles) on. */
typedef void gic_output_fn(void *owner, unsigned cpu, enum line line, bool level, uint64_t now);

struct gic;

/* A device that is a face of the controller. */
struct gic_face {
    struct device device;
    struct gic *gic;
};

struct gic {
    struct gic_face gicd, gicc, gicr; /* gicc: only of a GICv2; gicr: only of a GICv3 */
    struct gic_dist dist;
    struct gic_iface iface[GIC_CPUS];
    struct gic_face gich, gicv;
    struct gic_vcpu vcpu[GIC_CPUS]; /* lrs is 0: the machine has none (gic/virtual.h) */
    gic_output_fn *output;
    void *owner;
    const struct trace *trace; /* who listens to interrupts; NULL: nobody */
};

/* A controller of that version of the architecture (2 or 3) for `cpus` PEs (1..GIC_V2_CPUS or GIC_CPUS) in its reset
 * state. It stays where it is. */
void gic_init(struct gic *gic, unsigned version, unsigned cpus, gic_output_fn *output, void *owner);

/* The lines that devices drive: shared peripheral interrupt `spi` (INTID 32 + spi), and a PE's own INTID 16-31. */
struct irq_line gic_spi(struct gic *gic, unsigned spi);
struct irq_line gic_ppi(struct gic *gic, unsigned cpu, unsigned intid);

/* What was offered to the PEs in the set may have changed: drives their inputs. */
void gic_update(struct gic *gic, uint64_t cpus, uint64_t now);

/* Around a change of the distributor's state: who listens is told of interrupts that have become pending, then the PEs'
 * inputs follow. `concerned`: what the change returned. */
struct gic_change {
    bool told;
    uint32_t banked[GIC_CPUS], shared[GIC_WORDS]; /* what was pending before */
};

void gic_begin(const struct gic *gic, struct gic_change *change);
void gic_end(struct gic *gic, const struct gic_change *change, uint64_t concerned, uint64_t now);

/* The PE whose registers a transaction sees: 0 for those that are no PE. */
unsigned gic_cpu_of(const struct gic *gic, struct transaction t);

/* For accesses that are not of one word: x, whose byte 0 lies at offset `from`, seen from offset `to`. */
static inline uint64_t gic_moved(uint64_t x, uint64_t from, uint64_t to)
{
    return to >= from ? x >> 8 * (to - from) : x << 8 * (from - to);
}
