"""Breaks the model in one place at a time, and asks who notices: mutate.py SOURCE BUILD [--sample N | NAME...].

mutations.txt names each mutation, the detector that is asked first, the file (of a header or a table: and who of its users
is to see it), the text and what replaces it. The sources are not touched: the objects that the file is part of are compiled
anew, from a copy, and linked before the library of BUILD. A mutation survives when all detectors pass; the script then fails,
as it does when a text is not found exactly once or a detector fails without any mutation."""
import collections
import functools
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time

SOURCE, BUILD = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
SCRATCH = BUILD / "tests" / "mutation" / "scratch"
LIBRARY_OBJECTS = "CMakeFiles/libtrapeze.dir/"
DETECTOR_SECONDS = 60  # of a model that does not come to its end

HYPERVISOR = ["-nographic", "-kernel", str(BUILD / "firmware/refhyp.elf"), "-append", "mode=split", "--expect",
              "ALL GUESTS PASSED", "--max-insns", "2000000000", "-cpu", "cortex-a72", "-smp", "2", "-M"]
DATA = str(SOURCE / "tests/vectors/data")


def hypervisor(gic_version):
    return "trapeze", lambda program: [program, *HYPERVISOR, f"virt,virtualization=on,gic-version={gic_version}"]


def unit(name):
    return f"tests/unit/test_unit_{name}", lambda program: [program]


def vectors(name):
    return f"tests/vectors/vectors_{name}", lambda program: [program, DATA]


# name: (what is linked, how it is run), in the order in which they are asked
DETECTORS = {
    "refhyp_v2": hypervisor(2),
    **{name: unit(name) for name in ("tlb", "mmu", "exception", "traps", "timer", "gic_vcpu", "gic_dist", "gic_v2",
                                     "interrupts", "exclusives", "pmu")},
    **{name: vectors(name) for name in ("a64_traps", "a64_xlat", "a64_exc", "a64_insn")},
}

Mutation = collections.namedtuple("Mutation", "name asked file user old new")


def read_mutations():
    lines = (SOURCE / "tests/mutation/mutations.txt").read_text().split("\n")
    found = []
    for line in lines:
        if line and not line.startswith("#"):
            name, asked, files, texts = line.split(None, 3)
            file, _, user = files.partition(":")
            old, new = re.fullmatch(r"(.*) =>(.*)", texts).groups()
            found.append(Mutation(name, asked, file, user or file, old, new))
    return found


def mutated_text(mutation):
    """The file with the old text replaced; spaces may be more or fewer."""
    text = (SOURCE / mutation.file).read_text()
    pattern = r"\s+".join(re.escape(word) for word in mutation.old.split())
    places = list(re.finditer(pattern, text))
    if len(places) != 1:
        sys.exit(f"{mutation.name}: its text is {len(places)} times in {mutation.file}")
    return text[:places[0].start()] + mutation.new + text[places[0].end():]


@functools.cache
def library_objects():
    """(object, how it is compiled, the files that it is made of) of each."""
    deps = subprocess.run(["ninja", "-C", BUILD, "-t", "deps"], capture_output=True, text=True, check=True).stdout
    made_of = {block.split(":")[0]: set(re.findall(r"^ +(?:.*/)?(src/.*)$", block, re.M)) for block in deps.split("\n\n")}
    found = []
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        output = words[words.index("-o") + 1]
        if output.startswith(LIBRARY_OBJECTS):
            found.append((output, words[1:] if words[0].endswith("ccache") else words, made_of[output]))
    return found


def compile_object(output, command, mutation):
    """As the build does it, with the mutated file in the place of its own."""
    out = SCRATCH / output.removeprefix(LIBRARY_OBJECTS).replace("/", "_")
    copy = SCRATCH / mutation.file
    words = [str(copy) if pathlib.Path(word) == SOURCE / mutation.file else word for word in command]
    words[words.index("-o") + 1] = str(out)
    words[1:1] = [f"-I{SCRATCH}/src", f"-iquote{(SOURCE / mutation.file).parent}"]
    words.append("-w")  # a mutation may leave something unused
    subprocess.run(words, cwd=BUILD, check=True)
    return str(out)


def link(target, objects):
    lines = subprocess.run(["ninja", "-C", BUILD, "-t", "commands", target], capture_output=True, text=True,
                           check=True).stdout.strip().split("\n")
    words = [word for word in shlex.split(lines[-1]) if word not in (":", "&&")]
    out = SCRATCH / pathlib.Path(target).name
    words[words.index("-o") + 1] = str(out)
    library = words.index("libtrapeze.a")
    words[library:library] = objects
    subprocess.run(words, cwd=BUILD, check=True)
    return str(out)


def passes(detector, objects):
    """(whether it passes, what it ended with)"""
    target, command = DETECTORS[detector]
    program = link(target, objects) if objects else str(BUILD / target)
    try:
        done = subprocess.run(command(program), cwd=SCRATCH, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=DETECTOR_SECONDS)
        return done.returncode == 0, f"exit {done.returncode}"
    except subprocess.TimeoutExpired:
        return False, f"not done after {DETECTOR_SECONDS} s"


def build_mutant(mutation):
    text = mutated_text(mutation)
    copy = SCRATCH / mutation.file
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text(text)
    objects = [compile_object(output, command, mutation) for output, command, files in library_objects()
               if {mutation.file, mutation.user} <= files]
    copy.unlink()
    if not objects:
        sys.exit(f"{mutation.name}: {mutation.file} is part of no object")
    return objects


def who_catches(mutation, sound):
    """The first detector that fails, with how it ended; None: nobody. `sound` collects those that pass without mutations."""
    objects = build_mutant(mutation)
    for detector in [mutation.asked] + [other for other in DETECTORS if other != mutation.asked]:
        if detector not in sound:
            good, how = passes(detector, None)
            if not good:
                sys.exit(f"{detector} fails without any mutation: {how}")
            sound.add(detector)
        good, how = passes(detector, objects)
        if not good:
            return detector, how
    return None


def chosen(mutations, arguments):
    if arguments[:1] == ["--sample"]:
        n = int(arguments[1])
        return [mutations[i * len(mutations) // n] for i in range(n)]
    return [m for m in mutations if not arguments or m.name in arguments]


def main():
    SCRATCH.mkdir(parents=True, exist_ok=True)
    sound, catchers, survivors, begin = set(), collections.Counter(), [], time.time()
    mutations = chosen(read_mutations(), sys.argv[3:])
    for mutation in mutations:
        caught = who_catches(mutation, sound)
        print(f"{'caught' if caught else 'SURVIVES':9} {mutation.name:45} {' '.join(caught or ())}", flush=True)
        if caught:
            catchers[caught[0]] += 1
        else:
            survivors.append(mutation.name)
    by = ", ".join(f"{name} {n}" for name, n in catchers.most_common())
    print(f"{time.strftime('%Y-%m-%d')}: {len(mutations)} mutations, {len(survivors)} survive; caught by {by}; "
          f"{time.time() - begin:.0f} s")
    sys.exit(1 if survivors or not mutations else 0)


main()
