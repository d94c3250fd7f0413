import '../e2e/python-surroundings.test.ts'
