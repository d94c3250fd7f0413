import '../e2e/script-to-answer.test.ts'
