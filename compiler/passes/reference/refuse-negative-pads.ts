// SPDX-License-Identifier: Apache-2.0
// Refuses pools that the reference does not run, also where no output needs them: it runs every node that its passes leave.
import { placePool, refuseNegativePads } from '../../operators/window.js'
import type { GraphEditor } from './editor.js'

/** Pre: the passes are done. */
export function refuseNegativePools(editor: GraphEditor): void {
  for (const node of editor.nodes) {
    if (!/(Average|Max)Pool$/.test(node.operator) || node.operator.includes('Global')) continue
    const view = editor.view(node)
    refuseNegativePads(view, placePool(view))
  }
}
