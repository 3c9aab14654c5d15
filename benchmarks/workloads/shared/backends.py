"""The counterpart of backends.h with selectors."""
import json
import selectors


def watch(name, fds):
    """Makes a selector of this class. The data of each key is the index of its descriptor."""
    selector = getattr(selectors, name)()
    for i, fd in enumerate(fds):
        selector.register(fd, selectors.EVENT_READ, i)
    return selector


def print_figure(name, measure):
    """Prints a figure, or why this many descriptors are refused."""
    try:
        answer = {name: measure()}
    except ValueError as error:
        answer = {"refused": f"ValueError: {error}"}
    print(json.dumps(answer))
