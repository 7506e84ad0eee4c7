# SPDX-License-Identifier: GPL-3.0-or-later
"""Structs, constants and prototypes against what the C compiler and the headers say."""

import ctypes
import re
import shutil
import subprocess

import pytest

from nslaw import Note, Status, _library, _structs

STRUCTS = [kind for kind in vars(_structs).values()
           if isinstance(kind, type) and hasattr(kind, "c_name")]

CONSTANTS = {**_structs.CONSTANTS,
             **{f"NSL_{status.name}": int(status) for status in Status},
             **{f"NSL_NOTE_{note.name}": int(note) for note in Note}}


@pytest.fixture(scope="module")
def in_c(source, tmp_path_factory):
    """Sizes, offsets and constants, printed by a C program."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        pytest.skip("no C compiler")
    lines = []
    for struct in STRUCTS:
        name = struct.c_name
        lines.append(f'SHOW("{name}", sizeof({name}));')
        for field, *_ in struct._fields_:
            offset = f"offsetof({name}, {field})"
            size = f"sizeof(({name}){{0}}.{field})"
            lines += [f'SHOW("{name}.{field}", {offset});',
                      f'SHOW("{name}.{field} size", {size});']
    lines += [f'SHOW("{name}", {name});' for name in CONSTANTS]
    folder = tmp_path_factory.mktemp("c")
    (folder / "show.c").write_text("\n".join([
        "#include <nslaw/nslaw.h>", "#include <nslaw/text_mp.h>", "#include <stdio.h>",
        '#define SHOW(what, value) printf("%s\\t%lld\\n", what, (long long)(value))',
        "int main(void) {", *lines, "}"]))
    subprocess.run([compiler, "-std=c17", f"-I{source / 'include'}", "show.c", "-o",
                    "show"], cwd=folder, check=True)
    shown = subprocess.check_output([folder / "show"], text=True)
    return {name: int(value) for name, value in
            (line.split("\t") for line in shown.splitlines())}


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.c_name)
def test_struct(struct, in_c):
    name = struct.c_name
    assert ctypes.sizeof(struct) == in_c[name]
    for field, *_ in struct._fields_:
        member = getattr(struct, field)
        assert (member.offset, member.size) == (in_c[f"{name}.{field}"],
                                                in_c[f"{name}.{field} size"]), field


def test_constants(in_c):
    assert CONSTANTS == {name: in_c[name] for name in CONSTANTS}


def kind_in_python(argument):
    """pointer, a struct's name, or a number's type."""
    if argument is None:
        return "void"
    if hasattr(argument, "c_name"):
        return argument.c_name
    if argument in (ctypes.c_void_p, ctypes.c_char_p) or hasattr(argument, "contents"):
        return "pointer"
    return {ctypes.c_double: "double", ctypes.c_int: "int", ctypes.c_uint: "unsigned",
            ctypes.c_bool: "bool", ctypes.c_size_t: "size_t or uint64_t"}[argument]


def kind_in_c(text):
    """The same of a declaration such as "const nsl_model *model"."""
    if "*" in text or "[" in text:
        return "pointer"
    words = [word for word in text.split() if word != "const"]
    name = words[0]
    structs = {struct.c_name for struct in STRUCTS}
    if name in structs | {"double", "unsigned", "bool", "void", "int"}:
        return name
    if name in ("size_t", "uint64_t"):
        return "size_t or uint64_t"
    return "int" if name.startswith("nsl_") else text  # an enumeration, or unknown


@pytest.fixture(scope="module")
def declared(source):
    """Each function of the headers: its result and its parameters, as text."""
    text = "\n".join(path.read_text(encoding="utf-8")
                     for path in sorted((source / "include/nslaw").glob("*.h")))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return {name: (result, parameters) for result, name, parameters in re.findall(
        r"^(?!typedef)(\w[\w ]*[ *]+)(nsl(?:aw)?_\w+)\(([^()]*)\);", text,
        flags=re.MULTILINE)}


@pytest.mark.parametrize("name", _library.PROTOTYPES)
def test_prototype(name, declared):
    returned, taken = _library.PROTOTYPES[name]
    result, parameters = declared[name]
    kinds = [kind_in_c(parameter) for parameter in parameters.split(",")]
    assert kind_in_python(returned) == kind_in_c(result)
    assert [kind_in_python(argument) for argument in taken] == (
        [] if kinds == ["void"] else kinds)
