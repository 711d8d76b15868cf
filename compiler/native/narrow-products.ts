// SPDX-License-Identifier: Apache-2.0
// Products of a 64-bit value and a loaded weight, which the C compiler would multiply out in 64 bits:
//
//     var_j2 = i64_load8_s(memory, var_i2, 1u);          var_j2 = i64_load8_s(memory, var_i2, 1u);
//     var_j1 *= var_j2;                            =>    var_j0 = i64_add_product(var_j0, var_j1, var_j2);
//     var_j0 += var_j1;
//
// Where the product is not added at once: var_j1 = i64_add_product(0, var_j1, var_j2). The second form keeps var_j1; the
// first may drop it, because wasm2c's var_i and var_j are places of WebAssembly's stack, and an operator consumes both
// of its operands.

const load = String.raw`(var_j\d+) = i64_load(?:8_[su]|16_s)\(.*\);\n`
const product = String.raw`\s*(var_j\d+) \*= \2;\n`
const added = new RegExp(String.raw`^(\s*${load})${product}(\s*)(var_j\d+) \+= \3;$`, 'gm')
const alone = new RegExp(String.raw`^(\s*${load})(\s*)(var_j\d+) \*= \2;$`, 'gm')

export const narrowProducts = (text: string): string =>
  text
    .replace(added, '$1$4$5 = i64_add_product($5, $3, $2);')
    .replace(alone, '$1$3$4 = i64_add_product(0, $4, $2);')
