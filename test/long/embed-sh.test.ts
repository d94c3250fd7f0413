import '../e2e/embed-sh.test.ts'
