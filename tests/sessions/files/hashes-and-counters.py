# name: hashes-and-counters
# description: objects of C that grow with every call and cannot be stored: hashes, checksums, compressors, counters
# lost: h (a hash), mac (a hash), copy_ (a hash), comp (a compressor), dec (a decompressor), n (an iterator)
# %%
import hashlib, hmac, zlib, itertools
h = hashlib.sha256(b"a"); mac = hmac.new(b"k", b"m", "sha1"); comp = zlib.compressobj(); out = []; n = itertools.count()
# %%
h.update(b"b"); copy_ = h.copy(); out.append(comp.compress(b"x" * 100)); next(n)
# %%
copy_.update(b"c"); mac.update(b"n"); out.append(comp.flush()); dec = zlib.decompressobj()
# %%
text = dec.decompress(b"".join(out)); digest = h.hexdigest()
# %% holds
text == b"x" * 100 and digest == hashlib.sha256(b"ab").hexdigest()
h.hexdigest() == digest and copy_.hexdigest() == hashlib.sha256(b"abc").hexdigest() and mac.hexdigest() == hmac.new(b"k", b"mn", "sha1").hexdigest()
