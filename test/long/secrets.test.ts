import '../e2e/secrets.test.ts'
