// Records with every field set, as the golden files hold them.
#pragma once

#include <string>

#include "serializer/format/records.h"

namespace ferry::format::test {

inline graph::CellRecord Started() {
  graph::CellRecord r;
  r.execution = 1;
  r.count = 1;
  r.cell_id = "c1";
  r.source = "x = 1";
  r.transformed = "x = 1\n";
  r.started_us = 1'700'000'000'000'000;
  r.status = graph::Status::kStarted;
  return r;
}

inline graph::CellRecord Cell() {
  graph::CellRecord r = Started();
  r.duration_us = 1500;
  r.status = graph::Status::kError;
  r.in_history = false;
  r.reads = {"df", "np"};
  r.writes = {"x"};
  r.deletes = {"y", "z"};
  r.door = true;
  r.effects = {{"file-write", "/tmp/caf\xc3\xa9", true}, {"clock", "time.time", false}};
  r.drew = {{"random", std::string("\x80\x04\x00\xff", 4)}};
  r.tags = {"ferry:pin"};
  r.met = {{"", ""}, {"cwd", std::string("\x80\x05\x00", 3)}};
  return r;
}

inline graph::ChangeRecord Change() {
  graph::ChangeRecord r;
  r.since = 1;
  r.after = 4;
  r.changed = {{{"a", "b"}, DigestOf("ab"), true, ""}, {{"g"}, DigestOf("g"), false, "generator at g"}};
  r.gone = {{"a"}, {"b"}, {}};
  return r;
}

inline Manifest Generation() {
  Manifest m;
  m.generation = 7;
  m.label = "before the split";
  m.time_us = 1'700'000'000'000'001;
  m.executions = 4;
  m.execution_count = 3;
  m.python = "3.11.2";
  m.platform = "linux-x86_64";
  m.packages = {{"numpy", "2.0.1"}, {"pandas", "3.0.0"}};
  ComponentEntry stored;
  stored.number = 0;
  stored.key = stored.names = {"df", "view"};
  stored.exports = {17, std::uint64_t{1} << 40};
  stored.needs = {3};
  stored.way = "stored";
  stored.code = "fits";
  stored.reason = "smaller than the limit";
  stored.blob = DigestOf("df");
  stored.bytes = 12345;
  stored.fingerprint = DigestOf("fingerprint of df");
  stored.types = {{"df", "pandas.DataFrame"}, {"view", "numpy.ndarray"}};
  stored.mentions = {"np"};
  stored.escaped = true;
  stored.held_by = "a logger";
  stored.executions = {1, 3};
  stored.seconds = 2.5;
  ComponentEntry lost;
  lost.number = 1;
  lost.key = {"#18"};
  lost.way = "lost";
  lost.code = "unpicklable";
  lost.opaque = "generator at g";
  m.components = {stored, lost};
  m.process = {{"cwd", DigestOf("cwd"), "/home"}, {"umask", std::nullopt, "differs"}};
  m.next_pid = 19;
  m.hash_seed = 4'000'000'000u;
  m.bytes = 23456;
  m.life = 2;
  m.complete = false;
  return m;
}

inline Bundle Image() {
  Bundle b;
  b.session = "3f09c1d2a4b5e677";
  b.generation = 7;
  b.manifest = DigestOf("gen-00000007");
  b.time_us = 1'700'000'000'000'002;
  b.host = "here";
  b.kernel = "6.1.0";
  b.architecture = "x86_64";
  b.criu = "4.2.1";
  b.cpu = {"avx2", "sse2"};
  b.monotonic_us = 123'456'789;
  b.boottime_us = 123'456'999;
  b.uid = 1000;
  b.gid = 1001;
  b.uid_map = b.gid_map = "0 0 4294967295";
  b.pids = {4242, 4300};
  b.wake = "/tmp/ferry-1000/0123456789abcdef";
  b.files = {{"core-4242.img", 3, std::string(64, 'a')}, {"pages-1.img", std::uint64_t{1} << 33, std::string(64, '0')}};
  b.mapped = {{"/usr/lib/libz.so.1", 121280, "0123456789abcdef", "carried-0"}, {"/usr/share/zoneinfo/UTC", 114, "", ""}};
  return b;
}

inline ArchiveIndex Exported() {
  ArchiveIndex a;
  a.session = "3f09c1d2a4b5e677";
  a.time_us = 1'700'000'000'000'003;
  a.user = "ada";
  a.host = "here";
  a.key = "0123456789abcdef";
  a.ferry = "0.1.0";
  a.python = "3.11.2";
  a.platform = "linux";
  a.files = {{"session.json", 2, std::string(32, 's')}, {"gen-00000007", 1234, std::string(32, '\0')}};
  return a;
}

}  // namespace ferry::format::test
