import '../collector/receive/http/receive-erasure.test.ts'
