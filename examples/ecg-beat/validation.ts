// SPDX-License-Identifier: Apache-2.0
// The validation records and the scores that the int8 model has to reach on them, all records taken together.

/** The part of DS2 that development may see, without 202: the same person as 201, which is trained on. */
export const VALIDATION_RECORDS = ['100', '210', '219', '222', '233', '234']

/** Smallest sensitivity and positive predictivity, by class. */
export const REQUIRED_SCORES = {
  N: { sensitivity: 0.92, positivePredictivity: 0 },
  S: { sensitivity: 0.6, positivePredictivity: 0.2 },
  V: { sensitivity: 0.9, positivePredictivity: 0.85 },
} as const

/** Share of beats that the int8 model puts into the float model's class. */
export const REQUIRED_AGREEMENT = 0.995
