import {spawn} from 'node:child_process'
import {pathToFileURL} from 'node:url'
import {compileCache} from './compile-cache.ts'
import {repositoryPath} from './repository.ts'

/** The URL of a module of `src`, for an import in the source of `runTogether`. */
export const moduleUrl = (path: string): string => pathToFileURL(repositoryPath('src', ...path.split('/'))).href

/**
 * Runs the same source in `count` processes, and resolves to the stdout of each. All begin `work` at the same time,
 * when each has done its `imports`. Rejects if a process ends with another exit code than 0.
 */
export async function runTogether(count: number, imports: string, work: string): Promise<string[]> {
  const source = `${imports}
process.stderr.write('ready')
for await (const _ of process.stdin);
${work}`
  const processes = Array.from({length: count}, () => runModule(source))
  await Promise.all(processes.map(one => one.ready))
  for (const one of processes) one.go()
  return Promise.all(processes.map(one => one.output))
}

function runModule(source: string): {ready: Promise<unknown>; output: Promise<string>; go(): void} {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: {PATH: process.env['PATH'], ...compileCache},
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => (stdout += chunk))
  const ready = new Promise(resolve => child.stderr.once('data', resolve))
  child.stderr.on('data', chunk => (stderr += chunk))
  const output = new Promise<string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(stdout) : reject(new Error(`ended with ${code}: ${stderr}`))))
  })
  return {ready, output, go: () => child.stdin.end()}
}
