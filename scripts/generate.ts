/**
 * Writes the files that are made from code. With `--check` it writes nothing, names those that are not current, and
 * exits with 1 if there are any.
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

const stale = [...(await generateAll())].filter(([name, content]) => read(name) !== content)
for (const [name, content] of stale) {
  console.error(isCheck ? `${name} is not current: run \`npm run generate\`` : `wrote ${name}`)
  if (isCheck) continue
  mkdirSync(dirname(pathOf(name)), {recursive: true})
  writeFileSync(pathOf(name), content)
}
if (isCheck && stale.length > 0) process.exitCode = 1
