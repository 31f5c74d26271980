/* Address translation: regimes, permissions, and the memory of past translations. */
#pragma once
#include "base/fault.h"
#include "bus/bus.h"
#include "cpu/state.h"
#include "mmu/fast.h"
#include "mmu/tlb.h"

enum access_type { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

struct cpu_model;

struct mmu {
    struct bus *bus;
    const struct cpu_model *model;
    struct fast *current; /* of the PE's present context */
    bool watched;         /* data accesses are: the fast tables answer none */
    struct tlb tlb;
    struct fast fast[FAST_CONTEXTS];
};

struct translation {
    pa_t pa;
    bool device;
};

void mmu_init(struct mmu *mmu, struct bus *bus, const struct cpu_model *model);

/* Drops every translation, here and in the fast tables: to the state after power-on. */
void mmu_reset(struct mmu *mmu);

/* Selects the fast table for the state's regime, VMID, ASID and EL. To be called when one of them has changed. */
void mmu_select(struct mmu *mmu, const struct state *s);

/* Translates for an access by the current EL (AArch64.TranslateAddress). Alignment is the caller's to check. */
struct fault mmu_translate(struct mmu *mmu, const struct state *s, va_t address, enum access_type type,
                           struct translation *out);

/* Whose addresses mmu_probe is asked about. */
enum mmu_space {
    MMU_CURRENT, /* virtual, of the current regime */
    MMU_EL10,    /* virtual, of the EL1&0 regime, through both stages */
    MMU_EL2,     /* virtual, of the EL2 regime */
    MMU_IPA      /* intermediate: stage 2 alone */
};

/* Where an address leads, whatever the permissions: as the TLB has it, else as a walk finds it. For debuggers: changes
 * nothing, and reads no device. False: nowhere. */
bool mmu_probe(const struct mmu *mmu, const struct state *s, enum mmu_space space, uint64_t address, pa_t *out);

/* Lets later accesses of this type to the page take the fast path. Only for Normal memory in RAM. */
void mmu_remember(struct mmu *mmu, va_t address, enum access_type type, void *host);
void mmu_remember_code(struct mmu *mmu, va_t address, struct code_page *page);

/* Whether every data access has to take the slow path from now on, because somebody watches. */
void mmu_watch(struct mmu *mmu, bool watched);

/* Sends later stores to this page of host memory down the slow path. */
void mmu_forget_stores(struct mmu *mmu, const void *host_page);
/* Forgets every remembered access: memory itself has changed its place. */
void mmu_forget_all(struct mmu *mmu);
/* Forgets where this decoded page is mapped. */
void mmu_forget_code(struct mmu *mmu, const struct code_page *page);

/* TLBI: drops what the match names, here and in the fast tables. */
void mmu_invalidate(struct mmu *mmu, const struct tlb_match *match);
