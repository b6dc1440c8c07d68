"""States of a process that no pickle carries, after a shutdown and an image, beside a kernel that was never interrupted."""
import pytest

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


# What the system keeps of a process: descriptors, signals, limits, memory it shares, processes, servers.
SYSTEM = [
    UNSAFE + "import asyncio, ctypes, fcntl, http.server, mmap, multiprocessing, os, resource, select, signal, socket, subprocess, sys, threading, time\n"
    "import urllib.request, numpy as np\nfrom multiprocessing import shared_memory\nfork = multiprocessing.get_context('fork'); libc = ctypes.CDLL(None)",
    # descriptors
    "counter = os.eventfd(5); watched = select.epoll(); watched.register(counter, select.EPOLLIN)\n"
    "clock = libc.timerfd_create(1, 0); libc.timerfd_settime(clock, 0, (ctypes.c_long * 4)(0, 0, 3600, 0), None)\n"
    "gone = open('gone.txt', 'w+'); gone.write('0123456789' * 10); gone.flush(); os.unlink('gone.txt'); gone.seek(42)\n"
    "large = open('large', 'w+b'); large.write(b'z' * 5_000_000); large.flush(); os.unlink('large'); large.seek(4_999_990)\n"
    "linked = open('first', 'w+'); linked.write('hello world'); linked.flush(); os.link('first', 'second'); os.unlink('first'); linked.seek(6)\n"
    "locked = open('locked', 'w'); fcntl.flock(locked, fcntl.LOCK_EX); os.mkfifo('fifo'); fifo = os.open('fifo', os.O_RDWR | os.O_NONBLOCK); os.write(fifo, b'in it')\n"
    "appends = os.open('appended', os.O_WRONLY | os.O_CREAT | os.O_APPEND); os.write(appends, b'1'); here = os.open('.', os.O_RDONLY)",
    # signals, limits, priorities
    "hits = []; signal.signal(signal.SIGUSR2, lambda n, f: hits.append(n)); signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    "signal.signal(signal.SIGALRM, lambda n, f: hits.append('alarm')); signal.setitimer(signal.ITIMER_REAL, 5000, 7)\n"
    "timer = threading.Timer(4000, hits.append, ['late']); timer.daemon = True; timer.start()\n"
    "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); resource.setrlimit(resource.RLIMIT_NOFILE, (300, 1000)); os.setpriority(os.PRIO_PROCESS, 0, 5)\n"
    "one = min(os.sched_getaffinity(0)); os.sched_setaffinity(0, {one}); libc.prctl(15, b'renamed'); sys.setrecursionlimit(1234)",
    # shared memory
    "shared = shared_memory.SharedMemory(create=True, size=20_000_000); numbers = np.ndarray((2_500_000,), buffer=shared.buf); numbers[:] = 3\n"
    "inbox, outbox = fork.Queue(), fork.Queue()\ndef add():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    other = shared_memory.SharedMemory(name=shared.name); same = np.ndarray((2_500_000,), buffer=other.buf)\n"
    "    for n in iter(inbox.get, None):\n        same[0] += n; outbox.put(float(same[0]))\n"
    "adder = fork.Process(target=add, daemon=True); adder.start(); inbox.put(1); four = outbox.get(timeout=60); raw = fork.RawArray('d', 100); raw[5] = 5\n"
    "nameless = shared_memory.SharedMemory(create=True, size=1000); nameless.buf[0] = 9; nameless.unlink(); manager = fork.Manager(); table = manager.dict(a=1)\n"
    "file = open('mapped', 'w+b'); file.write(b'a' * 10000); file.flush(); own = mmap.mmap(file.fileno(), 10000, flags=mmap.MAP_PRIVATE); own[0:1] = b'P'\n"
    "both = mmap.mmap(file.fileno(), 10000); both[1:2] = b'S'; copy = np.memmap('mapped', dtype='u1', mode='c'); copy[2] = 7\n"
    "fcntl.lockf(file, fcntl.LOCK_EX, 10, 20)",
    # processes
    "ended = subprocess.Popen(['true']); os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)\n"
    "asks = subprocess.Popen('trap \"\" INT; read x; echo got $x; exit 5', shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)\n"
    "still = subprocess.Popen(['sleep', '1000'], start_new_session=True); os.kill(still.pid, signal.SIGSTOP); os.waitid(os.P_PID, still.pid, os.WSTOPPED | os.WNOWAIT)",
    "reads, writes = os.pipe(); forked = os.fork()\nif forked == 0:\n    signal.signal(signal.SIGINT, signal.SIG_IGN); os.read(reads, 1); os._exit(9)",
    # sockets, servers
    "class Hello(http.server.BaseHTTPRequestHandler):\n    times = 0\n    def do_GET(self):\n        Hello.times += 1; self.send_response(200); self.end_headers(); self.wfile.write(b'%d' % Hello.times)\n"
    "    def log_message(self, *a): pass\nserver = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Hello); serving = threading.Thread(target=server.serve_forever, daemon=True)\n"
    "serving.start(); url = f'http://127.0.0.1:{server.server_port}/'; once = urllib.request.urlopen(url, timeout=60).read()\n"
    "udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(('127.0.0.1', 0)); listens = socket.socket(socket.AF_UNIX); listens.bind('socket'); listens.listen(3)\n"
    "left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); left.send(b'w1'); left.send(b'w2')",
    "cat = await asyncio.create_subprocess_exec('env', '--ignore-signal=INT', 'cat', stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)\n"
    "asked, answers = asyncio.Queue(), []\nasync def each():\n    for n in range(100): yield n, await asked.get()\n"
    "async def collect():\n    async for pair in each(): answers.append(pair)\ntask = asyncio.create_task(collect()); asked.put_nowait('a'); await asyncio.sleep(0)\n"
    "os.mkdir('sub'); os.chdir('sub'); os.rmdir('../sub')",
]
SYSTEM_STATE = [
    "os.readlink('/proc/self/cwd').endswith('sub (deleted)'), os.fchdir(here), os.path.exists('sub')", "watched.poll(0) == [(counter, 1)], os.eventfd_read(counter)",
    "libc.timerfd_gettime(clock, left_over := (ctypes.c_long * 4)()), 3000 < left_over[2] <= 3600", "gone.read(5), gone.tell(), os.fstat(gone.fileno()).st_nlink",
    "large.read(), os.fstat(large.fileno()).st_nlink", "linked.read(), os.path.samestat(os.stat('second'), os.fstat(linked.fileno())), os.path.exists('first')",
    "subprocess.run(['flock', '-n', 'locked', 'true']).returncode", "os.read(fifo, 99), os.write(appends, b'2'), open('appended').read()",
    "os.kill(os.getpid(), signal.SIGUSR2) or hits, signal.getsignal(signal.SIGHUP)", "4000 < signal.getitimer(signal.ITIMER_REAL)[0] < 5000, timer.is_alive(), timer.cancel()",
    "resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE), os.getpriority(os.PRIO_PROCESS, 0), sys.getrecursionlimit()",
    "[os.sched_getaffinity(p) == {one} for p in (0, adder.pid, asks.pid, still.pid, serving.native_id)], open('/proc/self/comm').read()",
    "inbox.put(2), outbox.get(timeout=60), numbers[0], numbers.sum(), four, raw[5], nameless.buf[0]", "dict(table), table.update(b=2), table['b']",
    "subprocess.run([sys.executable, '-c', 'import fcntl; fcntl.lockf(open(\"mapped\", \"r+b\"), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 25)'], capture_output=True).returncode",
    "own[0:3], both[0:3], open('mapped', 'rb').read(3), copy[:3].tolist()", "inbox.put(None), adder.join(60), adder.exitcode", "shared.unlink(), manager.shutdown()",
    "ended.wait(), asks.communicate('me\\n', timeout=60), asks.returncode", "open(f'/proc/{still.pid}/stat').read().split()[2], still.kill(), still.wait(60)",
    "os.write(writes, b'x'), os.waitstatus_to_exitcode(os.waitpid(forked, 0)[1])", "once, urllib.request.urlopen(url, timeout=60).read(), serving.is_alive(), server.shutdown(), serving.join(60)",
    "udp.sendto(b'self', udp.getsockname()), udp.recv(9), right.recv(9), right.recv(9)", "(to := socket.socket(socket.AF_UNIX)).connect('socket'), (at := listens.accept()[0]).send(b'y'), to.recv(3)",
    "cat.stdin.write(b'x\\n'), await asyncio.wait_for(cat.stdout.readline(), 60), cat.stdin.close(), await asyncio.wait_for(cat.wait(), 60)",
    "asked.put_nowait('b'), await asyncio.sleep(0.01), answers, task.cancel()", "open('made').read(), os.getsid(0) == os.getpid() == os.getpgrp()",
]


@pytest.mark.parametrize("cells, state", [(CELLS, STATE), (SYSTEM, SYSTEM_STATE)], ids=["python", "system"])
def test_everything_is_as_in_the_uninterrupted_run(desk, cells, state):
    kernel = desk.open()
    plain_folder = desk.folder.parent / "plain"
    plain_folder.mkdir()
    plain = desk.open_elsewhere(plain_folder)
    for cell in cells:
        ok(kernel, cell)
        ok(plain, cell)
    desk.close(kernel)
    assert len(desk.images()) == 1, kernel
    kernel = desk.open()
    report = kernel.magic("%session report")["report"]
    assert {entry["way"] for entry in report["variables"].values()} == {"image"}
    different = {}
    for expression in state:
        back, stayed = (k.run(expression) for k in (kernel, plain))
        value = (back.error, back.outputs[-1:])
        if value != (stayed.error, stayed.outputs[-1:]):
            different[expression] = value, (stayed.error, stayed.outputs[-1:])
        assert stayed.status == "ok", (expression, stayed.error)
    assert not different
