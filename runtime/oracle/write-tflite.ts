// SPDX-License-Identifier: Apache-2.0
// Writes a TensorFlow Lite file with the package `flatbuffers`: how tests ask TFLite Micro about an operator or a network.
import { Builder, type Offset } from 'flatbuffers'
import {
  bufferFields,
  elementTypes,
  fileIdentifier,
  modelFields,
  operatorCodeFields,
  operatorFields,
  operatorNames,
  optionFields,
  optionTypes,
  placeholderCode,
  quantizationFields,
  schemaVersion,
  signatureFields,
  subgraphFields,
  tensorFields,
  tensorMapFields,
} from '../../compiler/import/tflite-schema.js'
import type { Data } from '../../compiler/ir/types.js'

export interface TfliteTensor {
  readonly name: string
  /** As the schema names it in lower case; int4 with two elements per byte in `data`. */
  readonly type: string
  readonly shape: readonly number[]
  readonly scales?: readonly number[]
  readonly zeroPoints?: readonly number[]
  readonly axis?: number
  /** Of a constant. */
  readonly data?: Data
  readonly isVariable?: boolean
}

export interface TfliteNodeText {
  readonly operator: string
  /** Names of tensors; '' for an absent one. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly options?: Readonly<Record<string, number | boolean | string>>
}

export interface TfliteText {
  readonly tensors: readonly TfliteTensor[]
  readonly nodes: readonly TfliteNodeText[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** A second graph, which the option `subgraph: 1` of CALL_ONCE runs. */
  readonly initializer?: Pick<TfliteText, 'tensors' | 'nodes'>
  /** Names that a signature gives to edges, by tensor. */
  readonly signature?: Readonly<Record<string, string>>
}

export function writeTflite(model: TfliteText): Uint8Array {
  const builder = new Builder(1024)
  const graphs = [model, ...(model.initializer ? [{ ...model.initializer, inputs: [], outputs: [] }] : [])]
  const codes = [...new Set(graphs.flatMap(({ nodes }) => nodes.map(({ operator }) => operator)))]
  const data = graphs.flatMap(({ tensors }) => tensors.flatMap((tensor) => (tensor.data ? [tensor] : [])))
  const buffers = [null, ...data.map((tensor) => tensor.data!)].map((bytes) => writeBuffer(builder, bytes))
  const subgraphs = graphs.map((graph) => writeSubgraph(builder, graph, codes, data))
  const root = writeTable(
    builder,
    {
      [modelFields.operatorCodes]: offsets(
        builder,
        codes.map((code) => writeCode(builder, code)),
      ),
      [modelFields.subgraphs]: offsets(builder, subgraphs),
      [modelFields.buffers]: offsets(builder, buffers),
      [modelFields.signatures]: model.signature
        ? offsets(builder, [writeSignature(builder, model, indexIn(model))])
        : 0,
    },
    (add) => add.addFieldInt32(modelFields.version, schemaVersion, 0),
  )
  builder.finish(root, fileIdentifier)
  return builder.asUint8Array()
}

/** A tensor's place by its name; -1 for the absent one. */
const indexIn =
  ({ tensors }: Pick<TfliteText, 'tensors'>) =>
  (name: string): number => {
    const index = tensors.findIndex((tensor) => tensor.name === name)
    if (index < 0 && name !== '') throw new Error(`no tensor named ${name}`)
    return index
  }

function writeSubgraph(
  builder: Builder,
  graph: Pick<TfliteText, 'tensors' | 'nodes' | 'inputs' | 'outputs'>,
  codes: readonly string[],
  data: readonly TfliteTensor[],
): Offset {
  const indexOf = indexIn(graph)
  const tensors = graph.tensors.map((tensor) => writeTensor(builder, tensor, data.indexOf(tensor) + 1))
  const nodes = graph.nodes.map((node) => writeNode(builder, node, codes.indexOf(node.operator), indexOf))
  return writeTable(builder, {
    [subgraphFields.tensors]: offsets(builder, tensors),
    [subgraphFields.inputs]: int32s(builder, graph.inputs.map(indexOf)),
    [subgraphFields.outputs]: int32s(builder, graph.outputs.map(indexOf)),
    [subgraphFields.operators]: offsets(builder, nodes),
  })
}

/** A table of offsets (0: absent) and of what `scalars` adds. */
function writeTable(
  builder: Builder,
  fields: Readonly<Record<number, Offset>>,
  scalars: (builder: Builder) => void = () => {},
): Offset {
  builder.startObject(12)
  for (const [field, offset] of Object.entries(fields)) builder.addFieldOffset(Number(field), offset, 0)
  scalars(builder)
  return builder.endObject()
}

function offsets(builder: Builder, list: readonly Offset[]): Offset {
  builder.startVector(4, list.length, 4)
  for (const offset of [...list].reverse()) builder.addOffset(offset)
  return builder.endVector()
}

