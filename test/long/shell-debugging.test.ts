import '../e2e/shell-debugging.test.ts'
