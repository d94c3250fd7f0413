import {spawn} from 'node:child_process'
import {pathToFileURL} from 'node:url'
import {repositoryPath} from './repository.ts'

/** The address by which a module of `src` is imported in a source text: `from '${moduleUrl('reporter/run.ts')}'`. */
export const moduleUrl = (path: string): string => pathToFileURL(repositoryPath('src', ...path.split('/'))).href

/**
 * Runs the text of a module in a process of its own and resolves to what it printed.
 * With `ready`, all processes of one test begin together: each waits for the end of its standard input.
 */
export function runModule(
  source: string,
  environment: Readonly<Record<string, string>> = {},
): {readonly output: Promise<string>; go(): void} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: {PATH: process.env['PATH'], ...environment},
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => (stdout += chunk))
  child.stderr.on('data', chunk => (stderr += chunk))
  const output = new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(stdout) : reject(new Error(`ended with ${code}: ${stderr}`))))
  })
  return {output, go: () => child.stdin.end()}
}

/** Runs so many processes with one text that begin their work together, once each has loaded its modules. */
export async function runTogether(count: number, imports: string, work: string): Promise<string[]> {
  const source = `${imports}
import {once as onceDone} from 'node:events'
process.stdin.resume()
await onceDone(process.stdin, 'end')
${work}`
  const processes = Array.from({length: count}, () => runModule(source))
  for (const one of processes) one.go()
  return Promise.all(processes.map(one => one.output))
}
