/**
 * Writes the generated files. With `--check` it writes nothing, names the files that are not current, and exits with 1
 * if there are any.
 */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import {fileURLToPath} from 'node:url'
import {generateAll} from './generate/all.ts'

const isCheck = process.argv.includes('--check')
const pathOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

function read(name: string): string | null {
  try {
    return readFileSync(pathOf(name), 'utf8')
  } catch {
    return null
  }
}

async function findStale(): Promise<[name: string, content: string][]> {
  return [...(await generateAll())].filter(([name, content]) => read(name) !== content)
}

function write([name, content]: [name: string, content: string]): void {
  mkdirSync(dirname(pathOf(name)), {recursive: true})
  writeFileSync(pathOf(name), content)
  console.error(`wrote ${name}`)
}

if (isCheck) {
  const stale = await findStale()
  for (const [name] of stale) console.error(`${name} is not current: run \`npm run generate\``)
  if (stale.length > 0) process.exitCode = 1
} else {
  // The page of commands is made from the manifest on disk, so it is current after the second pass.
  for (let pass = 1; pass <= 2; pass++) for (const file of await findStale()) write(file)
}
