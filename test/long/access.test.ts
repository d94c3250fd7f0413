import '../e2e/access.test.ts'
