// SPDX-License-Identifier: Apache-2.0
// MLPerf Tiny's models on a Cortex-M4 beside native peers, for docs/bench-table.md. The peers' figures were measured once,
// on the same emulated board with the same counter, or published; what they are is written below the table.

/** Instructions of one inference, tensor arena, flash with code and model. */
const peers = {
  'tiny-keyword': [
    ['TFLite Micro, reference kernels', 43_042_471, 22_772, 95_412],
    ['TFLite Micro, CMSIS-NN without SMLAD', 10_534_641, 22_820, 125_232],
    ['TFLite Micro, CMSIS-NN', 7_699_892, 22_820, 107_484],
  ],
  'tiny-image': [
    ['TFLite Micro, reference kernels', 107_404_887, 54_340, 144_384],
    ['TFLite Micro, CMSIS-NN without SMLAD', 41_847_480, 54_980, 164_852],
    ['TFLite Micro, CMSIS-NN', 29_863_352, 54_996, 149_848],
  ],
  'tiny-anomaly': [
    ['TFLite Micro, reference kernels', 1_952_292, 2_260, 297_476],
    ['TFLite Micro, CMSIS-NN without SMLAD', 955_980, 2_580, 303_852],
    ['TFLite Micro, CMSIS-NN', 582_944, 2_580, 305_284],
  ],
}

const macs = { 'tiny-keyword': 2_656_768, 'tiny-image': 12_501_632, 'tiny-anomaly': 264_192 }

const ours = ['accelerated, wamr-fast', 'native']

const number = (value) => value.toLocaleString('en-US')

/** Pre: the table's rows as Markdown. */
export function nativePeers(rows) {
  const lines = Object.entries(peers).flatMap(([model, others]) => {
    const own = ours.flatMap((tier) => {
      const cells = rows.map((row) => row.slice(2, -2).split(' | '))
      const found = cells.find(
        ([name, core, form]) => name === model && core.startsWith('cortex-m4 ') && form === tier,
      )
      return found ? [[`Caplet, ${tier}`, found[3], found[4], found[8], found[10]]] : []
    })
    const theirs = others.map(([who, instructions, arena, flash]) => [
      ...[who, number(instructions), (instructions / macs[model]).toFixed(2), number(arena), number(flash)],
    ])
    return [...own, ...theirs].map((cells) => `| ${[model, ...cells].join(' | ')} |`)
  })
  return `## Beside native peers

One inference on the emulated Cortex-M4 (mps2-an386), the same bits from all. **RAM** of Caplet is all of it, of the peers
the tensor arena alone (about 0.5 KB of .bss and the stack come on top); **flash** is code and model.

| model | who | instructions | per MAC | RAM | flash |
| --- | --- | ---: | ---: | ---: | ---: |
${lines.join('\n')}

The peers: tflite-micro 90b983c with CMSIS-NN 4ab83cc, gcc 12.2, core -Os, kernels -O2, one fixed pseudo-random input; flash of
CMSIS-NN with int8-only registrations, of the other two with generic ones; without SMLAD: compiled for a Cortex-M3. Published
cycles on silicon (MLPerf Tiny, NUCLEO-L4R5ZI, 120 MHz; other people's measurements, and cycles are not instructions):
X-CUBE-AI 9.0 has 5.18, 19.82 and 0.63 million, Plumerai 2023.05 has 5.73, 20.13 and 0.49.
`
}
