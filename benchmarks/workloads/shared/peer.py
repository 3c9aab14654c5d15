"""What every program in Python uses: the descriptor limit and the measurement."""
import resource
import time

WARM_UP_NS = 20e6
CHUNK_NS = 5e6


def raise_limit():
    """Raises the soft limit of descriptors to the hard limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measure(run, milliseconds):
    """Returns the nanoseconds that one of the units of run(count) takes."""
    count = 1
    done = 0
    warm_up = WARM_UP_NS
    elapsed = 0
    while elapsed < milliseconds * 1e6:
        start = time.perf_counter_ns()
        run(count)
        chunk = time.perf_counter_ns() - start
        if warm_up > 0:
            warm_up -= chunk
            if chunk < CHUNK_NS:
                count *= 2
        else:
            elapsed += chunk
            done += count
    return elapsed / done
