const {NODE_COMPILE_CACHE} = process.env

/**
 * The variable of `npm test` by which a child of Node.js finds compiled modules: a child that runs TypeScript needs a third of
 * the time with it. Nothing of it is for programs under test that run from dist/, as they do for their users.
 */
export const compileCache: Readonly<Record<string, string>> = NODE_COMPILE_CACHE ? {NODE_COMPILE_CACHE} : {}
