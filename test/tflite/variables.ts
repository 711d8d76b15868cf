// SPDX-License-Identifier: Apache-2.0
// Random nodes of TensorFlow Lite's variables: what a streaming network keeps from one step to the next.
import type { Layer } from './layers.js'
import type { Activation, Network } from './network.js'

/** A variable like `form`; sometimes with initial values of its own, sometimes with TFLite Micro's: the zero point. */
function openVariable(network: Network, form: Activation, isInitialized: boolean) {
  const sharedName = `v${network.tensors.length}`
  if (isInitialized) {
    const { data } = network.random.tensor(form.type, form.shape)
    network.initials.push({ sharedName, tensor: { ...form, name: `${sharedName}_initial`, data } })
  }
  const handle = network.resource()
  network.node('VAR_HANDLE', [], [handle], { container: '', sharedName })
  return {
    read: () => {
      const value = network.like(form, form.shape)
      network.node('READ_VARIABLE', [handle], [value])
      return value
    },
    assign: (value: Activation) => network.node('ASSIGN_VARIABLE', [handle, value], []),
  }
}

/** The last `kept` places along an axis, and x behind them: how a convolution sees what came before. */
const ring =
  (isInitialized: boolean): Layer =>
  (network, x) => {
    const { random } = network
    if (x.shape.length < 1 || x.shape.length > 4) return null
    const axis = random.integer(0, x.shape.length - 1)
    const kept = random.integer(1, 4)
    const along = (length: number) => x.shape.map((d, a) => (a === axis ? length : d))
    const whole = network.like(x, along(kept + x.shape[axis]!))
    const rest = network.like(x, along(kept))
    const variable = openVariable(network, rest, isInitialized)
    network.node('CONCATENATION', [variable.read(), x], [whole], { axis })
    const begins = x.shape.map((_, a) => (a === axis ? x.shape[axis]! : 0))
    network.node('SLICE', [whole, network.integers(...begins), network.integers(...along(kept))], [rest])
    variable.assign(rest)
    const seen = network.like(whole, whole.shape)
    network.node('RESHAPE', [whole, network.integers(...whole.shape)], [seen])
    return seen
  }

/** y = x one step ago. */
const delay: Layer = (network, x) => {
  const variable = openVariable(network, x, network.random.boolean())
  const before = variable.read()
  variable.assign(x)
  return before
}

/** y = y before + x; and what is read behind the assignment is y. */
const sum: Layer = (network, x) => {
  const output = network.activation(x.type, x.shape, { scale: network.scaleOf(x) })
  const variable = openVariable(network, output, network.random.boolean())
  network.node('ADD', [variable.read(), x], [output], { activation: 0 })
  variable.assign(output)
  const again = variable.read()
  network.node('MAXIMUM', [again, output], [network.like(output, x.shape)])
  return again
}

/** Assigned before it is read, and once more afterwards: nothing is kept that a run could see. */
const within: Layer = (network, x) => {
  const variable = openVariable(network, x, true)
  variable.assign(x)
  const read = variable.read()
  variable.assign(variable.read())
  return read
}

export const variables: Readonly<Record<string, Layer>> = {
  VAR_HANDLE: within,
  READ_VARIABLE: delay,
  ASSIGN_VARIABLE: (network, x) => (network.random.boolean() ? ring(false)(network, x) : sum(network, x)),
  CALL_ONCE: ring(true),
}
