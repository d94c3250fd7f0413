import '../e2e/lines-for-scripts.test.ts'
