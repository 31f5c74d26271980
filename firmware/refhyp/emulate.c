/* Loads and stores that the hypervisor does in the guest's stead. An access may begin in a device and end in memory, or the
 * other way round: it lies in two pages at most, and each of its pieces goes where its page is. First everything is
 * translated, then moved between memory and a buffer, and only then are registers written: who is refused has changed
 * nothing but what devices have seen. */
#include "decode.h"
#include "host.h"
#include "mmio.h"

enum { BYTES_MAX = 2048 /* DC ZVA */ };

/* The guest's memory from `va` on, by its one or two pages. */
struct place {
    u64 va, ipa[2];
};

static bool find(struct place *place, struct vcpu *vcpu, const struct access *a, u64 va, unsigned bytes)
{
    const u64 next = (va | (PAGE - 1)) + 1;
    place->va = va;
    return emulate_translate(vcpu, va, !a->load, a->unprivileged, &place->ipa[0]) &&
           (va + bytes <= next || emulate_translate(vcpu, next, !a->load, a->unprivileged, &place->ipa[1]));
}

static u64 ipa_at(const struct place *place, unsigned offset)
{
    const u64 in_page = place->va % PAGE + offset;
    return in_page < PAGE ? place->ipa[0] + offset : place->ipa[1] + in_page - PAGE;
}

/* ---- memory and devices ---- */

/* Up to 8 bytes, aligned. */
static bool move_piece(struct vcpu *vcpu, u64 ipa, u8 *data, unsigned size, bool write)
{
    u64 value = 0;
    if (guest_memory(vcpu, ipa, data, 1u << size, write))
        return true;
    memcpy(&value, data, 1u << size);
    if (!mmio_access(vcpu, ipa, size, write, &value))
        return false;
    memcpy(data, &value, 1u << size);
    return true;
}

/* One element, in pieces as big as their alignment allows. */
static bool move_element(struct vcpu *vcpu, const struct place *place, unsigned from, u8 *data, unsigned bytes,
                         bool write)
{
    for (unsigned done = 0; done < bytes;) {
        const u64 ipa = ipa_at(place, from + done);
        unsigned size = 3;
        while (ipa % (1u << size) || done + (1u << size) > bytes)
            size--;
        if (!move_piece(vcpu, ipa, data + done, size, write))
            return false;
        done += 1u << size;
    }
    return true;
}

/* All elements, in the order of their addresses. */
static bool move(struct vcpu *vcpu, const struct access *a, u64 va, u8 *data, unsigned bytes)
{
    struct place place;
    if (!find(&place, vcpu, a, va, bytes))
        return false; /* the guest has taken the abort of its own stage 1 */
    for (unsigned done = 0; done < bytes; done += 1u << a->size)
        if (!move_element(vcpu, &place, done, data + done, 1u << a->size, !a->load)) {
            inject_external_abort(vcpu);
            return false;
        }
    return true;
}

/* ---- registers ---- */

static u64 sign_extended(u64 value, unsigned width)
{
    return (u64)((int64_t)(value << (64 - width)) >> (64 - width));
}

static u64 base_of(struct vcpu *vcpu, const struct access *a)
{
    if (a->base == ACCESS_PC)
        return vcpu->pc;
    if (a->base == ACCESS_SP)
        return *vcpu_sp(vcpu);
    return vcpu_x(vcpu, a->base); /* nowhere: 0 */
}

static u64 offset_of(const struct vcpu *vcpu, const struct access *a)
{
    if (!a->indexed)
        return (u64)a->offset;
    const u64 index = vcpu_x(vcpu, a->index);
    if (a->index_wide)
        return index << a->shift;
    return (a->index_sign ? sign_extended(index, 32) : bits(index, 31, 0)) << a->shift;
}

static void write_back(struct vcpu *vcpu, const struct access *a, u64 value)
{
    if (a->base == ACCESS_SP)
        *vcpu_sp(vcpu) = value;
    else
        vcpu_set_x(vcpu, a->base, value);
}

