"""Memory that does not keep what was let go of: every freed piece is overwritten at once (F106).

Python gives back the memory of a name, a number or a typed key, and leaves what stood there. With these two variables,
which the C library and Python read only at a process's very start, each object is freed by the C library itself, and
the C library overwrites what is freed. It costs a few per cent of the processor.
"""

from __future__ import annotations

import os
import sys

ENVIRONMENT = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.perturb=90:glibc.malloc.mmap_threshold=1048576",
}
"""For every process that has a citizen's data in its memory. Without a cache for threads: it is not overwritten.
Pictures, from 1 MiB on, are always pages of their own, which the kernel takes back as soon as they are freed: a photo
does not stay, and leaves no holes that make the process grow."""


def ensure() -> None:
    """Begin this process anew with forgetful memory, unless it has it. Does not return if it had not."""
    if any(os.environ.get(name) != value for name, value in ENVIRONMENT.items()):
        environment = {**os.environ, **ENVIRONMENT}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 -- this program
