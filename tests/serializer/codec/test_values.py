"""Plain values, containers and kinds of the standard library, encoded in one process and decoded in another."""
import pickle

import pytest

from kernelferry.codec import blob, encode

from tests.serializer.codec.cases import case, outcome

CASES = [
    case("plain", "a=1; b=2.5; c='x'*50; d=None; e=(1,(2,)); f={1:[2]}; g={3,4}; h=frozenset('ab'); i=b'q'; j=1j; k=True; l=...; m=bytearray(b'z')",
         "(a,b,len(c),d,e,f,g,h,i,j,k,l,m)==(1,2.5,50,None,(1,(2,)),{1:[2]},{3,4},frozenset('ab'),b'q',1j,True,...,bytearray(b'z'))"),
    case("aliases", "a=[1]; b=[a,a]; c={'k':b}; b.append(c)", "b[0] is a and b[1] is a and c['k'] is b and b[2] is c"),
    case("numbers keep their identity", "nan=float('nan'); q=[nan,nan]; big=10**20; p=[big,{'x':big}]; r=[1.5]*100",
         "q[0] is nan and q.count(nan)==2 and p[0] is big and p[1]['x'] is big and len({id(x) for x in r})==1"),
    case("equal numbers stay two", "a=[float('1.5'),float('1.5')]", "a[0] is not a[1]"),
    case("cycle", "a=[]; a.append(a); t=([],); t[0].append(t); d={}; d['d']=d", "a[0] is a and t[0][0] is t and d['d'] is d"),
    case("deep lists", "def depth(x):\n  n=0\n  while x: x=x[0]; n+=1\n  return n\na=[]\nfor _ in range(5000): a=[a]", "depth(a)==5000"),
    case("a dict of a library that is its own __dict__", "from statsmodels.tools.tools import Bunch\nl=[1]; b=Bunch(a=l, n=2); c=Bunch(l=l); c.me=c; d=dict(b)",
         "b.__dict__ is b and b.a is l and c.l is l and c['me'] is c and c.__dict__ is c and type(d) is dict", then="b.z=1; assert b['z']==1 and list(b)==['a','n','z']"),
    case("linked instances", "class N: pass\nn=None\nfor i in range(20000):\n  m=N(); m.next=n; m.i=i; n=m\ndel m,i", "n.i==19999 and n.next.next.i==19997"),
    case("views of dicts", "d={'a':1}; k=d.keys(); v=d.values(); i=d.items()", "list(k)==list(d)", then="d['b']=2; assert list(k)==['a','b'] and list(v)==[1,2] and ('b',2) in i"),
    case("bound methods", "l=[1]; ap=l.append; f=' '.join; add=(5).__add__\nclass C:\n  def m(self): return self\nc=C(); bm=c.m; c.cb=c.m", "f('ab')=='a b' and add(2)==7 and bm() is c and c.cb.__self__ is c", then="ap(2); assert l==[1,2]"),
    case("method under another name", "class C:\n  def m(self): return 3\n  n=m\nC.n.__name__='other'\nc=C(); b=c.n", "b()==3"),
    case("modules and builtins", "import os.path as p, json; f=len; t=type(None); e=NotImplemented; g=type(lambda:0); import types", "p.join('a','b')=='a/b' and f([1])==1 and t() is None and g is types.FunctionType"),
    case("module made by hand", "import types; m=types.ModuleType('made','doc'); m.x=[1]; y=m.x", "m.x is y and m.__doc__=='doc'"),
    case("standard kinds", "import decimal,datetime,pathlib,random,re,fractions,uuid,collections,ipaddress\nd=decimal.Decimal('1.10'); t=datetime.datetime(2020,1,2,tzinfo=datetime.timezone.utc); p=pathlib.Path('/a/b'); r=random.Random(3); x=re.compile('a+',re.I); q=fractions.Fraction(1,3); u=uuid.UUID(int=5); c=collections.Counter('aab'); o=collections.OrderedDict(b=1,a=2); dq=collections.deque([1,2],3); dd=collections.defaultdict(list,{1:[2]}); s=slice(1,2); g=range(3,9,2); ns=__import__('types').SimpleNamespace(a=1); cm=collections.ChainMap({1:2},{3:4})",
         "str(d)=='1.10' and t.year==2020 and str(p)=='/a/b' and x.match('AA') and q==fractions.Fraction(1,3) and u.int==5 and c['a']==2 and list(o)==['b','a'] and dq.maxlen==3 and dd[1]==[2] and s.stop==2 and list(g)==[3,5,7] and ns.a==1 and cm[3]==4",
         then="assert dd[9]==[] and r.random()==random.Random(3).random()"),
    case("iterators", "i=iter([1,2,3]); next(i); z=zip([1,2],[3,4]); next(z); import itertools; c=itertools.count(5); m=map(str,[1,2]); e=enumerate('ab',3); r=reversed([1,2])", "True",
         then="assert list(i)==[2,3] and list(z)==[(2,4)] and next(c)==5 and list(m)==['1','2'] and list(e)==[(3,'a'),(4,'b')] and list(r)==[2,1]"),
    case("weak references", "import weakref\nclass C: pass\nc=C(); r=weakref.ref(c); d=weakref.WeakValueDictionary(k=c); s=weakref.WeakSet([c]); w=weakref.WeakKeyDictionary({c:1}); p=weakref.proxy(c); c.x=4\nx=C(); gone=weakref.ref(x); del x", "r() is c and d['k'] is c and c in s and w[c]==1 and p.x==4 and gone() is None"),
    case("memoryview", "b=bytearray(range(10)); v=memoryview(b)[2:5]; i=memoryview(b)[:8].cast('i')", "v[0]==2 and i.format=='i'", then="b[2]=99; assert v[0]==99"),
    case("exceptions", "class E(Exception):\n  def __init__(self,a,b): super().__init__(f'{a}{b}'); self.a=a\ntry:\n  try: {}['k']\n  except KeyError as k: raise E(1,2) from k\nexcept E as e: x=e\nx.add_note('n')\no=OSError(2,'no','f'); u=UnicodeDecodeError('utf8',b'x',0,1,'r'); g=ExceptionGroup('g',[x]); i=ImportError('m',name='n',path='p'); s=SystemExit(3); st=StopIteration([1])",
         "x.args==('12',) and x.a==1 and type(x.__cause__) is KeyError and x.__notes__==['n'] and o.filename=='f' and o.errno==2 and u.end==1 and g.exceptions[0] is x and i.name=='n' and s.code==3 and st.value==[1]",
         then="assert x.__traceback__ is None", notes=["E: its traceback is not kept", "KeyError: its traceback is not kept"]),
    case("generators that have ended", "def count(a, *b, c=1, **d):\n  yield a; yield b, c, d\ng=count(1); list(g); out=[3]; e=(x for x in [1] if out); l=[*e]; h=count(2); next(h); h.close()",
         "g.gi_frame is None and g.gi_code.co_name=='count' and list(g)==[] and e.__name__=='<genexpr>' and next(h,7)==7 and l==[1]"),
    case("matches", "import re\ns='xa1 a2'; p=re.compile('a([0-9])|(b)'); m=p.search(s); last=[*p.finditer(s)][-1]; n=re.match('(?P<k>.)',s); f=p.fullmatch(s,1,3); w=re.fullmatch('|a',s[1]); l=[m]",
         "m.re is p and m.string is s and last.string is s and l[0] is m and m[1]=='1' and last.span()==(4,6) and last.lastindex==1 and n.lastgroup=='k' and f.pos==1 and f.endpos==3 and w.end()==1"),
    case("locks that are free", "import threading,queue\nl=threading.Lock(); r=threading.RLock(); c=threading.Condition(r); e=threading.Event(); e.set(); s=queue.SimpleQueue(); s.put(0); s.put(l); s.put(1); s.get()\nv=threading.local(); v.x=l; q=queue.Queue(); q.put(s)",
         "c._lock is r and not l.locked() and e.is_set() and v.x is l and q.queue[0] is s and s.qsize()==2", then="assert s.get() is l and l.acquire(False) and q.get() is s\nwith c: assert r._is_owned()"),
    case("a process that has ended, and our own", "import subprocess,psutil\np=subprocess.Popen(['true']); p.wait(); me=psutil.Process()", "p.poll()==0 and me.pid==__import__('os').getpid() and me.is_running()"),
    case("namespace itself", "g=globals(); h=[g]", "g is globals() and h[0] is globals()"),
    case("partial and operator", "import functools,operator\np=functools.partial(lambda a,b:(a,b),1); i=operator.itemgetter(1); a=operator.attrgetter('x.y'); m=operator.methodcaller('upper')", "p(2)==(1,2) and i('ab')=='b' and m('a')=='A'"),
    case("sentinels of modules", "import dataclasses,inspect,logging\nm=dataclasses.MISSING; l=logging.getLogger('a.b'); e=inspect.Parameter.empty; r=logging.root", "m is dataclasses.MISSING and l is logging.getLogger('a.b') and r is logging.getLogger()"),
]


@pytest.mark.parametrize("each", CASES, ids=lambda each: each["id"])
def test_comes_back(there_and_back, each):
    outcome(there_and_back, each)


def test_numbers_with_one_holder_are_written_in_place():
    values = {"a": [[number, [number + 0.5]] for number in range(1000, 1500)]}
    del values["a"][-1]  # the loop's last number
    parts = blob.Parts(b"".join(encode(values, {}, {}, {}).chunks))
    assert pickle.loads(parts.numbers) == []
