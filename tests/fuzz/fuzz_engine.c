/* Random instructions at EL1 or EL2, with random registers: whatever a guest does, the model survives and reaches nothing
 * but the guest's memory (which the sanitizers judge). Input: a byte of choices, a seed for the registers, then six bytes
 * an instruction: which row of a64.def (two), and the word's other bits. */
#include "fuzz_code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    const unsigned choices = (unsigned)take(&in, 1);
    struct virt *virt = fuzz_machine(1, choices & 1, choices & 4);
    struct cpu *cpu = &virt->cpu[0];
    fill_registers(&cpu->state, take(&in, 8));
    fill_code(virt, &in);
    cpu->state.pc = AT;
    if (choices & 2)
        for (unsigned i = 0; i < CYCLES / 2 && !cpu->state.wait && !virt->outcome; i++)
            cpu_step(cpu, EVENT_NEVER);
    else
        for (unsigned i = 0; i < 4 && !virt->outcome; i++)
            cpu_run(cpu, cpu->state.cycles + CYCLES / 4);
    return 0;
}
