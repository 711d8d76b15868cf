#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The command line: which commands there are. Flags in, exit code out; the work is done elsewhere.
import { runProgram } from './cli/program.js'

await runProgram(process.argv.slice(2))
