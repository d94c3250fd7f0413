/**
 * Whether every random world gets every question: `USAGE_TEST_WORLDS=all`. Otherwise the worlds share the questions.
 */
export const isLong = process.env['USAGE_TEST_WORLDS'] === 'all'
