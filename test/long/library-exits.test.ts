import '../e2e/library-exits.test.ts'
