import '../e2e/shell-functions.test.ts'
