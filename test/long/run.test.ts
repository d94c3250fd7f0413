import '../e2e/run.test.ts'
