// SPDX-License-Identifier: Apache-2.0
// Variables of the model: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE and CALL_ONCE, which gives them their first values.
// They become states of the graph (passes/tflite/variables.ts); no node of Caplet's own remains.
import { TfliteNode, type TfliteOperator } from '../tflite.js'

export const varHandle: TfliteOperator = {
  name: 'VAR_HANDLE',
  inputs: [0, 0],
  convert(node, { variables }) {
    variables.open(node, '')
  },
}

export const readVariable: TfliteOperator = {
  name: 'READ_VARIABLE',
  inputs: [1, 1],
  convert(node, conversion) {
    const { variables, model } = conversion
    const assigned = new Set(
      model.nodes.flatMap(({ operator, inputs }) => (operator === 'ASSIGN_VARIABLE' ? [inputs[0]!] : [])),
    )
    variables.requireWritten(node, (handle) => assigned.has(handle))
    conversion.define(node.output().name, variables.read(node))
  },
}

export const assignVariable: TfliteOperator = {
  name: 'ASSIGN_VARIABLE',
  inputs: [2, 2],
  convert(node, conversion) {
    conversion.variables.assign(node, (name) => conversion.stored(name))
  },
}

/** The graph that it runs may only assign constants: then its result is known, and need not be computed on the device. */
export const callOnce: TfliteOperator = {
  name: 'CALL_ONCE',
  inputs: [0, 0],
  convert(node, { variables, model }) {
    const graph = model.initializers.get(node.node.name)!
    if (variables.isTouched) {
      throw node.error(
        'unsupported-feature',
        'Variables are read or assigned before their initial values are given',
        'Convert the model again: CALL_ONCE must be the first node.',
      )
    }
    const scope = `${node.node.name}:`
    for (const inner of graph.nodes) {
      const view = new TfliteNode(inner, { ...graph, initializers: new Map() }, node.node)
      if (inner.operator === 'VAR_HANDLE') variables.open(view, scope)
      else if (inner.operator === 'ASSIGN_VARIABLE') variables.initialize(view, scope)
      else {
        throw node.error(
          'unsupported-operator',
          `The graph of initial values has a node ${inner.operator}; only VAR_HANDLE and ASSIGN_VARIABLE of constants are supported there`,
          'Give variables constant initial values.',
        )
      }
    }
  },
}
