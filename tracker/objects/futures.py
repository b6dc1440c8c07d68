"""What asyncio has brought to its end: futures and tasks that are done, coroutines that have run out."""


def future(awaited) -> tuple:
    """TypeError: it is not done, or of a class of its own, and what it will be is not its state alone."""
    if not is_done(awaited):
        raise TypeError("it is not done")
    coroutine = (awaited.get_coro(), awaited.get_name(), awaited.cancelling()) if is_task(awaited) else ()
    return outcome(awaited), coroutine


def outcome(awaited) -> tuple:
    """Whether it was cancelled, with which message, its exception, whether somebody has asked for that, its result."""
    return awaited.cancelled(), awaited._cancel_message, awaited._exception, awaited._log_traceback, awaited._result


def is_task(awaited) -> bool:
    return type(awaited).__name__ == "Task"


def is_done(awaited) -> bool:
    return type(awaited).__module__ == "_asyncio" and awaited.done()


def coroutine(running) -> tuple:
    if running.cr_frame is not None:
        raise TypeError("it has not run out")
    return running.cr_code.co_name, running.__name__, running.__qualname__
