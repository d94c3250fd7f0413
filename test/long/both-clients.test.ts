import '../e2e/both-clients.test.ts'
