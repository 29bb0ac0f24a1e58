import { bytes, call, dict, instance, int, list, named, none, pickle, text, tuple, unsigned } from "../pickleWriter";
import { member, zipArchive } from "../zipWriter";
import { type HostileCase, hostile } from "./case";

/** The same pickle in an archive and in a file of the legacy format. */
function both(name: string, code: string, build: () => Uint8Array): HostileCase[] {
  const magic = Buffer.from("80028a0a6cfc9c46f9206aa850192e", "hex");
  const facts = dict({ little_endian: bytes(0x88) });
  const legacy = () => Buffer.concat([magic, pickle(int(1001)), pickle(facts), build(), pickle(list())]);
  return [
    hostile(`zip: ${name}`, code, () => zipArchive([member("m/data.pkl", build())])),
    hostile(`legacy: ${name}`, code, legacy),
  ];
}

function repeated(times: number, ...parts: (string | number | Uint8Array)[]): Buffer {
  return Buffer.alloc(times * bytes(...parts).length, bytes(...parts));
}

/** An entry whose list holds ten times the list before, thirty times over: 10^30 leaves. */
function doubling(): Buffer {
  const levels = Array.from({ length: 30 }, (_, level) => {
    return bytes("](", repeated(10, "h", level), "e", "q", level + 1);
  });
  return pickle(bytes("]q", 0, ...levels.map((level) => bytes("0", level))));
}

/** Dictionaries of two references to the dictionary before, thirty times over: 2^30 paths. */
function sharedDictionaries(): Buffer {
  const levels = Array.from({ length: 30 }, (_, level) => {
    return bytes("}(", text("a"), "h", level, text("b"), "h", level, "u", "q", level + 1);
  });
  return pickle(bytes("}q", 0, ...levels.map((level) => bytes("0", level))));
}

