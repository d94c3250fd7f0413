/**
 * Whether every random world gets every question: `USAGE_TEST_WORLDS=all`. Otherwise the worlds share the questions, so that
 * each is asked once in each state of the tables.
 */
export const isLong = process.env['USAGE_TEST_WORLDS'] === 'all'
