// SPDX-License-Identifier: Apache-2.0
// The Python side of the wasmtime runtime: one process, any number of capsules, fed through stdin
// (runtime/python-child.ts has the frames):
//   open {id, count, sizes}   payload: the module; for an accelerated capsule also the host kernels' twin and the
//                        capsule's weights, of these sizes      => {}
//   run {id, calls, inputs, outputs: [[address, bytes], ...]}   payload: inputs of every call, one after the other
//                                                 => {operators: [...] where counted}, payload: outputs likewise
//   reset {id} => {}   selftest {id} => {result}      read {id, address, bytes} => payload      close {id} => {}
// Every failure is {error}. Fuel is wasmtime's count of executed operators.
import { pythonFrames } from '../python-child.js'

export const worker = `
import importlib.metadata, json, struct, sys
from wasmtime import Config, Engine, Func, FuncType, Instance, Module, Store, ValType

FUEL = 2**62
${pythonFrames}
engines, capsules = {}, {}

class Twin:
    # Host kernels, see runtime/kernels/twin.ts. In a store of its own: its operators are not the capsule's.
    def __init__(self, wasm, segment):
        engine = Engine()
        self.store = Store(engine)
        self.segment = segment
        self.exports = Instance(self.store, Module(engine, wasm), []).exports(self.store)
        self.memory = self.exports["memory"]

    def attach(self, store, memory):
        self.capsule = store, memory
        size, length = memory.data_len(store), len(self.segment)
        spare = size + (length + 7) // 8 * 8
        self.memory.grow(self.store, (spare + 256 + 65535) // 65536)
        self.memory.write(self.store, self.segment, size)
        self.exports["bind"](self.store, size, size, length, spare)

    def kernel(self, store, name):
        function = self.exports[name]
        def call(*arguments):
            store, memory = self.capsule
            self.memory.write(self.store, memory.read(store), 0)
            if function(self.store, *arguments) != 1:
                raise ValueError("the host kernel " + name + " refuses its block")
            memory.write(store, self.memory.read(self.store, 0, memory.data_len(store)), 0)
        return Func(store, FuncType([ValType.i32()] * 4, []), call)

class Capsule:
    def __init__(self, counts, wasm, twin=None, segment=None):
        if counts not in engines:
            config = Config()
            config.consume_fuel = counts
            engines[counts] = Engine(config)
        self.counts = counts
        self.store = Store(engines[counts])
        if counts:
            self.store.set_fuel(FUEL)
        module = Module(engines[counts], wasm)
        kernels = Twin(twin, segment) if twin else None
        imports = [kernels.kernel(self.store, item.name) for item in module.imports] if kernels else []
        self.exports = Instance(self.store, module, imports).exports(self.store)
        self.memory = self.exports["memory"]
        if kernels:
            kernels.attach(self.store, self.memory)
        self.reset()

    def reset(self):
        reset = self.exports.get("reset")
        if reset:
            reset(self.store)

    def run(self, header, payload):
        invoke, memory, store = self.exports["invoke"], self.memory, self.store
        at, results, operators = 0, [], []
        for _ in range(header["calls"]):
            for address, size in header["inputs"]:
                memory.write(store, payload[at:at + size], address)
                at += size
            if self.counts:
                store.set_fuel(FUEL)
            invoke(store)
            if self.counts:
                operators.append(FUEL - store.get_fuel())
            results += [memory.read(store, address, address + size) for address, size in header["outputs"]]
        return {"operators": operators}, b"".join(results)

def answer(header, payload):
    name, id = header["do"], header["id"]
    if name == "open":
        at, parts = 0, []
        for size in header["sizes"]:
            parts.append(payload[at:at + size])
            at += size
        capsules[id] = Capsule(header["count"], *parts)
        return {}, b""
    if name == "close":
        capsules.pop(id, None)
        return {}, b""
    capsule = capsules[id]
    if name == "run":
        return capsule.run(header, payload)
    if name == "reset":
        capsule.reset()
        return {}, b""
    if name == "selftest":
        return {"result": capsule.exports["selftest"](capsule.store)}, b""
    if name == "read":
        address = header["address"]
        return {}, bytes(capsule.memory.read(capsule.store, address, address + header["bytes"]))
    raise ValueError(name)

send({"version": importlib.metadata.version("wasmtime")})
while True:
    request = receive()
    try:
        result = answer(*request)
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}, b""
    send(*result)
`
