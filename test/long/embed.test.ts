import '../e2e/embed.test.ts'
