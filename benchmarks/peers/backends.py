"""The same as backends.h with selectors."""
import json
import selectors


def watched(name, fds):
    """A selector by the name of its class; the data of a key is its index."""
    selector = getattr(selectors, name)()
    for i, fd in enumerate(fds):
        selector.register(fd, selectors.EVENT_READ, i)
    return selector


def print_figure(name, measure):
    """Prints a figure, or why this number of descriptors is refused."""
    try:
        answer = {name: measure()}
    except ValueError as error:
        answer = {"refused": f"ValueError: {error}"}
    print(json.dumps(answer))
