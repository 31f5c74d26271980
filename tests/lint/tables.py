"""Tables are typeset: no tabs, nothing at the ends of lines; every source file ends in one newline."""
import tree

SOURCES = (".c", ".h", ".def", ".S", ".py", ".cmake", ".txt", ".md")


def faults(text):
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield f"{number}: a tab"
        if line != line.rstrip():
            yield f"{number}: ends in a space"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield "does not end in one newline"


def main():
    given = {"tests/bench", "tests/ref", "tests/vectors/data", "tests/payloads"}  # as they were given
    wrong = []
    for path in tree.files(*SOURCES):
        name = tree.name(path)
        if not any(name.startswith(folder + "/") for folder in given) and "CMake" not in path.parts:
            wrong += [f"{name}: {fault}" for fault in faults(path.read_text())]
    tree.report(wrong)


main()
