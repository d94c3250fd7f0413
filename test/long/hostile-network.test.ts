import '../e2e/hostile-network.test.ts'
