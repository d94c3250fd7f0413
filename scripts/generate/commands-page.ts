import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

const frame = `# Commands

Every command with its flags, as \`--help\` shows them. Made from the program itself by \`npm run generate\`.

<!-- commands -->
<!-- commandsstop -->
`

/** Generates the reference of all commands with `oclif readme`: path in the repository → content. Needs dist/. */
export function generateCommandsPage(): Map<string, string> {
  const directory = mkdtempSync(join(tmpdir(), 'usage-commands-'))
  const page = join(directory, 'commands.md')
  try {
    writeFileSync(page, frame)
    const program = join(root, 'node_modules', 'oclif', 'bin', 'run.js')
    const args = [program, 'readme', '--readme-path', page, '--no-source-links', '--no-aliases']
    // 80 columns on any terminal, so that the page is the same everywhere.
    const environment = {...process.env, COLUMNS: '80', OCLIF_COLUMNS: '80', NO_COLOR: '1', XDG_CACHE_HOME: directory}
    const {status, stderr} = spawnSync(process.execPath, args, {cwd: root, env: environment, encoding: 'utf8'})
    if (status !== 0) throw new Error(`oclif readme failed: ${stderr}`)
    return new Map([['docs/commands.md', `${readFileSync(page, 'utf8').trimEnd()}\n`]])
  } finally {
    rmSync(directory, {recursive: true})
  }
}
