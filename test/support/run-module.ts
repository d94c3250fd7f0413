import {spawn} from 'node:child_process'
import {pathToFileURL} from 'node:url'
import {repositoryPath} from './repository.ts'

/** The address by which a text that `runTogether` runs imports a module of `src`. */
export const moduleUrl = (path: string): string => pathToFileURL(repositoryPath('src', ...path.split('/'))).href

/**
 * Runs so many processes with one text, and resolves to what each printed. They begin `work` at the same moment:
 * when every one of them has done its `imports`.
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
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {env: {PATH: process.env['PATH']}})
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
