// SPDX-License-Identifier: Apache-2.0
// Changes to single fields of an ONNX message: operators, names, attributes, shapes, data, types and versions.
import type { onnx } from 'onnx-proto'
import type { Random } from '../../compiler/operators/random.js'

type Change = (graph: onnx.IGraphProto, model: onnx.IModelProto, random: Random) => void

const strangeNumbers = [
  0,
  1,
  -1,
  2,
  3,
  7,
  127,
  128,
  255,
  256,
  -128,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
]
const strangeFloats = [0, -0, 1, -1, 1e-45, 1e-38, 3e38, -3e38, Number.NaN, Infinity, -Infinity, 0.5]
const operators = [
  ...[
    'Conv',
    'Gemm',
    'MatMul',
    'Relu',
    'Clip',
    'Add',
    'Mul',
    'Concat',
    'Reshape',
    'Flatten',
    'Squeeze',
    'Unsqueeze',
  ],
  ...[
    'Transpose',
    'Slice',
    'Pad',
    'Softmax',
    'ArgMax',
    'MaxPool',
    'AveragePool',
    'GlobalAveragePool',
    'Sigmoid',
  ],
  ...[
    'Identity',
    'Shape',
    'Gather',
    'Cast',
    'Constant',
    'DepthToSpace',
    'BatchNormalization',
    'LeakyRelu',
    'Tanh',
  ],
  ...[
    'QuantizeLinear',
    'DequantizeLinear',
    'QLinearConv',
    'QLinearMatMul',
    'QLinearAdd',
    'QGemm',
    'HardSwish',
    'Loop',
  ],
]
const attributes = [
  ...[
    'axis',
    'axes',
    'strides',
    'pads',
    'dilations',
    'group',
    'kernel_shape',
    'auto_pad',
    'perm',
    'alpha',
    'beta',
  ],
  ...[
    'transA',
    'transB',
    'ceil_mode',
    'count_include_pad',
    'keepdims',
    'blocksize',
    'mode',
    'to',
    'block_size',
  ],
]

/** A decoded message has every list. */
const nodesOf = (graph: onnx.IGraphProto) => graph.node!
const constantsOf = (graph: onnx.IGraphProto) => graph.initializer!
const namesOf = (graph: onnx.IGraphProto): string[] => [
  ...['', 'nowhere'],
  ...nodesOf(graph).flatMap((node) => [...(node.input ?? []), ...(node.output ?? [])]),
]

/** What may be done to a model's message, by name; some are there twice because they matter more. */
export const changes: readonly (readonly [string, Change])[] = [
  [
    'operator',
    (graph, _, random) => withNode(graph, random, (node) => (node.opType = random.pick(operators))),
  ],
  [
    'domain',
    (graph, _, random) =>
      withNode(graph, random, (node) => {
        node.domain = random.pick(['', 'com.microsoft', 'ai.onnx', 'ai.onnx.ml', 'com.example'])
      }),
  ],
  ['input', (graph, _, random) => withNode(graph, random, (node) => rename(node.input, graph, random))],
  ['output', (graph, _, random) => withNode(graph, random, (node) => rename(node.output, graph, random))],
  ['drop input', (graph, _, random) => withNode(graph, random, (node) => node.input?.pop())],
  [
    'add input',
    (graph, _, random) => withNode(graph, random, (node) => node.input?.push(random.pick(namesOf(graph)))),
  ],
  ['drop node', (graph, _, random) => remove(nodesOf(graph), random)],
  [
    'copy node',
    (graph, _, random) => withNode(graph, random, (node) => nodesOf(graph).push(structuredClone(node))),
  ],
  ['reorder', (graph, _, random) => (graph.node = random.shuffle(nodesOf(graph)))],
  ['attribute', (graph, _, random) => withNode(graph, random, (node) => changeAttribute(node, random))],
  ['attribute', (graph, _, random) => withNode(graph, random, (node) => changeAttribute(node, random))],
  ['dims', (graph, _, random) => withConstant(graph, random, (tensor) => changeDims(tensor, random))],
  [
    'data type',
    (graph, _, random) => withConstant(graph, random, (tensor) => (tensor.dataType = random.integer(0, 25))),
  ],
  ['data', (graph, _, random) => withConstant(graph, random, (tensor) => changeData(tensor, random))],
  ['data', (graph, _, random) => withConstant(graph, random, (tensor) => changeData(tensor, random))],
  ['data length', (graph, _, random) => withConstant(graph, random, (tensor) => cutData(tensor, random))],
  ['drop constant', (graph, _, random) => remove(constantsOf(graph), random)],
  ['swap constants', (graph, _, random) => swapNames(constantsOf(graph), random)],
  ['input type', (graph, _, random) => withEdge(graph.input, random, (edge) => changeType(edge, random))],
  [
    'output name',
    (graph, _, random) => withEdge(graph.output, random, (edge) => (edge.name = random.pick(namesOf(graph)))),
  ],
  ['add output', (graph, _, random) => graph.output?.push({ name: random.pick(namesOf(graph)) })],
  ['drop edges', (graph, _, random) => remove((random.boolean() ? graph.input : graph.output) ?? [], random)],
  ['version', (_, model, random) => changeVersion(model, random)],
]

const withNode = (graph: onnx.IGraphProto, random: Random, change: (node: onnx.INodeProto) => unknown) => {
  if (nodesOf(graph).length > 0) change(random.pick(nodesOf(graph)))
}

