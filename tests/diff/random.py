#!/usr/bin/env python3
"""random.py TRAPEZE GENERATE RUNTIME.elf DIR: random A64 sequences leave the same registers, flags and memory here as on
QEMU. Where one does not, its first instruction to differ is shown."""
import pathlib
import subprocess
import sys

BATCHES, COUNT, LENGTH = 6, 400, 120
MACHINE = ["-M", "virt,virtualization=on", "-cpu", "cortex-a72", "-m", "128M", "-display", "none", "-serial", "stdio"]
QEMU = ["qemu-system-aarch64", "-accel", "tcg,thread=single", "-nodefaults", "-monitor", "none"]


def run(command, elf, sequences):
    load = ["-kernel", elf, "-device", f"loader,file={sequences},addr=0x40300000,force-raw=on"]
    done = subprocess.run([*command, *MACHINE, *load], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    return done.stdout.decode(errors="replace").splitlines()


def both(trapeze, generate, elf, folder, *arguments):
    sequences = f"{folder}/sequences.bin"
    subprocess.run([generate, sequences, *map(str, arguments)], check=True)
    return run([trapeze], elf, sequences), run(QEMU, elf, sequences)


def first_difference(ours, theirs):
    for index, (a, b) in enumerate(zip(ours, theirs)):
        if a != b:
            return index
    return None if len(ours) == len(theirs) else min(len(ours), len(theirs))


def show(trapeze, generate, elf, folder, seed, index):
    ours, theirs = both(trapeze, generate, elf, folder, seed, COUNT, LENGTH, index)
    at = first_difference(ours, theirs)
    if at is None:
        print("the beginnings of the sequence agree")
        return
    data = pathlib.Path(f"{folder}/sequences.bin").read_bytes()
    offset = 0
    for _ in range(at):
        offset += 264 + int.from_bytes(data[offset + 256:offset + 264], "little")
    word = data[offset + 264 + 4 * at:offset + 268 + 4 * at]
    text = subprocess.run(["llvm-mc", "--disassemble", "-triple=aarch64", "-mattr=+crc,+neon,+fp-armv8"], capture_output=True,
                          input=" ".join(f"0x{byte:02x}" for byte in word).encode()).stdout.decode().split("\n")
    print(f"instruction {at} of sequence {index}, seed {seed}: {word[::-1].hex()} {' '.join(text[1:]).strip()}")
    print(f"ours  {ours[at] if at < len(ours) else '(nothing)'}\nQEMU  {theirs[at] if at < len(theirs) else '(nothing)'}")


def main(trapeze, generate, elf, folder):
    compared = 0
    for seed in range(0, BATCHES * COUNT, COUNT):
        ours, theirs = both(trapeze, generate, elf, folder, seed, COUNT, LENGTH)
        at = first_difference(ours, theirs)
        if at is not None:
            show(trapeze, generate, elf, folder, seed, at)
            return 1
        compared += len(ours)
    print(f"{compared} sequences of {LENGTH} instructions agree")
    return 0 if compared == BATCHES * COUNT else 1


sys.exit(main(*sys.argv[1:]))
