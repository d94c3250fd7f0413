import '../e2e/pairing.test.ts'
