// SPDX-License-Identifier: MIT-0
// The kernels of interface 1 by the names under which capsules import them.
#include "caplet_kernels_1.h"

static const caplet_kernel kernels[] = {
  {"binary", "(iiii)", caplet_binary},
  {"convolution", "(iiii)", caplet_convolution},
  {"copy", "(iiii)", caplet_copy},
  {"depthwise", "(iiii)", caplet_depthwise},
  {"fully_connected", "(iiii)", caplet_fully_connected},
  {"matrix_product", "(iiii)", caplet_matrix_product},
  {"pool", "(iiii)", caplet_pool},
  {"softmax", "(iiii)", caplet_softmax},
  {"table", "(iiii)", caplet_table},
};

const caplet_kernels caplet_kernels_1 = {
  1, "caplet_kernels_1", kernels, sizeof kernels / sizeof kernels[0], caplet_kernels_selftest,
};
