#include "cpu/exception.h"
#include "guest.h"

enum { VECTORS = 0x800, ERET_WORD = 0xd69f03e0, NOP_WORD = 0xd503201f };

/* A machine at EL `el` whose vectors, all of NOPs, are at GUEST_BASE + VECTORS. */
static struct virt *at_el(unsigned el)
{
    struct virt *virt = guest_new(true);
    struct state *s = &virt->cpu[0].state;
    for (unsigned i = 0; i < 0x1000; i += 4)
        guest_put(virt, i, 4, NOP_WORD);
    s->el = (uint8_t)el;
    s->sp_sel = el != 0;
    s->sys[VBAR_EL1] = s->sys[VBAR_EL2] = GUEST_BASE + VECTORS;
    cpu_control_changed(&virt->cpu[0]);
    return virt;
}

static void an_illegal_return_stays_and_the_next_instruction_is_not_executed(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct state *s = &virt->cpu[0].state;
    guest_put(virt, 0, 4, ERET_WORD);
    guest_put(virt, 0x100, 4, 0xd2800021); /* MOV X1, #1 */
    s->sys[SPSR_EL1] = 0x3c9;              /* EL2h: above */
    s->sys[ELR_EL1] = GUEST_BASE + 0x100;
    guest_step(virt, 1);
    assert_int_equal(s->el, 1);
    assert_int_equal(s->il, 1);
    assert_true(s->pc == GUEST_BASE + 0x100);
    guest_step(virt, 1);
    assert_int_equal(s->x[1], 0);
    assert_int_equal(s->sys[ESR_EL1], 0x3a000000);
    assert_true(s->sys[ELR_EL1] == GUEST_BASE + 0x100);
    assert_true(bit(s->sys[SPSR_EL1], 20));
    assert_int_equal(s->il, 0);
    guest_free(virt);
}

static void an_interrupt_comes_before_the_illegal_state(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct state *s = &virt->cpu[0].state;
    s->il = 1;
    s->daif = 0;
    s->lines = LINE_IRQ;
    cpu_lines_changed(&virt->cpu[0]);
    guest_step(virt, 1);
    assert_true(s->pc == GUEST_BASE + VECTORS + 0x280 + 4);
    assert_true(bit(s->sys[SPSR_EL1], 20));
    guest_free(virt);
}

static void a_page_that_cannot_be_fetched_comes_before_the_illegal_state(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct state *s = &virt->cpu[0].state;
    s->il = 1;
    s->pc = GUEST_BASE + 2;
    cpu_lines_changed(&virt->cpu[0]);
    guest_step(virt, 1);
    assert_int_equal(s->sys[ESR_EL1], 0x8a000000); /* PC alignment */
    guest_free(virt);
}

static void el1_cannot_mask_what_hcr_routes_to_el2(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.daif = 0xf;
    cpu->state.lines = LINE_IRQ;
    assert_false(exception_take_interrupt(cpu));
    cpu->state.sys[HCR_EL2] |= BIT(4); /* IMO */
    assert_true(exception_take_interrupt(cpu));
    assert_int_equal(cpu->state.el, 2);
    assert_true(cpu->state.pc == GUEST_BASE + VECTORS + 0x480);
    guest_free(virt);
}

static void el0_masks_what_el1_takes(void **state)
{
    (void)state;
    struct virt *virt = at_el(0);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.lines = LINE_IRQ;
    cpu->state.daif = 2;
    assert_false(exception_take_interrupt(cpu));
    cpu->state.daif = 0;
    assert_true(exception_take_interrupt(cpu));
    assert_int_equal(cpu->state.el, 1);
    guest_free(virt);
}

static void the_virtual_interface_interrupts_el1_under_imo_alone(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.lines = LINE_VIRQ;
    cpu->state.daif = 0;
    assert_false(exception_take_interrupt(cpu));
    cpu->state.sys[HCR_EL2] |= BIT(4);
    cpu_execute(cpu, 0xd538c101); /* MRS X1, ISR_EL1 */
    assert_int_equal(cpu->state.x[1], 0x80);
    assert_true(exception_take_interrupt(cpu));
    assert_int_equal(cpu->state.el, 1);
    guest_free(virt);
}

static void a_virtual_serror_is_used_up_by_being_taken(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.daif = 0;
    cpu->state.sys[HCR_EL2] |= BIT(5) | BIT(8); /* AMO, VSE */
    assert_true(exception_take_interrupt(cpu));
    assert_true(cpu->state.pc == GUEST_BASE + VECTORS + 0x380);
    assert_false(bit(cpu->state.sys[HCR_EL2], 8));
    guest_free(virt);
}

