#!/usr/bin/env python3
"""compare.py FDT_DUMP: our device tree, node by node, beside the one that QEMU makes for the same machine."""
import os, struct, subprocess, sys, tempfile

MACHINES = [  # cpu, CPUs, MiB, EL2, GIC
    ("cortex-a72", 1, 128, 0, 2), ("cortex-a72", 1, 512, 1, 2), ("cortex-a53", 2, 1024, 0, 2),
    ("cortex-a57", 8, 4096, 1, 2), ("cortex-a72", 1, 512, 0, 3), ("cortex-a53", 40, 1024, 1, 3)]

# What QEMU's tree has and ours has not, each with its reason; and the other way round. A row that matches nothing fails.
MISSING = {
    "/platform-bus@c000000": "no platform bus",
    "/fw-cfg@9020000": "no fw_cfg",
    "/pcie@10000000": "no PCIe",
    "/intc@8000000/v2m@8020000": "no v2m frame",
    "/psci:migrate": "the call is not supported, in QEMU neither",
}
ADDED = {"/chosen:rng-seed": "constant; QEMU's is random, or left out by dtb-randomness=off"}

PHANDLES = {  # property -> which cells name a node; None: all
    "interrupt-parent": None, "clocks": None, "cpu": None, "gpios": [0]}


def parse(blob):
    """{path: {property: bytes}}, and the paths by phandle."""
    off_struct, off_strings = struct.unpack(">II", blob[8:16])
    at, path, nodes, handles = off_struct, [], {}, {}
    while True:
        (token,) = struct.unpack(">I", blob[at:at + 4])
        at += 4
        if token == 1:
            end = blob.index(b"\0", at)
            path.append(blob[at:end].decode())
            at = (end + 4) & ~3
            nodes["/".join(path) or "/"] = {}
        elif token == 2:
            path.pop()
        elif token == 3:
            size, name = struct.unpack(">II", blob[at:at + 8])
            value = blob[at + 8:at + 8 + size]
            at = (at + 8 + size + 3) & ~3
            start = off_strings + name
            key = blob[start:blob.index(b"\0", start)].decode()
            nodes["/".join(path) or "/"][key] = value
            if key == "phandle":
                handles[struct.unpack(">I", value)[0]] = "/".join(path)
        elif token == 9:
            return nodes, handles


def flat(blob):
    """{"path:property": comparable value}, every node also as "path"."""
    nodes, handles = parse(blob)
    out = {}
    for path, properties in nodes.items():
        out[path] = "node"
        for key, value in properties.items():
            if key == "phandle":
                continue
            if key in PHANDLES:
                cells = [c for (c,) in struct.iter_unpack(">I", value)]
                which = PHANDLES[key]
                value = [handles[c] if which is None or i in which else c for i, c in enumerate(cells)]
            out[f"{path}:{key}"] = value
    return out


def under(item, paths):
    return next((p for p in paths if item == p or item.startswith(p + "/") or item.startswith(p + ":")), None)


def qemu(cpu, cpus, mib, el2, gic):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "dtb")
        machine = f"virt,virtualization={'on' if el2 else 'off'},gic-version={gic},its=off,dtb-randomness=off,dumpdtb={file}"
        subprocess.run(["qemu-system-aarch64", "-M", machine, "-cpu", cpu, "-smp", str(cpus), "-m", str(mib),
                        "-display", "none", "-net", "none"], check=True, capture_output=True)
        with open(file, "rb") as f:
            return f.read()


def compare(machine, used):
    ours = flat(subprocess.run([sys.argv[1], *map(str, machine)], check=True, capture_output=True).stdout)
    theirs = flat(qemu(*machine))
    problems = []
    for item in sorted(set(ours) | set(theirs)):
        if ours.get(item) == theirs.get(item):
            continue
        listed = MISSING if item not in ours else ADDED if item not in theirs else {}
        row = under(item, listed)
        if row:
            used.add(row)
        else:
            problems.append(f"{machine}: {item}: ours {ours.get(item)}, QEMU's {theirs.get(item)}")
    return problems


def order(machine):
    """Siblings come in QEMU's order: some guests go by it."""
    ours, theirs = (list(parse(b)[0]) for b in (
        subprocess.run([sys.argv[1], *map(str, machine)], check=True, capture_output=True).stdout, qemu(*machine)))
    theirs = [p for p in theirs if p in ours]
    wrong = next((f"{machine}: {o} comes in the place of {t}" for o, t in zip(ours, theirs) if o != t), None)
    return [wrong + ", which is not QEMU's order"] if wrong else []


used, problems = set(), []
for m in MACHINES:
    problems += compare(m, used) + order(m)
for row in sorted(set(MISSING) | set(ADDED)):
    if row not in used:
        problems.append(f"{row} is listed as a difference, and is none")
print("\n".join(problems) or "the trees agree but for the listed differences")
sys.exit(bool(problems))
