"""Runs one guest on Trapeze and on QEMU, by the same command line."""
import subprocess

TIMEOUT = 60  # seconds; a guest that hangs is a failure, not a wait


LIMIT = ("--max-insns", "2000000000")


def options(elf, el2, smp=1, memory="512", gic="2", more=()):
    machine = f"virt,gic-version={gic},its=off" + (",virtualization=on" if el2 else "")
    return ["-M", machine, "-cpu", "cortex-a72", "-smp", str(smp), "-m", memory, "-display", "none", "-nodefaults",
            "-serial", "stdio", "-monitor", "none", "-semihosting", "-kernel", elf, *more]


def run(command):
    """What the guest prints, and the exit status; the status is a string when there is none."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT)
        return done.stdout.decode(errors="replace"), done.returncode, done.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace"), "timeout", ""


def run_trapeze(trapeze, *guest, more_own=LIMIT, **named):
    return run([trapeze, *options(*guest, **named), *more_own])


def run_qemu(qemu, *guest, **named):
    return run([qemu, "-accel", "tcg,thread=single", *options(*guest, **named)])
