import '../e2e/readme-lines.test.ts'
