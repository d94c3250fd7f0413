import {readFileSync} from 'node:fs'

/** The shells that have a completion. */
export const completedShells = ['bash', 'zsh'] as const
export type CompletedShell = (typeof completedShells)[number]

/** Made by `npm run generate` from the manifest, and shipped as they are. */
const files: Readonly<Record<CompletedShell, string>> = {bash: 'usage.bash', zsh: '_usage'}

/** The completion of a shell: a text that the shell reads. */
export function readCompletion(shell: CompletedShell): string {
  return readFileSync(new URL(`../../../completions/${files[shell]}`, import.meta.url), 'utf8')
}
