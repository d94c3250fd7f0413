/** The properties of all parsers, with many more inputs than in `npm test`. */
import '../e2e/any-message.test.ts'
import '../e2e/any-input.test.ts'
