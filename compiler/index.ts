// SPDX-License-Identifier: Apache-2.0
// What `import ... from 'caplet'` gives: the compiler as a library. Compile a file, look at the capsule, write its folder.
export type { Capsule } from './codegen/capsule.js'
export { type CompileOptions, compileFile, compileModel } from './compile.js'
export { CapletError, type Problem } from './errors.js'
export { writeCapsule } from './output.js'
export { type ModelFile, modelFromBytes, readModel } from './read-model.js'
