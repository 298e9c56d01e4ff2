import { expect, test } from "bun:test";
import { archOf, findEntry } from "./entry.ts";
import { parseLxcIndex } from "./lxc-index.ts";
import { parseStreamIndex, parseStreamProducts } from "./streams.ts";
import { parseSums } from "./sums.ts";
import { imageTable } from "./table.ts";

const SUM = "a".repeat(64);

test("a line is an image; what is no word or leads out is none", () => {
  const entries = parseLxcIndex("debian;bookworm;amd64;default;20261101_05:24;/images/debian/bookworm/amd64/default/20261101_05:24/\n\nrubbish\n../x;y;z;d;1;/p/\nd;r;a;v;1;/a/../../b\n");
  expect(entries.map(({ dist, rootfs, metadata, sums }) => [dist, rootfs.path, metadata?.path, sums])).toEqual([["debian", "/images/debian/bookworm/amd64/default/20261101_05:24/rootfs.tar.xz", "/images/debian/bookworm/amd64/default/20261101_05:24/meta.tar.xz", "/images/debian/bookworm/amd64/default/20261101_05:24/SHA256SUMS"]]);
});
test("the newest build is meant; upper case of a distribution does not count", () => {
  const entries = parseLxcIndex("D;r;a;default;1;/1\nD;r;a;default;3;/3\nD;r;a;default;2;/2\nD;r;a;cloud;9;/9\n");
  const wanted = { dist: "d", release: "r", arch: "a", variant: "default" };
  expect([findEntry(entries, wanted)?.build, findEntry(entries, { ...wanted, variant: "cloud" })?.build, findEntry(entries, { ...wanted, arch: "b" })]).toEqual(["3", "9", undefined]);
});
test("simplestreams: only streams of images, only paths that stay", () => {
  expect(parseStreamIndex(JSON.stringify({ index: { a: { datatype: "image-downloads", path: "streams/v1/a.json" }, b: { datatype: "image-ids", path: "b" }, c: { path: "../c" } } }))).toEqual(["/streams/v1/a.json"]);
  expect([parseStreamIndex("{"), parseStreamIndex("[]"), parseStreamProducts("{}"), parseStreamProducts('{"products":{"x":{"versions":{"1":{"items":3}}}}}')]).toEqual([undefined, undefined, undefined, []]);
});
test("simplestreams: the file that tar unpacks, its checksum and size, other names", () => {
  const items = { squashfs: { ftype: "squashfs", path: "x.squashfs" }, "root.tar.xz": { ftype: "root.tar.xz", path: "x/root.tar.xz", sha256: SUM.toUpperCase(), size: 12 } };
  const [entry] = parseStreamProducts(JSON.stringify({ products: { p: { os: "Ubuntu", release: "noble", version: "24.04", arch: "amd64", aliases: "24.04,n", versions: { "20261101": { items } } } } })) ?? [];
  expect(entry).toEqual({ dist: "ubuntu", release: "noble", arch: "amd64", variant: "default", build: "20261101", aliases: ["ubuntu/24.04", "ubuntu/n", "ubuntu/24.04"], rootfs: { path: "/x/root.tar.xz", sha256: SUM, size: 12 } });
  expect(findEntry(entry === undefined ? [] : [entry], { dist: "Ubuntu", release: "24.04", arch: "amd64", variant: "default" })?.build).toBe("20261101");
});
test("SHA256SUMS: text and binary", () => expect([...parseSums(`${SUM}  a\n${SUM} *b c\n# no\n${SUM.slice(1)}  d\n`)]).toEqual([["a", SUM], ["b c", SUM]]));
test("the listing has LXC's columns", () => expect(imageTable(parseLxcIndex("debian;bookworm;amd64;default;20261101_05:24;/x")).split("\n").slice(2, 5)).toEqual(["DIST             RELEASE     ARCH   VARIANT  BUILD         ", "---", "debian           bookworm    amd64  default  20261101_05:24"]));
test("a machine is known by each of its names, in the wish and in the index", () => {
  expect(["x86_64", "x64", "amd64", "aarch64", "i686", "386", "ppc64le", "riscv64", "constructor"].map(archOf)).toEqual(["amd64", "amd64", "amd64", "arm64", "i386", "i386", "ppc64el", "riscv64", "constructor"]);
  for (const [is, wanted] of [["amd64", "x86_64"], ["x86_64", "amd64"], ["aarch64", "arm64"]] as const) {
    expect(findEntry(parseLxcIndex(`debian;bookworm;${is};default;20261101_05:24;/x`), { dist: "debian", release: "bookworm", arch: wanted, variant: "default" })?.arch).toBe(is);
  }
});
