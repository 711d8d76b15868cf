// SPDX-License-Identifier: MIT-0
// Whole buffers from standard input and to standard output. `vector` is the address of 12 scratch bytes:
// one I/O vector (address, length) and the count that the call returns.
import { fd_read, fd_write, proc_exit } from "./wasi_snapshot_preview1"

/** Exit codes as in BSD's sysexits.h. */
const DATA_ERROR: i32 = 65
const IO_ERROR: i32 = 74

/** Reads exactly `bytes` bytes. False at the end of the input, where `mayEnd`; elsewhere the end is an error. */
export function readExactly(address: usize, bytes: usize, vector: usize, mayEnd: bool): bool {
  let done: usize = 0
  while (done < bytes) {
    store<u32>(vector, <u32>(address + done))
    store<u32>(vector, <u32>(bytes - done), 4)
    if (fd_read(0, vector, 1, vector + 8) != 0) proc_exit(IO_ERROR)
    const count = load<u32>(vector, 8)
    if (count == 0) {
      if (mayEnd && done == 0) return false
      proc_exit(DATA_ERROR)
    }
    done += count
  }
  return true
}

/** Writes exactly `bytes` bytes. */
export function writeAll(address: usize, bytes: usize, vector: usize): void {
  let done: usize = 0
  while (done < bytes) {
    store<u32>(vector, <u32>(address + done))
    store<u32>(vector, <u32>(bytes - done), 4)
    if (fd_write(1, vector, 1, vector + 8) != 0) proc_exit(IO_ERROR)
    done += load<u32>(vector, 8)
  }
}
