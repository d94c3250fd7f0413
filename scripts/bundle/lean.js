import {resolve} from 'node:path'

/** An alias for esbuild: replaces valibot by the part that the definitions use, without its messages. */
export const leanValibot = {valibot: './src/lean/valibot.ts'}

/** Puts the module of `src/lean` in place of every module with the same name. */
const standIn = name => ({
  name: `lean-${name}`,
  setup({onResolve}) {
    onResolve({filter: new RegExp(`/${name}\\.ts$`)}, () => ({path: resolve('src', 'lean', `${name}.ts`)}))
  },
})

/** For every bundle: hashes short texts without `node:crypto`. */
export const leanSha256 = standIn('sha256')
/** For the fast lane, which shows no errors. */
export const leanErrorRegistry = standIn('error-registry')
