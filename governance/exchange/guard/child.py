"""The process in which uploads are parsed: one file from stdin, lines of JSON to stdout, nothing else.

Started by path with ``python -I`` (no environment, no user packages, no Django). The parser is fast and
compiled, and a hostile file can make it abort the whole process: then this one dies, and the caller reports a
refusal.
"""

import contextlib
import importlib.util
import json
import resource
import sys
from pathlib import Path


def _load_guard() -> None:
    """Make this folder importable as the package ``guard``, without the folders above it."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        "guard", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guard"] = module
    spec.loader.exec_module(module)


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def main() -> int:
    settings = json.loads(sys.argv[1])
    _load_guard()
    from guard.limits import Limits, UploadRefused
    from guard.parse import encode, parse

    with contextlib.suppress(ImportError):
        import python_calamine  # noqa: F401  (its library is mapped before memory is capped)
    limits = Limits(**settings)
    _limit(limits.memory_bytes, limits.cpu_seconds)
    out = sys.stdout
    out.write('{"started":true}\n')
    out.flush()
    try:
        for line in parse(sys.stdin.buffer.read(), limits):
            out.write(encode(line))
            out.write("\n")
        out.write('{"end":true}\n')
    except UploadRefused as refusal:
        out.write(f"\n{encode({'refused': refusal.as_dict()})}\n")
    except MemoryError:
        out.write('\n{"refused":{"code":"memory"}}\n')
    except BaseException as error:  # a panic of the compiled parser is a BaseException
        sys.stderr.write(type(error).__name__)
        out.write('\n{"refused":{"code":"damaged"}}\n')
    return 0


if __name__ == "__main__":
    sys.exit(main())
