"""./dev stress fuzz: each target of tests/fuzz in turn, built by Clang with the sanitizers, for a few minutes.

What a target found interesting stays in .cache/fuzz, where the next run goes on. An input that breaks it is kept there too,
and named.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "v1"
SEEDS = {"read_session_fuzz": GOLDEN, "read_archive_fuzz": GOLDEN}  # others: tests/fuzz/seeds


def run(seconds: int, jobs: int) -> int:
    for command in (["cmake", "--preset", "fuzz"], ["cmake", "--build", "--preset", "fuzz", "-j", str(jobs)]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    targets = sorted(p for p in (ROOT / "build" / "fuzz" / "fuzz").iterdir() if p.name.endswith("_fuzz"))
    broken = [target.name for target in targets if fuzz(target, seconds)]
    print(f"{len(targets) - len(broken)} of {len(targets)} targets found nothing in {seconds} s each" + "".join(f"; not {b}" for b in broken))
    return 1 if broken or not targets else 0


def fuzz(target: Path, seconds: int) -> int:
    kept, seeds = ROOT / ".cache" / "fuzz" / target.name, SEEDS.get(target.name, ROOT / "tests" / "fuzz" / "seeds" / target.name)
    corpus = kept / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={seconds}", f"-artifact_prefix={kept}/", "-max_len=20000", "-rss_limit_mb=1024", "-verbosity=0",
               "-print_final_stats=1"]
    done = subprocess.run([str(target), *options, str(corpus), str(seeds)], capture_output=True, text=True, errors="replace")
    units = [line.split()[-1] for line in done.stderr.splitlines() if line.startswith("stat::number_of_executed_units")]
    print(f"{target.name}: {(units or ['no'])[0]} inputs, {'nothing found' if done.returncode == 0 else 'BROKEN'}", flush=True)
    if done.returncode != 0:
        print(done.stderr[:4000], flush=True)
    return done.returncode
