# name: libraries-of-the-first-week
# description: what notebooks take from the standard library, between its steps: parsers, queues, hashes, generators of numbers, iterators
# lost: nothing (at all)
# %%
import argparse, configparser, pathlib, tempfile, json, re, random, os, sys, time, uuid, hashlib, string, textwrap, glob, shutil, subprocess, logging, dataclasses, typing, enum, collections, itertools, functools, operator, math, statistics, datetime, calendar, heapq, bisect, copy, pickle, base64, zlib, secrets, urllib.parse, html, http.cookies, email.message, queue, sched, struct, zoneinfo, ipaddress, graphlib, difflib, types, inspect, traceback, contextlib, threading
parser = argparse.ArgumentParser(prog="x"); parser.add_argument("--n", type=int, default=3); sub = parser.add_subparsers(); args = parser.parse_args([])
cfg = configparser.ConfigParser(); cfg.read_string("[a]\nb = 1\n")
p = pathlib.Path("data") / "x.csv"; tmp = tempfile.mkdtemp(); here = pathlib.Path.cwd(); parts = p.parts; sfx = p.suffix
rng = random.Random(7); random.seed(3); state = random.getstate()
log = logging.getLogger("mine"); log.setLevel(10)
q = queue.Queue(); q.put(1); q.put(2); pq = queue.PriorityQueue(); pq.put((2, "b")); pq.put((1, "a"))
# %%
cfg["a"]["c"] = "2"; n1 = rng.random(); n2 = random.random(); got = q.get(); small = pq.get()
h = hashlib.sha256(b"abc"); h2 = h.copy(); h2.update(b"d"); c = zlib.compressobj(); crc = zlib.crc32(b"x")
cookie = http.cookies.SimpleCookie("a=b"); msg = email.message.EmailMessage(); msg["To"] = "x@y"; msg.set_content("hi")
tz = zoneinfo.ZoneInfo("Europe/Rome"); when = datetime.datetime(2024, 5, 1, tzinfo=tz); net = ipaddress.ip_network("10.0.0.0/30"); hosts = net.hosts(); h1 = next(hosts)
ts = graphlib.TopologicalSorter({"b": {"a"}, "c": {"b"}}); tpl = string.Template("$x y"); sm = difflib.SequenceMatcher(None, "abcd", "bcde"); ratio = sm.ratio()
ns = types.SimpleNamespace(a=1); st = contextlib.ExitStack(); lk = threading.Lock(); ev = threading.Event(); ev.set(); loc = threading.local(); loc.x = 5
# %%
n3 = rng.random(); n4 = random.random(); order = list(ts.static_order()); rest = [str(x) for x in hosts]; ns.b = [ns]; cyc = itertools.cycle("ab"); next(cyc); cnt = itertools.count(5); next(cnt); ch = itertools.chain([1], [2]); next(ch); tee1, tee2 = itertools.tee([1, 2, 3]); next(tee1); gb = itertools.groupby("aab"); gk = next(gb); pr = itertools.product([1, 2], repeat=2); next(pr); acc = itertools.accumulate([1, 2, 3]); next(acc)
# %%
out = (next(cyc), next(cnt), next(ch), next(tee1), next(tee2), next(pr), next(acc), q.get(), pq.get())
# %% holds
out[:7] == ("b", 6, 2, 2, 1, (1, 2), 3) and out[7:] == (2, (2, "b"))
cfg["a"]["c"] == "2" and cfg.get("a", "b") == "1" and parser.parse_args(["--n", "5"]).n == 5 and args.n == 3
h2.hexdigest() == hashlib.sha256(b"abcd").hexdigest() and h.hexdigest() == hashlib.sha256(b"abc").hexdigest()
cookie["a"].value == "b" and msg.get_content() == "hi\n" and when.utcoffset().seconds == 7200 and str(h1) == "10.0.0.1"
order == ["a", "b", "c"] and ns.b[0] is ns and ev.is_set() and sm.ratio() == ratio and tpl.substitute(x=1) == "1 y"
random.Random(7).random() == n1 and loc.x == 5