function int32s(builder: Builder, list: readonly number[]): Offset {
  builder.startVector(4, list.length, 4)
  for (const value of [...list].reverse()) builder.addInt32(value)
  return builder.endVector()
}

/** Aligned to 16, as TFLite Micro's kernels want constants. */
function writeBuffer(builder: Builder, data: Data | null): Offset {
  if (!data) return writeTable(builder, {})
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  builder.startVector(1, bytes.length, 16)
  for (let i = bytes.length - 1; i >= 0; i--) builder.addInt8((bytes[i]! << 24) >> 24)
  return writeTable(builder, { [bufferFields.data]: builder.endVector() })
}

function writeTensor(builder: Builder, tensor: TfliteTensor, buffer: number): Offset {
  const type = Number(Object.entries(elementTypes).find(([, name]) => name === tensor.type)?.[0])
  const offsetsOf = {
    [tensorFields.shape]: int32s(builder, tensor.shape),
    [tensorFields.name]: builder.createString(tensor.name),
    [tensorFields.quantization]: tensor.scales ? writeQuantization(builder, tensor) : 0,
  }
  return writeTable(builder, offsetsOf, () => {
    builder.addFieldInt8(tensorFields.type, type, 0)
    builder.addFieldInt32(tensorFields.buffer, buffer, 0)
    builder.addFieldInt8(tensorFields.isVariable, tensor.isVariable ? 1 : 0, 0)
  })
}

function writeQuantization(builder: Builder, { scales, zeroPoints, axis }: TfliteTensor): Offset {
  builder.startVector(4, scales!.length, 4)
  for (const scale of [...scales!].reverse()) builder.addFloat32(scale)
  const scaleVector = builder.endVector()
  const zeros = zeroPoints ?? scales!.map(() => 0)
  builder.startVector(8, zeros.length, 8)
  for (const zeroPoint of [...zeros].reverse()) builder.addInt64(BigInt(zeroPoint))
  const zeroVector = builder.endVector()
  return writeTable(
    builder,
    { [quantizationFields.scales]: scaleVector, [quantizationFields.zeroPoints]: zeroVector },
    () => builder.addFieldInt32(quantizationFields.axis, axis ?? 0, 0),
  )
}

function writeNode(
  builder: Builder,
  { operator, inputs, outputs, options }: TfliteNodeText,
  code: number,
  indexOf: (name: string) => number,
): Offset {
  const offsetsOf = {
    [operatorFields.inputs]: int32s(builder, inputs.map(indexOf)),
    [operatorFields.outputs]: int32s(builder, outputs.map(indexOf)),
    [operatorFields.options]: optionTypes[operator] ? writeOptions(builder, operator, options ?? {}) : 0,
  }
  return writeTable(builder, offsetsOf, () => {
    builder.addFieldInt32(operatorFields.code, code, 0)
    builder.addFieldInt8(operatorFields.optionsType, optionTypes[operator] ?? 0, 0)
  })
}

function writeOptions(
  builder: Builder,
  operator: string,
  options: Readonly<Record<string, number | boolean | string>>,
): Offset {
  const unknown = Object.keys(options).find((name) => !optionFields[operator]?.[name])
  if (unknown !== undefined) throw new Error(`${operator} has no option ${unknown}`)
  const texts = new Map(
    Object.entries(options).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, builder.createString(value)] as const] : [],
    ),
  )
  return writeTable(builder, {}, () => {
    for (const [name, value] of Object.entries(options)) {
      const [field, kind] = optionFields[operator]![name]!
      if (kind === 'text') builder.addFieldOffset(field, texts.get(name)!, 0)
      else if (kind === 'float32') builder.addFieldFloat32(field, Number(value), null)
      else if (kind === 'int32') builder.addFieldInt32(field, Number(value), null)
      else builder.addFieldInt8(field, Number(value), null)
    }
  })
}

function writeCode(builder: Builder, operator: string): Offset {
  const code = operatorNames.indexOf(operator)
  return writeTable(builder, {}, () => {
    builder.addFieldInt8(operatorCodeFields.deprecatedCode, Math.min(code, placeholderCode), 0)
    builder.addFieldInt32(operatorCodeFields.code, code, 0)
  })
}

function writeSignature(builder: Builder, model: TfliteText, indexOf: (name: string) => number): Offset {
  const maps = (edges: readonly string[]): Offset =>
    offsets(
      builder,
      edges.map((edge) => {
        const name = builder.createString(model.signature![edge] ?? edge)
        return writeTable(builder, { [tensorMapFields.name]: name }, () =>
          builder.addFieldInt32(tensorMapFields.tensor, indexOf(edge), 0),
        )
      }),
    )
  return writeTable(builder, {
    [signatureFields.inputs]: maps(model.inputs),
    [signatureFields.outputs]: maps(model.outputs),
  })
}
