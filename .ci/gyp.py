"""Prints what binding.gyp says for a system, as bash arrays: python3 .ci/gyp.py mac"""
import ast
import os
import shlex
import subprocess
import sys

# What node-gyp's own settings say of every addon.
ADDON = {"target_defaults": {"type": "loadable_module", "defines": ["BUILDING_NODE_EXTENSION"]}}


def evaluate(system):
    """The target, with all variables and conditions resolved."""
    suffix = f".{system}.{os.getpid()}"
    result = f"binding{suffix}.gypd"
    addon = f"addon{suffix}.gypi"
    gyp = [sys.executable, "node_modules/node-gyp/gyp/gyp_main.py", "--depth=.", "--format=gypd", "--no-parallel"]
    try:
        with open(addon, "w", encoding="utf-8") as file:
            file.write(repr(ADDON))
        subprocess.run([*gyp, f"--suffix={suffix}", f"-DOS={system}", "-I", addon, "binding.gyp"], check=True)
        with open(result, encoding="utf-8") as file:
            return ast.literal_eval(file.read())["targets"][0]
    finally:
        for path in (addon, result):
            if os.path.exists(path):
                os.remove(path)


def xcode_flags(settings):
    """The flags that gyp makes of Xcode's settings on macOS, where it takes no cflags and ldflags."""
    compiler = [
        "-std=" + settings["CLANG_CXX_LANGUAGE_STANDARD"],
        "-O" + settings["GCC_OPTIMIZATION_LEVEL"],
        *settings["WARNING_CFLAGS"],
    ]
    compiler.append("-frtti" if settings["GCC_ENABLE_CPP_RTTI"] == "YES" else "-fno-rtti")
    if settings["GCC_SYMBOLS_PRIVATE_EXTERN"] == "YES":
        compiler.append("-fvisibility=hidden")
    linker = ["-Wl,-dead_strip"] if settings["DEAD_CODE_STRIPPING"] == "YES" else []
    return compiler, linker


def main(system):
    target = evaluate(system)
    settings = target["configurations"]["Default"]
    flags, ldflags = settings["cflags"] + settings["cflags_cc"], settings.get("ldflags", [])
    if system == "mac":
        flags, ldflags = xcode_flags(settings["xcode_settings"])
    flags += ["-D" + name for name in settings["defines"]] + ["-I" + path for path in settings["include_dirs"]]
    # MSVC's names of libraries end in .lib, and have no -l.
    libraries = ["-l" + name.removesuffix(".lib").removeprefix("-l") for name in target.get("libraries", [])]
    arrays = {"sources": target["sources"], "flags": flags, "ldflags": ldflags, "libraries": libraries}
    for name, values in arrays.items():
        print(f"{name}=({shlex.join(values)})")
    print("macos=" + settings["xcode_settings"]["MACOSX_DEPLOYMENT_TARGET"])


main(sys.argv[1])
