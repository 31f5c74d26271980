"""Bad input: one line that names the option or the file, exit code 2; limits: exit code 3. Usage: bad_input.py TRAPEZE"""
import pathlib
import struct
import subprocess
import sys
import tempfile

folder = tempfile.TemporaryDirectory()
root = pathlib.Path(folder.name)
UBOOT = "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
LOOP = struct.pack("<I", 0x14000000)  # b .


def elf(name, machine=183, offset=120, filesz=4, base=0x40200000, data=LOOP):
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, base, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, offset, base, base, filesz, max(filesz, 4), 4)
    return write(name, head + segment + data)


def write(name, data):
    path = root / name
    path.write_bytes(data)
    return str(path)


FADD = struct.pack("<IIII", 0xD2A00600, 0xD5181040, 0xD5033FDF, 0x1E602800)  # with CPACR_EL1.FPEN: fadd d0, d0, d0

good, raw = elf("good.elf"), write("raw.bin", LOOP * 8)
big = write("big.bin", b"")
with open(big, "wb") as f:
    f.truncate(65 << 20)
tree = write("big.dtb", bytes(3 << 20))

# (what the line has to say, exit code, the arguments)
CASES = [
    ("takes the same exception again and again", 1, ["--max-insns", "100000"]),  # flash is empty: vectors, too
    ("-serial file:/dev/full: No space left", 2, ["-bios", UBOOT, "-serial", "file:/dev/full", "--expect", "DRAM"]),
    ("no such option; the nearest is -kernel", 2, ["-kernal", good]),
    ("-kernel: needs an argument", 2, ["-kernel"]),
    ("no such CPU, the nearest is cortex-a72", 2, ["-cpu", "cortexa72"]),
    ("no such machine", 2, ["-M", "vexpress"]),
    ("gic-version=4: 2, 3, or max", 2, ["-M", "virt,gic-version=4"]),
    ("-M its=on: not modelled", 2, ["-M", "virt,gic-version=3,its=on"]),
    ("list-registers=17: 1 to 16", 2, ["-M", "virt,virtualization=on,list-registers=17"]),
    ("list-registers=4: they are EL2", 2, ["-M", "virt,list-registers=4"]),
    ("no such property", 2, ["-M", "virt,virtualisation=on"]),
    ("-M secure=on", 2, ["-M", "virt,secure=on"]),
    ("-smp 9: a GICv2 has up to 8 CPUs", 2, ["-smp", "9"]),
    ("-smp 65", 2, ["-M", "virt,gic-version=3", "-smp", "65"]),
    ("-m 12Q", 2, ["-m", "12Q"]),
    ("-m:", 2, ["-m", "4000G"]),
    ("missing.elf: No such file", 2, ["-kernel", str(root / "missing.elf")]),
    ("not a regular file", 2, ["-kernel", str(root)]),
    ("the file is empty", 2, ["-kernel", write("empty", b"")]),
    ("for machine 62, not for AArch64", 2, ["-kernel", elf("x86.elf", machine=62)]),
    ("broken ELF", 2, ["-kernel", write("stub.elf", b"\x7fELF\x02\x01\x01")]),
    ("truncated", 2, ["-kernel", elf("cut.elf", filesz=4000)]),
    ("no memory at 0x20200000", 2, ["-kernel", elf("low.elf", base=0x20200000)]),
    ("gzip", 2, ["-kernel", write("image.gz", b"\x1f\x8b" + bytes(62))]),
    ("no memory at 0x40080000", 2, ["-m", "16M", "-kernel", big]),
    ("64 MiB", 2, ["-bios", big]),
    ("a flash bank is 64 MiB", 2, ["-drive", f"if=pflash,format=raw,file={raw}"]),
    ("only if=pflash", 2, ["-drive", f"file={raw}"]),
    ("2 MiB", 2, ["-kernel", good, "-dtb", tree]),
    ("not a device tree", 2, ["-kernel", good, "-dtb", raw]),
    ("overlaps -kernel good.elf", 2, ["-kernel", good, "-device", f"loader,file={raw},addr=0x40200000"]),
    ("data-len", 2, ["-device", "loader,addr=0x40000000,data=1"]),
    ("needs addr=", 2, ["-device", f"loader,file={raw}"]),
    ("only loader", 2, ["-device", "virtio-net"]),
    ("-initrd", 2, ["-initrd", raw]),
    ("-serial", 2, ["-serial", "pty"]),
    ("-S:", 2, ["-S"]),
    ("--timing", 2, ["--timing", "fsat"]),
    ("--tlb soft: hw or flush", 2, ["--tlb", "soft"]),
    ("--max-insns has been reached", 3, ["-kernel", good, "--timing", "fast", "--max-insns", "1000"]),
    ("--max-insns", 2, ["--max-insns", "many"]),
    ("not an option", 2, ["kernel.elf"]),
    ("--max-insns has been reached", 3, ["-kernel", good, "--max-insns", "1000"]),
    ("--max-time has been reached", 3, ["-kernel", good, "--max-time", "0.001"]),
    ("at EL1 what is not modelled: unimplemented instruction 0x1e602800 at 0x4020000c", 5,
     ["--strict", "-kernel", elf("fadd.elf", filesz=16, data=FADD)]),
    ("every CPU waits", 3, ["-kernel", elf("wfi.elf", filesz=8, data=struct.pack("<II", 0xD503207F, 0x17FFFFFF))]),
]


def main():
    wrong = 0
    for text, code, arguments in CASES:
        done = subprocess.run([sys.argv[1], *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        lines = done.stderr.splitlines()
        if done.returncode != code or len(lines) != 1 or text not in lines[0]:
            wrong += 1
            print(f"{arguments}: exit code {done.returncode}, not {code}; or not a line with {text!r}: {done.stderr!r}")
    print(f"{len(CASES)} cases, {wrong} wrong")
    return wrong != 0


sys.exit(main())
