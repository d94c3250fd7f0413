import '../e2e/recipes.test.ts'