static void wfi_is_woken_by_a_masked_interrupt_and_wfe_is_not(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct cpu *cpu = &virt->cpu[0];
    cpu->state.daif = 0xf;
    cpu->state.lines = LINE_IRQ;
    cpu->state.wait = WAIT_WFE;
    assert_false(cpu_wakes(cpu));
    cpu->state.wait = WAIT_WFI;
    assert_true(cpu_wakes(cpu));
    guest_free(virt);
}

/* ---- events ---- */

static void keep(void *owner, const struct trapeze_event *event)
{
    *(struct trapeze_event *)owner = *event;
}

static void a_trap_tells_of_the_control_bit_that_decided(void **state)
{
    (void)state;
    struct virt *virt = at_el(1);
    struct cpu *cpu = &virt->cpu[0];
    struct trapeze_event event = {0};
    virt->cluster.trace = (struct trace){1u << TRAPEZE_EVENT_EXCEPTION, keep, &event};
    cpu->state.sys[HCR_EL2] |= BIT(13);
    cpu_control_changed(cpu);
    cpu_execute(cpu, 0xd503207f); /* WFI */
    assert_int_equal(event.kind, TRAPEZE_EVENT_EXCEPTION);
    assert_string_equal(event.exception.trap, "HCR_EL2.TWI");
    assert_int_equal(event.exception.row, TRAP_TWI);
    assert_true(event.exception.losing[0] == 0 && event.exception.losing[1] == 0);
    assert_int_equal(event.el, 1);
    assert_int_equal(event.exception.to, 2);
    assert_int_equal(event.exception.vector, 0x400);
    assert_int_equal(event.exception.esr, 0x07e00000);
    assert_true(event.pc == GUEST_BASE && event.exception.elr == GUEST_BASE);
    guest_free(virt);
}

static void a_trap_tells_which_others_would_have_caught_it(void **state)
{
    (void)state;
    struct virt *virt = at_el(0);
    struct cpu *cpu = &virt->cpu[0];
    struct trapeze_event event = {0};
    virt->cluster.trace = (struct trace){1u << TRAPEZE_EVENT_EXCEPTION, keep, &event};
    cpu->state.sys[HCR_EL2] |= BIT(13) | BIT(14);
    cpu->state.sys[SCTLR_EL1] &= ~BIT(16);
    cpu_control_changed(cpu);
    cpu_execute(cpu, 0xd503207f); /* WFI */
    assert_int_equal(event.exception.row, TRAP_nTWI);
    assert_true(event.exception.losing[0] == (uint64_t)T(TWI));
    assert_true(cpu->last_verdict.syndrome == 0x07e00000);
    cpu_execute(cpu, 0xd503203f); /* YIELD */
    cpu_execute(cpu, 0xd4000001); /* SVC: not the judge's */
    assert_int_equal(event.exception.row, -1);
    assert_null(event.exception.trap);
    guest_free(virt);
}

static void a_return_tells_where_it_leads(void **state)
{
    (void)state;
    struct virt *virt = at_el(2);
    struct cpu *cpu = &virt->cpu[0];
    struct trapeze_event event = {0};
    virt->cluster.trace = (struct trace){1u << TRAPEZE_EVENT_RETURN, keep, &event};
    cpu->state.sys[SPSR_EL2] = 0x3c5;
    cpu->state.sys[ELR_EL2] = GUEST_BASE + 0x40;
    cpu_execute(cpu, ERET_WORD);
    assert_int_equal(event.kind, TRAPEZE_EVENT_RETURN);
    assert_int_equal(event.el, 2);
    assert_int_equal(event.ret.to, 1);
    assert_true(event.ret.target == GUEST_BASE + 0x40 && event.pc == GUEST_BASE);
    guest_free(virt);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_illegal_return_stays_and_the_next_instruction_is_not_executed),
        cmocka_unit_test(an_interrupt_comes_before_the_illegal_state),
        cmocka_unit_test(a_page_that_cannot_be_fetched_comes_before_the_illegal_state),
        cmocka_unit_test(el1_cannot_mask_what_hcr_routes_to_el2),
        cmocka_unit_test(el0_masks_what_el1_takes),
        cmocka_unit_test(the_virtual_interface_interrupts_el1_under_imo_alone),
        cmocka_unit_test(a_virtual_serror_is_used_up_by_being_taken),
        cmocka_unit_test(wfi_is_woken_by_a_masked_interrupt_and_wfe_is_not),
        cmocka_unit_test(a_trap_tells_of_the_control_bit_that_decided),
        cmocka_unit_test(a_trap_tells_which_others_would_have_caught_it),
        cmocka_unit_test(a_return_tells_where_it_leads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