/** Pickles that want to run something, to be without bound, or are broken. */
export const HOSTILE_PICKLES: readonly HostileCase[] = [
  ...both("calls os.system", "pickle-global", () => pickle(call(named("os", "system"), text("touch pwned")))),
  ...both("calls posix.system", "pickle-global", () => pickle(call(named("posix", "system"), text("id")))),
  ...both("calls builtins.eval", "pickle-global", () => pickle(call(named("builtins", "eval"), text("1")))),
  ...both("calls __builtin__.exec", "pickle-global", () => pickle(call(named("__builtin__", "exec"), text("1")))),
  ...both("names getattr by STACK_GLOBAL", "pickle-global", () => {
    return pickle(bytes(0x8c, 8, "builtins", 0x8c, 7, "getattr", 0x93));
  }),
  ...both("names constructor and __proto__", "pickle-global", () => pickle(named("__proto__", "constructor"))),
  ...both("names a dotted path", "pickle-global", () => pickle(named("torch", "storage.os.system"))),
  ...both("reduces an unknown class", "pickle-global", () => pickle(call(named("my.training", "Config")))),
  ...both("makes an instance of an unknown class", "pickle-global", () => {
    return pickle(instance(named("mmcv", "Config"), dict({})));
  }),
  ...both("names a loader within torch", "pickle-global", () => pickle(named("torch.storage", "_load_from_bytes"))),
  ...both("calls a storage class", "pickle-reduce", () => pickle(call(named("torch", "FloatStorage"), int(7)))),
  ...both("calls a text", "pickle-structure", () => pickle(call(text("os.system"), text("id")))),
  ...both("encodes with another codec", "pickle-reduce", () => {
    return pickle(call(named("_codecs", "encode"), text("x"), text("rot13")));
  }),
  ...both("encodes a long text", "pickle-reduce", () => {
    return pickle(call(named("_codecs", "encode"), text("x".repeat(65)), text("latin1")));
  }),
  ...both("sets the state of a number", "pickle-reduce", () => pickle(bytes(int(3), dict({}), "b"))),
  ...both("rebuilds a tensor from nothing", "pickle-reduce", () => {
    return pickle(call(named("torch._utils", "_rebuild_tensor_v2"), none));
  }),
  ...both("uses INST", "pickle-opcode", () => pickle(bytes("(ios\nsystem\n"))),
  ...both("uses OBJ", "pickle-opcode", () => pickle(bytes("(", named("collections", "OrderedDict"), "o"))),
  ...both("uses an extension code", "pickle-opcode", () => pickle(bytes(0x82, 1))),
  ...both("uses PERSID", "pickle-opcode", () => pickle(bytes("Pfile\n"))),
  ...both("uses DUP", "pickle-opcode", () => pickle(bytes(int(1), "2"))),
  ...both("uses a code that is none", "pickle-opcode", () => pickle(bytes(0xff))),
  ...both("is protocol 6", "pickle-opcode", () => bytes(0x80, 6, "N.")),
  ...both("gets a missing memo", "pickle-structure", () => pickle(bytes("h", 7))),
  ...both("gets a missing long memo", "pickle-structure", () => pickle(bytes("j", unsigned(2 ** 31, 4)))),
  ...both("puts a memo far away", "pickle-structure", () => pickle(bytes("Nr", unsigned(2 ** 32 - 1, 4)))),
  ...both("pops an empty stack", "pickle-structure", () => pickle(bytes("0"))),
  ...both("takes a tuple without a mark", "pickle-structure", () => pickle(bytes("t"))),
  ...both("takes values from below a mark", "pickle-structure", () => pickle(bytes("NN(", 0x86))),
  ...both("stops with nothing", "pickle-structure", () => pickle()),
  ...both("stops with two values", "pickle-structure", () => pickle(none, none)),
  ...both("appends to a tuple", "pickle-structure", () => pickle(bytes(")Na"))),
  ...both("has a list as a key", "pickle-structure", () => pickle(bytes("}]Ns"))),
  ...both("has keys without values", "pickle-structure", () => pickle(bytes("}(Nu"))),
  ...both("has a persistent id of another kind", "pickle-structure", () => {
    return pickle(bytes(tuple(text("module"), text("os")), "Q"));
  }),
  ...both("has a storage of an unknown type", "storage-type", () => {
    const id = tuple(text("storage"), named("torch.storage", "TypedStorage"), text("0"), text("cpu"), int(7));
    return pickle(bytes(id, "Q"));
  }),
  ...both("memoizes without end", "pickle-limit", () => bytes(0x80, 4, "N", repeated(2_000_000, 0x94), ".")),
  ...both("makes dictionaries without end", "pickle-limit", () => pickle(repeated(2_000_000, "}"))),
  ...both("makes lists without end", "pickle-limit", () => pickle(bytes("](", repeated(1_000_000, "]"), "e"))),
  ...both("names globals without end", "pickle-limit", () => {
    return pickle(repeated(300_000, named("torch", "Size")));
  }),
  ...both("copies a list without end", "pickle-limit", () => {
    const pair = bytes("](", text("k"), "Ne");
    const pairs = bytes("](", repeated(20_000, pair), "eq", 1);
    const copy = bytes(named("collections", "OrderedDict"), "h", 1, 0x85, "R0");
    return pickle(bytes(pairs, repeated(1000, copy)));
  }),
  ...both("has a text of 2^40 bytes", "pickle-limit", () => pickle(bytes(0x8d, unsigned(2n ** 40n, 8), "x"))),
  ...both("has bytes of 2^63 bytes", "pickle-limit", () => pickle(bytes(0x8e, unsigned(2n ** 63n, 8), "x"))),
  ...both("has a whole number of 2^31 bytes", "pickle-limit", () => pickle(bytes(0x8b, unsigned(2 ** 31 - 1, 4)))),
  ...both("has a whole number of negative length", "pickle-limit", () => pickle(bytes(0x8b, unsigned(2 ** 32 - 1, 4)))),
  ...both("has a whole number of 255 bytes", "pickle-limit", () => pickle(bytes(0x8a, 255, repeated(255, 0x7f)))),
  ...both("has a name without end", "pickle-limit", () => pickle(bytes("c", "m".repeat(100_000)))),
  ...both("nests lists deeply", "pickle-limit", () => pickle(bytes(repeated(50_000, "]"), repeated(49_999, "a")))),
  ...both("nests tuples deeply", "pickle-limit", () => pickle(bytes(")", repeated(100_000, 0x85)))),
  ...both("nests dictionaries deeply", "pickle-limit", () => {
    return pickle(bytes("}", repeated(5000, "N}"), repeated(5000, "s")));
  }),
  ...both("has 2^30 paths through dictionaries", "pickle-limit", sharedDictionaries),
  ...both("has a list in itself", "pickle-cycle", () => pickle(bytes("]q", 0, "h", 0, "a"))),
  ...both("has a dictionary in itself", "pickle-cycle", () => pickle(bytes("}q", 0, text("self"), "h", 0, "s"))),
  ...both("has an object in its own state", "pickle-cycle", () => {
    const self = bytes(named("argparse", "Namespace"), ")", 0x81, "q", 0);
    return pickle(bytes(self, "}", text("self"), "h", 0, "sb"));
  }),
  hostile("zip: a pickle that ends early", "pickle-truncated", () => {
    return zipArchive([member("m/data.pkl", pickle(text("weights")).subarray(0, -3))]);
  }),
  hostile("zip: bytes behind the pickle", "torch-layout", () => {
    return zipArchive([member("m/data.pkl", bytes(pickle(dict({})), "rest"))]);
  }),
  hostile("zip: a pickle of 33 MiB", "zip-limit", () => {
    return zipArchive([member("m/data.pkl", Buffer.alloc(33 << 20, "N"), { deflate: true })]);
  }),
];

/** Pickles that look alike but are harmless: many leaves, each of them shared. */
export const HARMLESS_PICKLES: readonly HostileCase[] = both("10^30 shared leaves in lists", "", doubling);
