import '../e2e/import.test.ts'
