import '../e2e/python-sending.test.ts'
