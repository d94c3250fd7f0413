import '../e2e/shell-traps.test.ts'
