// SPDX-License-Identifier: Apache-2.0
// Converts between reals and quanta. Input: records of type, zero point (int32), scale, value (float32) and
// quantum (int32); output: for each, the value's quantum and the quantum's value.
#include <stdio.h>

#include "caplet.h"

typedef struct record {
  int32_t type;
  int32_t zero_point;
  float scale;
  float value;
  int32_t quantum;
} record;

int main(void)
{
  record given;
  while (fread(&given, sizeof given, 1, stdin) == 1) {
    caplet_tensor tensor = {0};
    tensor.type = (caplet_type)given.type;
    tensor.is_quantized = true;
    tensor.scale = given.scale;
    tensor.zero_point = given.zero_point;
    const int32_t quantum = caplet_quantize(&tensor, given.value);
    const float value = caplet_dequantize(&tensor, given.quantum);
    fwrite(&quantum, sizeof quantum, 1, stdout);
    fwrite(&value, sizeof value, 1, stdout);
  }
  return 0;
}
