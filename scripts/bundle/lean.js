import {resolve} from 'node:path'

/** Alias of esbuild: all of valibot that the definitions use, without its messages. */
export const leanValibot = {valibot: './src/lean/valibot.ts'}

/** Puts `src/lean/sha256.ts` in place of the module that loads `node:crypto`. */
export const leanSha256 = {
  name: 'lean-sha256',
  setup({onResolve}) {
    onResolve({filter: /\/sha256\.ts$/}, () => ({path: resolve('src', 'lean', 'sha256.ts')}))
  },
}
