"""trapeze trace and explain, as commands. Usage: trace.py SENTENCE TRAPEZE GUESTS"""
import pathlib
import subprocess
import sys
import tempfile

sentence, trapeze, guests = sys.argv[1:]
folder = tempfile.TemporaryDirectory()
root = pathlib.Path(folder.name)
wrong = []


def run(*arguments):
    done = subprocess.run([trapeze, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def expect(what, good):
    if not good:
        wrong.append(what)


def machine(guest):
    return ["-M", "virt,virtualization=on", "-nographic", "-semihosting", "-kernel", f"{guests}/{guest}.elf",
            "--max-insns", "100000000"]


def record(name, guest, *options):
    path = root / name
    code, _, err = run("trace", "record", "-o", path, *options, "--", *machine(guest))
    expect(f"recording {guest} ends with {code}: {err}", code == 0)
    return path


TRAPS, FAULTS = "hcr_el2_traps_what_its_bits_name", "stage_2_faults_report_their_address_in_hpfar"


def a_trace_shows_what_the_text_says():
    kinds = "exc,irq,tlb,note,int,lr,world,control,psci,marker"
    text, binary = root / "text", root / "binary"
    run(*machine(FAULTS), "--trace", text, "--trace-events", kinds, "--record", binary)
    code, out, err = run("trace", "show", binary, "--bare")
    expect(f"show ends with {code}: {err}", code == 0)
    expect("show and --trace differ", out == text.read_text() and out.count("\n") > 20)
    out = run("trace", "show", binary, "--events", "world")[1]
    expect("--events world shows other lines", out.count("\n") == out.count("world: ") == 2)
    out = run("trace", "show", binary, "--vmid", "1", "--events", "exc")[1]
    expect("--vmid 1 shows nothing", "VMID 1" in out)
    expect("--vmid 9 shows something", run("trace", "show", binary, "--vmid", "9")[1] == "")
    out = run("trace", "show", binary, "--from", "3", "--to", "5")[1]
    expect("--from 3 --to 5", [line.split()[0] for line in out.splitlines()] == ["3", "4", "5"])
    binary = record("insn", FAULTS, "--events", "insn,mem")
    run(*machine(FAULTS), "--trace", text, "--trace-events", "insn,mem")
    expect("instructions differ", run("trace", "show", binary, "--bare")[1] == text.read_text())
    out = run("trace", "show", record("marked", TRAPS, "--events", "marker", "--marker", "esr="))[1]
    expect("--marker esr= shows other lines", out.count("\n") == out.count("esr=") > 10)


def runs_alike_have_traces_alike():
    a, b = record("a", TRAPS), record("b", TRAPS)
    expect("two recordings differ", a.read_bytes() == b.read_bytes())
    code, out, err = run("trace", "diff", a, b, "--pc", "--time", "--addresses",
                         "--events", "exc,irq,tlb,note,int,lr,world,control,psci,marker")
    expect(f"equal traces: {code} {out} {err}", (code, out, err) == (0, "", ""))
    code, out, err = run("trace", "diff", a, record("c", FAULTS))
    expect(f"different traces: {code} {err}", code == 4 and "then a difference in" in out and "\n< " in out)


def bad_traces_get_one_line():
    good = record("good", TRAPS)
    data = good.read_bytes()
    for name, content, words in (("none", None, "No such file"), ("empty", b"", "not a trace file"),
                                 ("text", b"hello, world\n" * 100, "not a trace file"),
                                 ("cut", data[:-20], "cut"), ("head", data[:300], "cut"),
                                 ("flipped", data[:-100] + bytes([data[-100] ^ 1]) + data[-99:], "damaged")):
        path = root / name
        if content is not None:
            path.write_bytes(content)
        for command in (["trace", "show", path], ["trace", "stats", path], ["trace", "diff", good, path],
                        ["explain", f"{path}@999999"]):
            code, _, err = run(*command)
            expected = "neither a trace file nor" if command[1] == "diff" and words.startswith("not") else words
            expect(f"{command[:2]} of {name}: {code} {err}", code == 2 and err.count("\n") == 1 and expected in err)
    expect("what is whole is not shown", run("trace", "show", root / "cut")[1] == run("trace", "show", good)[1])
    for words, command in (("which file", ["trace", "show"]), ("which two", ["trace", "diff", good]),
                           ("expected a list of", ["trace", "show", good, "--events", "irq,bogus"]),
                           ("no such option", ["trace", "stats", good, "--fast"]),
                           ("expected record, show", ["trace", "sho", good]),
                           ("what to run", ["trace", "record", "-o", root / "x"]),
                           ("which value", ["explain", "esr", "0x9z"]), ("expected esr", ["explain", good]),
                           ("has", ["explain", f"{good}@999999"]),
                           ("no such option", ["trace", "record", "--", "-kernal", "x"])):
        code, _, err = run(*command)
        expect(f"{command}: {code} {err}", code == 2 and err.count("\n") == 1 and words in err)


def stats_count_the_exits_of_each_world():
    path = record("faults", FAULTS)
    code, out, err = run("trace", "stats", path)
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line}
    shown = run("trace", "show", path, "--events", "exc", "--vmid", "1")[1]
    for name, words in (("DABT_LOW", "to EL2, vector 0x400: data abort"), ("IABT_LOW", "to EL2, vector 0x400: instruction abort")):
        count = str(shown.count(words))
        expect(f"stats: {code} {name} {count} {out}", code == 0 and int(count) > 0 and lines.get(name) == [count, count])
    expect("no heading for VMID 1", "VMID 1" in out.splitlines()[1])
    live = run(*machine(FAULTS), "--stats")[2]
    expect("--stats says something else", out.split("\n", 1)[1] in live)
    out = run("trace", "stats", record("traps", TRAPS))[1]
    expect("the trap rows that were touched are listed as missing",
           "HCR_EL2.TWI" not in out and "HCR_EL2.TVM" not in out and "CNTHCTL_EL2.EL1PCEN" in out)


def event(path, words):
    for line in run("trace", "show", path)[1].splitlines():
        if words in line:
            return line.split()[0]
    return "none"


def explanations_name_the_bit_and_the_descriptor():
    traps, faults = record("traps", TRAPS), record("faults", FAULTS)
    for path, words, said in (
            (traps, "by HCR_EL2.TVM", ["Decided by HCR_EL2.TVM", "clear HCR_EL2.TVM (bit 26)", "SCTLR_EL1"]),
            (faults, "translation fault, level 2, read of 4", [
                "stage 2, level 1: descriptor at 0x", ", a table", "stage 2, level 2: descriptor at 0x", ", not valid",
                "of IPA 0x", "set bit 0 (valid)"]),
            (faults, "permission fault, level 2, write", ["set S2AP<1> (bit 7)", "in the level 2 descriptor of stage 2"])):
        code, out, err = run("explain", f"{path}@{event(path, words)}")
        missing = [word for word in said if word not in out]
        expect(f"explaining {words}: {code} {err} does not say {missing}:\n{out}", code == 0 and not missing)
    code, out, _ = run("explain", "esr", "0x93c08006")
    expect("explain esr", code == 0 and "translation fault, level 2" in out and "8 bytes" in out)


def a_full_disk_loses_nothing_written():
    code, _, err = run("trace", "record", "-o", "/dev/full", "--", *machine(TRAPS))
    expect(f"a full disk: {code} {err}", code == 2 and err.count("\n") == 1 and "No space left" in err)
    path = root / "limited"
    limited = subprocess.run(["bash", "-c", f'ulimit -f 12; trap "" XFSZ; exec "$@"', "sh", trapeze, "trace", "record", "-o", path,
                              "--events", "insn", "--", *machine(TRAPS)], stdin=subprocess.DEVNULL, capture_output=True)
    err = limited.stderr.decode()
    expect(f"a file that may not grow: {limited.returncode} {err}",
           limited.returncode == 2 and err.count("\n") == 1 and "what was written before can be read" in err)
    code, out, err = run("trace", "show", path)
    expect(f"reading it: {code} {err}", code == 2 and "cut" in err and out.count("\n") > 100)


globals()[sentence]()
print("\n".join(wrong))
sys.exit(bool(wrong))
