// SPDX-License-Identifier: Apache-2.0
// What went wrong, as people read it and as --json prints it. Nothing here shows a stack trace, except for an
// internal error with CAPLET_DEBUG=1.
import { CommanderError } from 'commander'
import { catalogue } from '../errors/catalogue.js'
import { CapletError, type Problem } from '../errors.js'
import { printable } from './table.js'

export interface Failure {
  /** 1: the model, the data or the file system is at fault; 2: the flags are. */
  readonly exitCode: 1 | 2
  /** At least one; the first is the one that stops the work. */
  readonly problems: readonly Problem[]
  /** Only of an internal error. */
  readonly stack?: string | undefined
}

const fileSystemFaults: Readonly<Record<string, Omit<Problem, 'file'>>> = {
  ENOENT: {
    code: 'unreadable-file',
    message: 'The file does not exist.',
    remedy: 'Check the path; it is taken relative to the current folder.',
  },
  EISDIR: {
    code: 'unreadable-file',
    message: 'This is a folder, not a file.',
    remedy: 'Name the file itself.',
  },
  ENOTDIR: {
    code: 'unreadable-file',
    message: 'A part of the path is a file, not a folder.',
    remedy: 'Check the path; choose another output folder if it names a file.',
  },
  EEXIST: {
    code: 'unwritable-file',
    message: 'A file is in the way.',
    remedy: 'Choose another output path.',
  },
  EACCES: {
    code: 'unreadable-file',
    message: 'Access is denied.',
    remedy: 'Give yourself access to the file or the folder, or choose another path.',
  },
  EROFS: {
    code: 'unwritable-file',
    message: 'The file system is read-only.',
    remedy: 'Choose an output path elsewhere.',
  },
  ENOSPC: { code: 'unwritable-file', message: 'The disk is full.', remedy: 'Free some space and try again.' },
}

function fileSystemProblem(error: unknown): Problem | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  const fault = fileSystemFaults[error.code === 'EPERM' ? 'EACCES' : error.code]
  if (!fault) return null
  return { ...fault, file: 'path' in error && typeof error.path === 'string' ? error.path : undefined }
}

function internalProblem(error: unknown): Problem {
  return {
    code: 'internal',
    message: `Something went wrong inside Caplet: ${error instanceof Error ? error.message : String(error)}`,
    remedy: 'Please report it with the command and the model; CAPLET_DEBUG=1 shows where it happened.',
  }
}

/** Any thrown value as a failure. Commander's own errors are the fault of the flags. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CapletError) return { exitCode: 1, problems: error.problems }
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '')
    return {
      exitCode: 2,
      problems: [
        {
          code: 'usage',
          message,
          remedy: 'caplet --help lists the commands, caplet COMMAND --help its flags.',
        },
      ],
    }
  }
  const problem = fileSystemProblem(error)
  if (problem) return { exitCode: 1, problems: [problem] }
  const stack = error instanceof Error ? error.stack : undefined
  return { exitCode: 1, problems: [internalProblem(error)], stack }
}

/** The stable code of a problem: CAP012. */
export const codeOf = (problem: Problem): string => catalogue.get(problem.code)!.code

/** A problem with every key of docs/json.md; null where there is nothing to say. */
export const problemJson = (problem: Problem) => ({
  code: codeOf(problem),
  name: problem.code,
  message: problem.message,
  remedy: problem.remedy,
  file: problem.file ?? null,
  node: problem.node ?? null,
  operator: problem.operator ?? null,
  attribute: problem.attribute ?? null,
})

/** { error: the first problem, and all of them under `problems` }. */
export const failureJson = ({ problems }: Failure) => ({
  error: { ...problemJson(problems[0]!), problems: problems.map(problemJson) },
})

/** One problem as a short block of lines: what, where, what to do. */
export function problemText(problem: Problem): string {
  const { code: name, message, file, node, operator, attribute, remedy } = problem
  const lines = [`error[${codeOf(problem)} ${name}]: ${message}`]
  if (file !== undefined) lines.push(`  file:      ${file}`)
  if (node !== undefined) lines.push(`  node:      ${node}${operator ? ` (${operator})` : ''}`)
  else if (operator !== undefined) lines.push(`  operator:  ${operator}`)
  if (attribute !== undefined) lines.push(`  attribute: ${attribute}`)
  lines.push(`  remedy:    ${remedy}`)
  return lines.join('\n').split('\n').map(printable).join('\n')
}

export function failureText(failure: Failure): string {
  const blocks = failure.problems.map(problemText)
  const first = failure.problems[0]!
  if (first.code !== 'internal') blocks.push(`more: caplet error ${codeOf(first)}`)
  if (failure.stack !== undefined && process.env.CAPLET_DEBUG === '1') blocks.push(failure.stack)
  return blocks.join('\n\n')
}
