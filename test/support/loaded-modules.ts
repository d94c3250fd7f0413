import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {IsolatedHome} from './isolated-home.ts'
import {repositoryPath} from './repository.ts'
import {runProgram} from './run-program.ts'

/** The modules of Node.js that bin/run.js loads in an isolated home, without those of an empty program. */
export async function loadedModules(
  home: IsolatedHome,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string[]> {
  const list = join(home.home, 'modules')
  const load = async (...program: string[]): Promise<string[]> => {
    const hook = repositoryPath('test', 'support', 'list-modules.cjs')
    await runProgram(home, [process.execPath, '--require', hook, ...program], {
      environment: {...environment, USAGE_TEST_MODULES: list},
    })
    return readFileSync(list, 'utf8').split('\n')
  }
  const empty = join(home.home, 'empty.cjs')
  writeFileSync(empty, '')
  const bare = await load(empty)
  return (await load(repositoryPath('bin', 'run.js'), ...args)).filter(name => !bare.includes(name)).sort()
}
