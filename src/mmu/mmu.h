/* Address translation: regimes, permissions, and the memory of past translations. */
#pragma once
#include "base/fault.h"
#include "bus/bus.h"
#include "cpu/models/model.h"
#include "cpu/state.h"
#include "mmu/fast.h"
#include "mmu/regime.h"
#include "mmu/stage1.h"
#include "mmu/stage2.h"
#include "mmu/tlb.h"
#include "mmu/walk.h"

/* Told once of each pair of entries that translate one address: `address` is one of those. */
typedef void mmu_conflict_fn(void *owner, va_t address, const struct tlb_entry *younger);

/* What the TLB was asked, since the machine was made. Fast tables answer without asking; but nothing that misses. */
struct mmu_counts {
    uint64_t lookups, misses;
    uint64_t evictions; /* entries that had to make room */
};

struct mmu {
    struct bus *bus;
    const struct cpu_model *model;
    struct fast *current;  /* of the PE's present context */
    struct selected {      /* of each EL, since its registers were last written */
        struct fast *fast; /* NULL: to be looked for */
        uint64_t context;
    } selected[3];
    bool watched;         /* data accesses are: the fast tables answer none */
    bool flush;           /* nothing outlives a change of VMID or ASID, as in QEMU */
    uint32_t flushed_for; /* the VMID and ASID since when */
    bool conflict_aborts; /* two entries for one address are a TLB conflict abort; false: the older is used */
    mmu_conflict_fn *conflict;
    void *conflict_owner;
    struct mmu_counts counts;
    struct tlb tlb;
    struct stage1_plan stage1[REGIMES][2]; /* by VA<55> */
    struct stage2_plan stage2;
    uint64_t used; /* fast tables that hold something: by number */
    struct fast fast[FAST_CONTEXTS];
};

struct translation {
    pa_t pa;
    bool device;
    struct memattr attributes;
};

void mmu_init(struct mmu *mmu, struct bus *bus, const struct cpu_model *model);

/* Drops every translation, here and in the fast tables: to the state after power-on. */
void mmu_reset(struct mmu *mmu);

static inline unsigned mmu_pa_bits(const struct mmu *mmu)
{
    return mmu->model->pa_bits;
}

/* Selects the fast table for what translation depends on beside the tables: regime, VMID, ASID, EL, stages, alignment
 * checks, endianness, tags. To be called when one of them has changed. */
void mmu_select(struct mmu *mmu, const struct state *s);

/* The same where nothing but the EL has changed. mmu_find_el: when it is the first time since. */
void mmu_find_el(struct mmu *mmu, const struct state *s);

static inline void mmu_select_el(struct mmu *mmu, const struct state *s)
{
    const struct selected *selected = &mmu->selected[s->el];
    if (likely(selected->fast && selected->fast->context == selected->context))
        mmu->current = selected->fast;
    else
        mmu_find_el(mmu, s);
}

/* Registers of the EL1&0 regime have been written at EL2, where they do not act yet. */
static inline void mmu_el1_changed(struct mmu *mmu)
{
    mmu->selected[0].fast = mmu->selected[1].fast = NULL;
}

/* Translates for an access by the current EL (AArch64.TranslateAddress). misaligned: a fault if the memory is Device.
 * Other alignment is the caller's to check, before. Instructions in Device memory are fetched as from Normal
 * Non-cacheable memory, unless XN says otherwise (Unpredictable_INSTRDEVICE: Constraint_NONE). */
struct fault mmu_translate(struct mmu *mmu, const struct state *s, va_t address, enum access_type type, bool misaligned,
                           struct translation *out);

/* What an AT instruction asks: the translation for an EL, by stage 1 or (EL1&0 regime) by both stages. */
struct at_request {
    uint8_t el;
    bool write;
    bool both;
};

/* AT: the value for PAR_EL1, and in *fault why the translation failed, if it did (AArch64.AddressTranslate...). Uses the
 * TLB, and puts nothing in. */
uint64_t mmu_at(struct mmu *mmu, const struct state *s, va_t address, struct at_request request, struct fault *fault);

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

/* What somebody wants explained: an access by an EL to a virtual address, or by a translated one to an intermediate one. */
struct mmu_question {
    uint64_t address;
    enum access_type type;
    uint8_t el;
    bool intermediate; /* by stage 2 alone */
};

struct mmu_explanation {
    struct tlb_entry found; /* as the tables have it, as far as the walk went; ipa and pa are the address's own */
    const struct tlb_entry *cached; /* as the TLB has it, which decides until it is invalidated; NULL: it does not */
};

/* Walks the tables for the question, whatever the TLB has, and says how the access ends there; the observer is told of each
 * descriptor. Changes nothing, and reads no device. */
struct fault mmu_explain(const struct mmu *mmu, const struct state *s, struct mmu_question question,
                         const struct walk_observer *observer, struct mmu_explanation *out);

/* Lets later accesses of this type to the page take the fast path, unless they are watched. Only for Normal memory in RAM. */
bool mmu_remember(struct mmu *mmu, va_t address, enum access_type type, void *host);
void mmu_remember_code(struct mmu *mmu, va_t address, struct code_page *page);

/* Whether every data access has to take the slow path from now on, because somebody watches. */
void mmu_watch(struct mmu *mmu, bool watched);

/* Sends later stores to this page of host memory down the slow path. */
void mmu_forget_stores(struct mmu *mmu, const void *host_page);
/* Forgets every remembered access: memory itself has changed its place. */
void mmu_forget_all(struct mmu *mmu);
/* Forgets where this decoded page is mapped. */
void mmu_forget_code(struct mmu *mmu, const struct code_page *page);

/* An entry has left the TLB: every context that it may have served forgets it, of any ASID if it is global. owner: the
 * struct mmu. */
void mmu_forget_entry(void *owner, const struct tlb_entry *e);

/* TLBI: drops what the match names, here and in the fast tables. */
void mmu_invalidate(struct mmu *mmu, const struct tlb_match *match);
