"""States of a process that no pickle carries, after a shutdown and an image, beside a kernel that was never interrupted."""
from tests.image.conftest import ok

UNSAFE = "open('made', 'a').write('x')\n"  # so that no cell may run again
CELLS = [
    "import asyncio, collections, contextlib, csv, ctypes, hashlib, io, itertools, mmap, multiprocessing as mp, os, queue, random, re, socket\n"
    "import sqlite3, subprocess, sys, tempfile, threading, time, weakref, zlib\n"
    "from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor\nfork = mp.get_context('fork')",
    # the middle of generators
    "log = []\ndef walk(n):\n    try:\n        for i in range(n):\n            got = yield i\n            log.append(got)\n    finally:\n        log.append('closed')\n"
    "def outer():\n    total = yield from walk(5)\n    yield total\n"
    "inner = outer(); next(inner); inner.send('a')\nboth = itertools.tee(iter(range(9))); next(both[0]); pairs = zip(both[0], 'abcdef'); next(pairs)",
    "async def stream():\n    for i in range(4):\n        yield i\nagen = stream(); first = await agen.__anext__()\n"
    "gate = asyncio.Event(); heard = []\nasync def wait():\n    await gate.wait(); heard.append('open'); return 7\ntask = asyncio.ensure_future(wait()); await asyncio.sleep(0)",
    "@contextlib.contextmanager\ndef room():\n    log.append('in')\n    try: yield log\n    finally: log.append('out')\nstack = contextlib.ExitStack(); entered = stack.enter_context(room())",
    # threads, locks
    "inbox, outbox = queue.Queue(), queue.Queue()\ndef work():\n    for item in iter(inbox.get, None):\n        outbox.put(item * 2)\n"
    "worker = threading.Thread(target=work, daemon=True); worker.start(); inbox.put(4); got = outbox.get(timeout=60)\n"
    "lock = threading.Lock(); lock.acquire(); again = threading.RLock(); again.acquire(); again.acquire(); permits = threading.Semaphore(3); permits.acquire()\n"
    "local = threading.local(); local.x = 5; meeting = threading.Barrier(2); pool = ThreadPoolExecutor(2); waiting = pool.submit(lock.acquire)",
    # files
    "with open('lines.txt', 'w') as f: f.write('a,1\\nb,2\\nc,3\\n')\ntable = open('lines.txt'); rows = csv.reader(table); next(rows)\n"
    "raw = open('lines.txt', 'rb', buffering=0); raw.seek(4); dup = os.dup(raw.fileno()); appended = open('appended.txt', 'a+'); appended.write('not flushed')\n"
    "hidden = tempfile.TemporaryFile(); hidden.write(b'nameless'); hidden.seek(4); area = mmap.mmap(-1, 4096); area[:5] = b'share'; area.seek(2)\n"
    "memory = os.memfd_create('m'); os.write(memory, b'in memory'); os.lseek(memory, 3, 0)\nr, w = os.pipe(); os.write(w, b'in the pipe')\n"
    "left, right = socket.socketpair(); left.sendall(b'in the socket')",
    # databases, digests
    "con = sqlite3.connect(':memory:'); con.execute('create table t (a)'); con.execute('insert into t values (1)'); con.commit(); con.execute('insert into t values (2)')\n"
    "cursor = con.execute('select a from t order by a'); cursor.fetchone(); digest = hashlib.sha256(b'half'); squeeze = zlib.compressobj(); part = squeeze.compress(b'x' * 999)\n"
    "found = re.finditer('[a-z]', 'abcdef'); next(found); next(found)",
    UNSAFE + "workers = fork.Pool(2); sums = workers.map(abs, [-1, -2]); counter = fork.Value('i', 3); far = fork.Lock(); far.acquire(); later = fork.Queue(); later.put('queued')\n"
    "executor = ProcessPoolExecutor(1, mp_context=fork); six = executor.submit(pow, 6, 2).result()",
    UNSAFE + "child = subprocess.Popen([sys.executable, '-uc', 'import signal, sys\\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\\nn = 0\\nfor line in sys.stdin:\\n    n += int(line); print(n)'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
    "child.stdin.write('5\\n'); child.stdin.flush(); five = child.stdout.readline()",
    # identity and process state
    "class Thing: pass\nthing = Thing(); thing.me = thing; seen = weakref.ref(thing); ids = {id(thing): 'thing'}; proxies = weakref.WeakSet([thing])\n"
    "raw_memory = ctypes.create_string_buffer(b'bytes'); where = ctypes.addressof(raw_memory); random.seed(3); random.random(); os.environ['MINE'] = '1'; old = os.umask(0o027)\n"
    "import numpy as np; mapped = np.memmap('mapped.bin', dtype='i4', mode='w+', shape=100); mapped[7] = 7; view = mapped[5:9]; generator = np.random.default_rng(2); generator.random(5)",
]
STATE = [
    "inner.send('b'), log[:]", "next(pairs), next(both[1])", "inner.close(), log[-1]", "await agen.__anext__()", "task.done(), heard",
    "gate.set() or await task, heard", "log[-2:], entered is log", "stack.close(), log[-1]", "got, inbox.put(21), outbox.get(timeout=60)",
    "lock.locked(), waiting.done()", "lock.release(), waiting.result(60), lock.locked()", "again._is_owned(), 'count=2' in repr(again), permits._value, local.x, meeting.n_waiting",
    "pool.submit(pow, 2, 5).result(60)", "next(rows), rows.line_num", "raw.read(3), os.read(dup, 2), raw.tell()", "os.path.getsize('appended.txt'), appended.flush(), os.path.getsize('appended.txt')",
    "hidden.read(), hidden.tell()", "area.read(3), area[:5]", "os.read(memory, 9)", "os.read(r, 99)", "right.recv(99)", "con.in_transaction, con.execute('select count(*) from t').fetchall()",
    "cursor.fetchall()", "con.rollback(), con.execute('select a from t').fetchall()", "digest.update(b' whole'), digest.hexdigest()", "zlib.decompress(part + squeeze.flush()) == b'x' * 999",
    "[m.group() for m in found]", "workers.map(abs, [-3]), sums", "counter.value, far.acquire(False), later.get(timeout=60)", "six, executor.submit(pow, 7, 2).result(60)",
    "child.stdin.write('6\\n'), child.stdin.flush(), five, child.stdout.readline(), child.poll()", "thing.me is thing is seen(), thing in proxies, id(thing) in ids",
    "ctypes.string_at(where)", "random.random(), os.environ['MINE'], os.umask(0o027)", "mapped[7], view[2], np.shares_memory(view, mapped), generator.random()",
    "sorted(t.name.split('-')[0].split('_')[0] for t in threading.enumerate() if t.name != 'IPythonHistorySavingThread')",
    "len(asyncio.all_tasks()), sorted(k for k in globals() if k in ('area', 'hidden', 'inner', 'task', 'workers'))", "open('made').read()",
]


def test_everything_is_as_in_the_uninterrupted_run(desk):
    kernel = desk.open()
    plain_folder = desk.folder.parent / "plain"
    plain_folder.mkdir()
    plain = desk.open_elsewhere(plain_folder)
    for cell in CELLS:
        ok(kernel, cell)
        ok(plain, cell)
    desk.close(kernel)
    assert len(desk.images()) == 1, kernel
    kernel = desk.open()
    report = kernel.magic("%session report")["report"]
    assert {entry["way"] for entry in report["variables"].values()} == {"image"}
    different = {}
    for expression in STATE:
        back, stayed = (k.run(expression) for k in (kernel, plain))
        value = (back.error, back.outputs[-1:])
        if value != (stayed.error, stayed.outputs[-1:]):
            different[expression] = value, (stayed.error, stayed.outputs[-1:])
        assert stayed.status == "ok", (expression, stayed.error)
    assert not different
