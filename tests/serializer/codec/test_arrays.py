"""Memory of arrays and frames: once, shared as it was, written apart as it was."""
import pytest

from kernelferry.codec import encode

from tests.serializer.codec.cases import case, outcome

CASES = [
    case("views share memory", "import numpy as np\na=np.arange(5000.); b=a[10:20]; c=a[::-2]; d=a.reshape(50,100).T; e=b[1:]; s=np.arange(6); t=s[2:]", "b.base is a and c.base is a and e.base is a and np.shares_memory(d,a) and d.strides==(8,800) and t.base is s and (c==a[::-2]).all()", then="b[0]=-1; assert a[10]==-1; assert a.flags.owndata and s.flags.owndata; a2=np.arange(3); s.resize(2) if 0 else None; t[0]=77; assert s[2]==77"),
    case("trees of scipy search in the array", "import numpy as np, scipy.spatial as ss\nX=np.random.RandomState(0).rand(60,2); t=ss.KDTree(X); c=ss.cKDTree(X,copy_data=True)", "t.query(X[5])[1]==c.query(X[5])[1]==5 and not np.shares_memory(c.data,X)", then="X[5]=9; assert t.data[5,0]==9 and c.data[5,0]<1"),
    case("series of polars look into the array", "import numpy as np, polars as pl\na=np.arange(5.); f=pl.DataFrame({'a':a,'t':list('vwxyz')}); s=f['a'][1:]; s.note=[1]", "f['t'][4]=='z' and s.note==[1]", then="a[1]=9; assert f['a'][1]==9 and s[0]==9"),
    case("owned arrays can be resized", "import numpy as np\na=np.arange(9000)", "a.flags.owndata and a.flags.writeable", then="a.resize(10000,refcheck=False); assert a[8999]==8999 and a[9999]==0"),
    case("only a view is named", "import numpy as np\nv=np.arange(10000.)[5:9]", "v.base.shape==(10000,) and v.tolist()==[5,6,7,8]"),
    case("orders and flags", "import numpy as np\nf=np.asfortranarray(np.arange(10000.).reshape(100,100)); r=np.arange(5); r.flags.writeable=False; R=np.arange(5000); R.flags.writeable=False; p=np.empty_like(np.ones((20,30,40)).transpose(1,0,2)); p[:]=np.arange(24000).reshape(p.shape); pv=p[1:3]; z=np.array(3.5); e=np.empty((0,4)); w=np.arange(4); rv=w[:]; rv.flags.writeable=False",
         "f.flags.f_contiguous and f.flags.owndata and f[3,4]==304 and not r.flags.writeable and not R.flags.writeable and R[4999]==4999 and p.strides==(320,9600,8) and p.flags.owndata and p[2,3,4]==24000/30*2+124 and pv.base is p and pv[0,0,0]==p[1,0,0] and z.shape==() and e.shape==(0,4) and not rv.flags.writeable and w.flags.writeable and rv.base is w"),
    case("kinds of elements", "import numpy as np\nst=np.zeros(900,dtype=[('a','i4'),('b','f8'),('c','U3')]); st['a']=5; o=np.array([1,[2],None,'x'],dtype=object); ov=o[1:3]; k=o[1]; dt=np.arange('2020-01','2022-01',dtype='M8[D]'); u=np.array(['ab','c']); b=np.array([b'x']); c=np.ones(600,complex); me=np.empty(1,object); me[0]=me; so=np.zeros(2,dtype=[('x',object)]); so[0]=(k,); big=np.arange(5000).astype('>i8'); sb=np.arange(4).astype('>f8'); f2=np.array([[1,None],['a',2.5]],dtype=object,order='F')",
         "st[0]['a']==5 and o[1] is k and ov.base is o and ov[0] is k and str(dt[-1])=='2021-12-31' and u[0]=='ab' and c.sum()==600 and me[0] is me and so[0][0] is k and big[4999]==4999 and big.dtype.byteorder=='>' and sb.dtype.str=='>f8' and sb[3]==3 and f2.flags.f_contiguous and f2[1,1]==2.5", then="ov[0]=9; assert o[1]==9"),
    case("over bytes", "import numpy as np,array\nb=bytearray(range(100)); a=np.frombuffer(b,np.uint8); c=np.frombuffer(b'12345678',np.uint8); r=array.array('i',[1,2]); ra=np.asarray(r)", "a[5]==5 and c[0]==49 and not c.flags.writeable and ra[1]==2", then="b[5]=200; assert a[5]==200; r[0]=9; assert ra[0]==9"),
    case("subclasses of arrays", "import numpy as np\nm=np.ma.masked_array([1,2,3],[0,1,0]); x=np.matrix([[1,2],[3,4]]); rec=np.rec.array([(1,2.)],dtype=[('a',int),('b',float)])\nclass A(np.ndarray):\n  def __array_finalize__(s,o): s.info=getattr(o,'info',None)\ns=np.arange(3).view(A); s.info=[1]; big=np.arange(9000).view(A); big.info={}", "m.sum()==4 and m.mask[1] and (x*x)[0,0]==7 and rec.a[0]==1 and type(s) is A and s.info==[1] and type(big) is A and big.info=={} and big[8999]==8999"),
    case("scalars", "import numpy as np\na=np.float64(2.5); b=np.int8(3); c=np.datetime64('2020'); d=np.dtype('f4'); e=np.str_('x'); t=np.bool_(True); u=np.add; r=np.random.default_rng(5); r.random(); st=np.random.RandomState(1); g=np.random.mtrand._rand; lin=np.linalg; fi=np.finfo(float); fh=np.finfo('f2')", "a==2.5 and b==3 and fi is np.finfo('f8') and fi.eps==2**-52 and fh.bits==16 and d==np.dtype('f4') and u is np.add and g is np.random.mtrand._rand and t is np.True_", then="q=np.random.default_rng(5); q.random(); assert r.random()==q.random() and st.rand()==np.random.RandomState(1).rand()"),
    case("frames written apart", "import pandas as pd, numpy as np\ndf=pd.DataFrame({'a':np.arange(3000.),'b':np.arange(3000.),'s':['x']*3000}); d2=df[:]; ser=df['a']; d3=df.copy(); v=df['a'].to_numpy(); idx=pd.Index(df['a']); d4=df.rename(columns={'a':'z'})",
         "np.shares_memory(v,df['a'].to_numpy()) and d2.iloc[0,0]==0 and idx[0]==0 and not v.flags.writeable",
         then="d2.iloc[0,0]=9; assert df.iloc[0,0]==0 and ser.iloc[0]==0; df.iloc[1,0]=8; assert d2.iloc[1,0]==1 and ser.iloc[1]==1 and idx[1]==1 and d4.iloc[1,0]==1; ser.iloc[2]=7; assert df.iloc[2,0]==2 and idx[2]==2; df.loc[0,'s']='q'; assert d2.loc[0,'s']=='x'"),
    case("index over a series", "import pandas as pd\ns=pd.Series([1.,2.,3.]); i=pd.Index(s); n=i.to_series(); m=pd.DataFrame({'a':s}); w=pd.DataFrame(s)", "i.tolist()==[1,2,3]", then="s.iloc[0]=9; assert i[0]==1 and n.iloc[0]==1 and w.iloc[0,0]==1; n.iloc[1]=5; assert i[1]==2 and s.iloc[1]==2"),
    case("kinds of columns", "import pandas as pd\nd=pd.DataFrame({'i':[1,2],'f':[1.,None],'s':['a','b'],'o':[[1],{}],'c':pd.Categorical(['x','y']),'t':pd.date_range('2020',periods=2,tz='UTC'),'n':pd.array([1,None],dtype='Int64'),'td':pd.to_timedelta([1,2]),'p':pd.period_range('2020',periods=2,freq='M')}).set_index(['i','s']); iv=pd.interval_range(0,3); g=d.groupby('c',observed=False); o=d['o'].iloc[0]; sp=pd.arrays.SparseArray([0,1]); ts=pd.Timestamp('2020',tz='Europe/Berlin'); na=pd.NA; nat=pd.NaT; d.attrs['k']=1; r=d.rolling(2); ri=pd.RangeIndex(3)",
         "d.index.names==['i','s'] and d['o'].iloc[0] is o and d['c'].cat.categories.tolist()==['x','y'] and str(d['t'].dt.tz)=='UTC' and d['n'].isna().tolist()==[False,True] and g.size().tolist()==[1,1] and na is pd.NA and nat is pd.NaT and d.attrs=={'k':1} and iv[0].right==1 and ts.year==2020 and g.obj is d and list(ri)==[0,1,2]"),
    case("sparse, estimators, graphs", "import numpy as np, scipy.sparse as sp, networkx as nx, sympy\nfrom sklearn.ensemble import RandomForestClassifier\nfrom sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import FunctionTransformer\nX=np.random.RandomState(0).rand(60,3); y=(X[:,0]>.5).astype(int); m=RandomForestClassifier(5,random_state=0).fit(X,y); p=make_pipeline(FunctionTransformer(lambda x:x*2),m); s=sp.csr_matrix(np.eye(3)); g=nx.path_graph(4); sx=sympy.Symbol('x'); ex=sx**2+1; pred=m.predict_proba(X)", "(m.predict_proba(X)==pred).all() and (p.predict(X/2)==m.predict(X)).all() and s.sum()==3 and g.number_of_edges()==3 and ex.subs(sx,2)==5 and p[-1] is m"),
    case("figures", "import matplotlib.pyplot as plt, numpy as np\nfig,ax=plt.subplots(); l,=ax.plot([1,2,3]); ax.set_title('t')\nplt.close(fig)\nfig2,ax2=plt.subplots()", "ax.figure is fig and ax.lines[0] is l and ax.get_title()=='t'", then="import matplotlib.pyplot as plt; assert plt.get_fignums()==[]; fig.canvas.draw()"),
    case("frames of polars, images", "import polars as pl, PIL.Image as I\nd=pl.DataFrame({'a':[1,2]}); im=I.new('RGB',(4,4),(1,2,3))", "d['a'].sum()==3 and im.getpixel((0,0))==(1,2,3)"),
    case("many small arrays", "import numpy as np\na=[np.full(3,i) for i in range(2000)]", "a[1999].tolist()==[1999]*3 and a[0].flags.owndata"),
]


@pytest.mark.parametrize("each", CASES, ids=lambda each: each["id"])
def test_comes_back(there_and_back, each):
    outcome(there_and_back, each)


def test_memory_that_code_of_numba_gave_out_once_is_the_arrays_own():
    """What it gave out twice, or made of an array that it was given, is somebody else's as well."""
    numba, np = pytest.importorskip("numba"), pytest.importorskip("numpy")

    def notes(array):
        return encode({"array": array}, {}, {}, {"__name__": "__main__"}).notes

    once, twice = numba.njit(lambda n: np.zeros(n)), numba.njit(lambda a: (a + 1, a[1:]))
    given = np.ones(4)
    made, part = twice(given)
    assert notes(once(3)) == notes(made) == [] and "memory of _MemInfo" in notes(part)[0]
    array = once(3)
    holder = array.base
    assert "memory of _MemInfo" in notes(array)[0] and holder.refcount == 1