/* The register of element n, and where in it a vector's element begins. */
static unsigned register_of(const struct access *a, unsigned n)
{
    return a->reg[a->interleaved ? n % a->registers : n / a->lanes];
}

static u8 *lane_of(struct vcpu *vcpu, const struct access *a, unsigned n)
{
    const unsigned lane = a->lane + (a->interleaved ? n / a->registers : n % a->lanes);
    return (u8 *)vcpu->fp.v[register_of(a, n)] + ((u64)lane << a->size);
}

static void load_vectors(struct vcpu *vcpu, const struct access *a, const u8 *data)
{
    const unsigned bytes = 1u << a->size, copies = a->replicate ? a->replicate / bytes : 1;
    for (unsigned i = 0; i < a->registers && !a->keep; i++)
        vcpu->fp.v[a->reg[i]][0] = vcpu->fp.v[a->reg[i]][1] = 0;
    for (unsigned n = 0; n < a->registers * a->lanes; n++)
        for (unsigned copy = 0; copy < copies; copy++)
            memcpy(lane_of(vcpu, a, n) + copy * bytes, data + n * bytes, bytes);
}

static void load_registers(struct vcpu *vcpu, const struct access *a, const u8 *data)
{
    for (unsigned n = 0; n < a->registers; n++) {
        u64 value = 0;
        memcpy(&value, data + (n << a->size), 1u << a->size);
        if (a->sign)
            value = sign_extended(value, 8u << a->size);
        vcpu_set_x(vcpu, a->reg[n], a->sign && !a->wide ? bits(value, 31, 0) : value);
    }
}

static void store_registers(struct vcpu *vcpu, const struct access *a, u8 *data)
{
    const unsigned bytes = 1u << a->size;
    for (unsigned n = 0; n < a->registers * a->lanes; n++) {
        const u64 value = vcpu_x(vcpu, register_of(a, n));
        memcpy(data + n * bytes, a->vector ? lane_of(vcpu, a, n) : (const u8 *)&value, bytes);
    }
}

/* ---- instructions ---- */

static bool transfer(struct vcpu *vcpu, const struct access *a)
{
    u8 data[64];
    const u64 base = base_of(vcpu, a), moved = base + offset_of(vcpu, a);
    if (!a->load)
        store_registers(vcpu, a, data);
    if (!move(vcpu, a, a->post ? base : moved, data, (unsigned)(a->registers * a->lanes) << a->size))
        return false;
    if (a->writeback)
        write_back(vcpu, a, moved);
    if (a->load)
        (a->vector ? load_vectors : load_registers)(vcpu, a, data);
    return true;
}

/* DC ZVA: stores of zero, 8 bytes each. */
static bool zero(struct vcpu *vcpu, const struct access *a)
{
    u8 data[BYTES_MAX];
    const unsigned bytes = zero_block_bytes();
    const struct access stores = {.kind = ACCESS_ZERO, .size = 3};
    memset(data, 0, bytes);
    return move(vcpu, &stores, base_of(vcpu, a) & ~(u64)(bytes - 1), data, bytes);
}

/* Exclusives: no device that we emulate has a monitor. */
static bool refuse(struct vcpu *vcpu, const struct access *a)
{
    (void)a;
    inject_external_abort(vcpu);
    return false;
}

static bool nothing(struct vcpu *vcpu, const struct access *a)
{
    (void)vcpu;
    (void)a;
    return true;
}

static void emulate(struct vcpu *vcpu, const struct access *a)
{
    static bool (*const by_kind[])(struct vcpu * vcpu, const struct access *a) = {
        [ACCESS_NONE] = refuse,      [ACCESS_TRANSFER] = transfer, [ACCESS_EXCLUSIVE] = refuse,
        [ACCESS_PREFETCH] = nothing, [ACCESS_ZERO] = zero,         [ACCESS_CACHE] = nothing,
    };
    if (by_kind[a->kind](vcpu, a))
        vcpu->pc += 4;
}

void emulate_access(struct vcpu *vcpu, u32 word)
{
    const struct access a = access_decode(word);
    emulate(vcpu, &a);
}
