import '../e2e/embed-sh-host.test.ts'
