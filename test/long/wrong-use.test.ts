import '../commands/wrong-use.test.ts'
