#!/usr/bin/env python3
"""digests.py WHAT TRAPEZE GUESTS BUILDS: the same command gives the same digest. GUESTS: the folder of tests/arch's programs;
BUILDS: the folder of the presets' builds. Exit 77: there is nothing to compare with."""
import pathlib
import re
import subprocess
import sys

UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
SKIP = 77
LIMIT = 6000000  # instructions: U-Boot has relocated itself and prints


def digest(trapeze, guest, *more, stdin=subprocess.DEVNULL):
    done = subprocess.run([trapeze, *guest, "--digest", *more], stdin=stdin, capture_output=True, timeout=300)
    found = re.search(rb"\b([0-9a-f]{64})\b", done.stderr)
    if not found:
        sys.exit(f"no digest, exit {done.returncode}: {done.stderr.decode(errors='replace')[-1000:]}")
    if not found[1].strip(b"0"):
        sys.exit("the digest is zero: nothing was digested")
    return found[1].decode(), done.stdout


def uboot(*more):
    return ["-M", "virt,virtualization=on", "-cpu", "cortex-a72", "-m", "128M", "-display", "none", "-serial", "stdio",
            "-bios", UBOOT, *more]


def program(guests, name, smp, gic=2):
    return ["-M", f"virt,virtualization=on,gic-version={gic}", "-cpu", "cortex-a72", "-m", "128M", "-display", "none",
            "-serial", "stdio", "-smp", str(smp), "-kernel", f"{guests}/{name}.elf"]


def commands(guests):
    """Those that every comparison is made on: U-Boot for its first instructions, and programs of four CPUs."""
    return {"U-Boot": uboot("--max-insns", str(LIMIT)),
            "four CPUs": program(guests, "other_cpus_start_and_share_a_counter", 4),
            "a GICv3": program(guests, "icc_sgi1r_reaches_the_cpus_that_it_names", 4, 3)}


def same(name, digests):
    """digests: {of what: digest}"""
    for what, value in digests.items():
        print(f"{name}: {value} {what}")
    return len(set(digests.values())) == 1


def builds_agree(trapeze, guests, builds):
    found = [path for path in (f"{builds}/{preset}/trapeze" for preset in ("release", "gcc", "debug", "asan"))
             if pathlib.Path(path).exists()]
    if len(found) < 2:
        sys.exit(SKIP)
    return all([same(name, {path: digest(path, guest)[0] for path in found})
                for name, guest in commands(guests).items()])


def tracing_changes_nothing(trapeze, guests, builds):
    trace = ["--trace", "/dev/null", "--trace-events", "insn,exc,mem,irq"]
    return all([same(name, {"alone": digest(trapeze, guest)[0], "traced": digest(trapeze, guest, *trace)[0]})
                for name, guest in commands(guests).items()])


def the_same_command_gives_the_same_digest(trapeze, guests, builds):
    return all([same(name, {"once": digest(trapeze, guest)[0], "again": digest(trapeze, guest)[0]})
                for name, guest in commands(guests).items()])


def one_byte_of_input_changes_the_digest(trapeze, guests, builds):
    def typed(text):
        return digest(trapeze, uboot("--max-insns", str(LIMIT), "--input", text))[0]
    a, b, c = typed("aaaa"), typed("aaba"), typed("aaaa")
    print(a, b, c, sep="\n")
    return a == c != b


def main():
    what, trapeze, guests, builds = sys.argv[1:]
    if not pathlib.Path(UBOOT).exists():
        sys.exit(f"{UBOOT} is missing")
    sys.exit(0 if globals()[what](trapeze, guests, builds) else 1)


main()