const withConstant = (
  graph: onnx.IGraphProto,
  random: Random,
  change: (tensor: onnx.ITensorProto) => unknown,
) => {
  // Small ones are scales, zero points, axes and shapes: they matter more than one weight among thousands.
  const all = constantsOf(graph)
  const small = all.filter((tensor) => (tensor.rawData?.length ?? 0) <= 64)
  const some = small.length > 0 && random.integer(0, 3) > 0 ? small : all
  if (some.length > 0) change(random.pick(some))
}

const withEdge = (
  edges: onnx.IValueInfoProto[] | null | undefined,
  random: Random,
  change: (edge: onnx.IValueInfoProto) => unknown,
) => {
  if (edges && edges.length > 0) change(random.pick(edges))
}

function remove(list: unknown[], random: Random): void {
  if (list.length > 0) list.splice(random.integer(0, list.length - 1), 1)
}

function rename(names: string[] | null | undefined, graph: onnx.IGraphProto, random: Random): void {
  if (names?.length) names[random.integer(0, names.length - 1)] = random.pick(namesOf(graph))
}

function swapNames(tensors: onnx.ITensorProto[], random: Random): void {
  if (tensors.length === 0) return
  const [a, b] = [random.pick(tensors), random.pick(tensors)]
  const name = a.name ?? ''
  a.name = b.name ?? ''
  b.name = name
}

function changeAttribute(node: onnx.INodeProto, random: Random): void {
  const list = node.attribute!
  const existing = list.length > 0 && random.integer(0, 3) > 0 ? random.pick(list) : undefined
  if (existing && random.integer(0, 4) === 0) {
    list.splice(list.indexOf(existing), 1)
    return
  }
  const attribute: onnx.IAttributeProto = existing ?? {
    name: random.pick(attributes),
    type: random.pick([1, 2, 3, 7]),
  }
  if (!existing) list.push(attribute)
  const number = () => random.pick([...strangeNumbers, random.integer(-3, 9)])
  if (random.integer(0, 9) === 0) attribute.type = random.integer(0, 14)
  attribute.i = number()
  attribute.f = random.pick(strangeFloats)
  attribute.ints = (attribute.ints?.length ? [...attribute.ints] : [1, 1]).map((value) =>
    random.boolean() ? value : number(),
  )
  if (random.integer(0, 4) === 0) attribute.ints.push(number())
  if (random.integer(0, 4) === 0) attribute.ints.pop()
  attribute.s = new TextEncoder().encode(
    random.pick(['SAME_UPPER', 'SAME_LOWER', 'VALID', 'NOTSET', 'x', '']),
  )
}

function changeDims(tensor: onnx.ITensorProto, random: Random): void {
  const dims = [...(tensor.dims ?? [])]
  const at = random.integer(0, dims.length)
  const how = random.integer(0, 3)
  if (how <= 1) dims[at] = random.pick(strangeNumbers)
  else if (how === 2) dims.splice(at, 1)
  else dims.push(random.pick([0, 1, 2]))
  tensor.dims = dims
}

/** Replaces elements: floats by strange floats, other bytes by any. */
function changeData(tensor: onnx.ITensorProto, random: Random): void {
  const data = Uint8Array.from(tensor.rawData ?? [])
  if (data.length === 0) {
    if (tensor.floatData?.length) tensor.floatData = tensor.floatData.map(() => random.pick(strangeFloats))
    if (tensor.int32Data?.length)
      tensor.int32Data = tensor.int32Data.map(() => random.pick(strangeNumbers.slice(0, 14)))
    return
  }
  const view = new DataView(data.buffer)
  for (let count = random.integer(1, 3); count > 0; count--) {
    if (tensor.dataType === 1 && data.length >= 4) {
      const at = 4 * random.integer(0, data.length / 4 - 1)
      const factor = random.pick([2, 0.5, 1 + 2 ** -22, -1])
      const value = random.boolean() ? random.pick(strangeFloats) : view.getFloat32(at, true) * factor
      view.setFloat32(at, value, true)
    } else data[random.integer(0, data.length - 1)] = random.integer(0, 255)
  }
  tensor.rawData = data
}

function cutData(tensor: onnx.ITensorProto, random: Random): void {
  const data = Uint8Array.from(tensor.rawData ?? [])
  tensor.rawData = random.boolean()
    ? data.slice(0, random.integer(0, data.length))
    : Buffer.concat([data, new Uint8Array(random.integer(1, 8))])
}

function changeType(edge: onnx.IValueInfoProto, random: Random): void {
  const tensor = edge.type?.tensorType
  if (!tensor) return
  if (random.integer(0, 2) === 0) tensor.elemType = random.integer(0, 20)
  else if (random.integer(0, 5) === 0) delete tensor.shape
  else {
    const dims = tensor.shape?.dim ?? []
    const dim = dims[random.integer(0, dims.length)]
    if (!dim) dims.push({ dimValue: random.pick(strangeNumbers) })
    else if (random.boolean()) dim.dimValue = random.pick(strangeNumbers)
    else dims.splice(dims.indexOf(dim), 1)
  }
}

function changeVersion(model: onnx.IModelProto, random: Random): void {
  if (random.boolean()) model.irVersion = random.pick(strangeNumbers)
  else for (const entry of model.opsetImport ?? []) entry.version = random.integer(10, 28)
}
