import '../e2e/sending-opens.test.ts'
