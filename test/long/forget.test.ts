import '../commands/forget.test.ts'
