// SPDX-License-Identifier: Apache-2.0
// Errors of the command line and of the file system.
import type { ErrorEntries } from './entry.js'

export const fileErrors = {
  usage: {
    code: 'CAP001',
    title: 'The flags are wrong',
    meaning:
      'A flag is unknown, lacks its value, or has a value that no model could make right. Exit code 2.',
    remedy: 'Read `caplet COMMAND --help`; it lists every flag with its values and some examples.',
    example:
      "option '--shape <input=dims>' argument 'x' is invalid. Expected input=dimensions, for example x=1,1,187.",
  },
  'unreadable-file': {
    code: 'CAP002',
    title: 'A file cannot be read',
    meaning:
      'A file that was named on the command line, or that the model refers to, is not there, is a folder, or may not be read.',
    remedy: 'Check the path (it is taken relative to the current folder) and your access to it.',
    example: 'model.onnx cannot be read: no such file',
  },
  'unwritable-file': {
    code: 'CAP003',
    title: 'A file cannot be written',
    meaning:
      'The output path is taken, on a read-only file system, or the disk is full. Nothing half-written is left.',
    remedy: 'Choose another output path, or free some space.',
    example: 'The disk is full.',
  },
  'output-folder': {
    code: 'CAP004',
    title: 'The output folder cannot be written',
    meaning:
      'The folder cannot be made or written, or it holds files of yours that would be lost. It is left as it was.',
    remedy: 'Name another folder with -o, or make this one writable.',
    example: 'Cannot write the capsule into "out": it is a file.',
  },
  'unknown-error-code': {
    code: 'CAP005',
    title: 'There is no such error code',
    meaning: '`caplet error` was asked for a code that this version does not have.',
    remedy: '`caplet error` without a code lists all of them.',
    example: 'There is no error code "unbound-dimensions". Did you mean "unbound-dimension"?',
  },
  internal: {
    code: 'CAP006',
    title: 'A fault of Caplet itself',
    meaning: 'Something happened that the program holds for impossible. It is not the fault of the model.',
    remedy:
      'Please report it with the command and, if you may share it, the model. With CAPLET_DEBUG=1 in the environment the message shows where it happened.',
    example: 'Linking produced an invalid module.',
  },
} satisfies ErrorEntries
