// SPDX-License-Identifier: MIT-0
// The three functions of WASI preview 1 that the command form of a capsule imports; the file's name is their module.

export declare function fd_read(descriptor: i32, vectors: usize, vectorCount: usize, bytesRead: usize): i32
export declare function fd_write(descriptor: i32, vectors: usize, vectorCount: usize, bytesWritten: usize): i32
export declare function proc_exit(code: i32): void
