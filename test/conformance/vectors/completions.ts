// SPDX-License-Identifier: Apache-2.0
// What the JSON of some vectors lost of CMSIS-NN's own headers, as CMSIS-NN states it (github.com/ARM-software/CMSIS-NN,
// Tests/UnitTest). Dimensions are macros of several lines there. Convolutions of int4 and LSTMs of int8 were generated twice
// under the same name: the JSON has the arrays of both, but of what they share in name only one.

export interface Completion {
  /** Instead of what the JSON has. */
  readonly numbers?: Readonly<Record<string, number>>
  readonly lists?: Readonly<Record<string, readonly number[]>>
  /** Arrays that are zeros instead. */
  readonly zeros?: readonly string[]
}

/** transpose_settings_flt.py gives the geometry of the int8 vectors. */
const transposed = (shape: readonly number[], order: readonly number[]): Completion => ({
  lists: { IN_DIM: shape, PERM: order },
})

/** The first set, to which the input belongs: TestCases/TestData/NAME/config_data.h at bfc54ed and bc25bce. */
const first = (
  inputOffset: number,
  min: number,
  max: number,
  more: Readonly<Record<string, number>> = {},
): Completion => ({
  numbers: { INPUT_OFFSET: inputOffset, OUT_ACTIVATION_MIN: min, OUT_ACTIVATION_MAX: max, ...more },
})

/** The second set: op_lstm.py gives its networks biases of 0, and those in the JSON are the first set's. */
const unbiased: Completion = {
  zeros: ['input_gate_bias', 'forget_gate_bias', 'cell_gate_bias', 'output_gate_bias'],
}

export const completions: Readonly<Record<string, Completion>> = {
  transpose_3dim2: transposed([5, 4, 20], [1, 2, 0]),
  transpose_chwn: transposed([5, 4, 12, 17], [3, 1, 2, 0]),
  transpose_default: transposed([4, 3, 3, 22], [3, 2, 1, 0]),
  transpose_ncwh: transposed([5, 4, 3, 9], [0, 3, 2, 1]),
  transpose_nhcw: transposed([1, 1, 128, 128], [0, 1, 3, 2]),
  conv_1_x_n_1_int4: first(0, -127, 127, { STRIDE_Y: 1 }),
  conv_1_x_n_2_int4: first(128, -111, 127),
  conv_1_x_n_3_int4: first(0, -111, 127),
  conv_1_x_n_5_int4: first(0, -88, 127),
  conv_2_int4: first(0, -101, 127),
  conv_2x2_dilation_int4: first(0, -61, 107),
  conv_3x2_dilation_int4: first(0, -61, 107),
  // Five channels with their zero point, as in the JSON; at that commit there are two.
  conv_3x3_dilation_5x5_input_int4: first(128, -61, 107, {
    ...{ INPUT_W: 9, INPUT_H: 11, OUTPUT_W: 9, OUTPUT_H: 11 },
    ...{ DILATION_X: 2, DILATION_Y: 2, PAD_X: 2, PAD_Y: 2 },
  }),
  conv_4_int4: first(0, -109, 127),
  conv_5_int4: first(128, -88, 127),
  kernel1x1_int4: {},
  kernel1x1_int4_2: first(0, -126, 127, { INPUT_W: 60, OUTPUT_W: 60 }),
  kernel1x1_stride_x_y_1_int4: {},
  kernel1x1_stride_x_y_2_int4: first(0, -126, 127),
  kernel1x1_stride_x_y_int4: first(0, -6, 127),
  stride2pad1_int4: first(0, -128, 127),
  lstm_2: unbiased,
  lstm_one_time_step: unbiased,
}
