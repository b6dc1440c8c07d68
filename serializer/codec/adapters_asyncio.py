"""asyncio: futures and tasks of the kernel's loop that are done. A task comes back over the coroutine that it ran, which has run out."""
import asyncio
import types

from kernelferry.codec.iterators import ended
from kernelferry.objects import futures


def reduce_future(encoding, awaited):
    if not futures.is_done(awaited):
        return NotImplemented
    loop = awaited.get_loop()
    if any(each is awaited for handle in getattr(loop, "_ready", ()) for each in handle._args or ()):
        raise TypeError("its callbacks have not run yet")
    outcome, task = futures.future(awaited)
    return make_future, (loop, *task), outcome, None, None, set_future


def make_future(loop, *task):
    if not task:
        return loop.create_future()
    coroutine, name, cancelling = task
    loop.call_soon = lambda *arguments, **options: None  # the coroutine is not to be stepped
    try:
        made = asyncio.Task(coroutine, loop=loop, name=name)
    finally:
        del loop.call_soon
    made._log_destroy_pending = False
    for _ in range(cancelling):
        made.cancel()
    return made


def set_future(made, outcome):
    cancelled, message, error, unasked, result = outcome
    future = asyncio.Future  # a task forbids that somebody else ends it
    if cancelled:
        future.cancel(made, message)
    elif error is not None:
        future.set_exception(made, error)
        if not unasked:
            made._log_traceback = False
    else:
        future.set_result(made, result)
    if futures.is_task(made):
        made._log_destroy_pending = True


def reduce_coroutine(encoding, coroutine):
    return NotImplemented if coroutine.cr_frame is not None else (ended, (coroutine.cr_code, coroutine.__name__, coroutine.__qualname__))


KINDS = {types.CoroutineType: reduce_coroutine}
ADAPTERS = {"_asyncio.Future": reduce_future}
