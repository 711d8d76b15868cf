// SPDX-License-Identifier: Apache-2.0
// The program of the process that runs TFLite Micro's interpreter (runtime/python-child.ts has the frames):
//   open {id}, payload: the model => {}          run {id, inputs: [{type, dims, bytes}]}, payload: their bytes
//   reset {id} => {}   close {id} => {}                           => {outputs: [{type, dims, bytes}]}, payload likewise
// A reset is a new interpreter: the old one's own reset does not run CALL_ONCE again.
// The interpreter writes its reasons to the standard error stream and raises a bare error: the two are joined. It may
// also abort; then the process ends.
import { pythonFrames } from '../python-child.js'

/** Models of the size of a wearable's need far less; too small an arena is refused by the interpreter. */
const arenaBytes = 8_000_000

export const tfliteWorker = `
import importlib.metadata, json, os, struct, sys, tempfile
import numpy as np
from tflite_micro.python.tflite_micro import runtime

${pythonFrames}
files, models = {}, {}
words = tempfile.TemporaryFile()
stderr = os.dup(2)

def said():
    words.seek(0)
    text = words.read().decode(errors="replace").strip()
    words.seek(0)
    words.truncate()
    return text

def open_model(file):
    return runtime.Interpreter.from_bytes(file, arena_size=${arenaBytes})

def answer(header, payload):
    name, id = header["do"], header["id"]
    if name == "open":
        files[id] = payload
        models[id] = open_model(payload)
        return {}, b""
    if name == "close":
        files.pop(id, None)
        models.pop(id, None)
        return {}, b""
    if name == "reset":
        models[id] = open_model(files[id])
        return {}, b""
    model = models[id]
    at = 0
    for index, tensor in enumerate(header["inputs"]):
        piece = np.frombuffer(payload[at:at + tensor["bytes"]], tensor["type"]).reshape(tensor["dims"])
        model.set_input(piece, index)
        at += tensor["bytes"]
    model.invoke()
    results = [np.ascontiguousarray(model.get_output(index)) for index in range(header["outputs"])]
    described = [{"type": str(r.dtype), "dims": r.shape, "bytes": r.nbytes} for r in results]
    return {"outputs": described}, b"".join(r.tobytes() for r in results)

send({"version": importlib.metadata.version("tflite-micro")})
while True:
    request = receive()
    os.dup2(words.fileno(), 2)
    try:
        result = answer(*request)
        said()
    except Exception as error:
        result = {"error": said() or f"{type(error).__name__}: {error}"}, b""
    os.dup2(stderr, 2)
    send(*result)
`
