import '../e2e/no-more-processes.test.ts'
