import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeLibrary} from '../src/cli/maintain/make-library.ts'
import type {Shell} from '../src/shell/write-library.ts'
import {measure, type Row, writeTable} from './measure.ts'
import {makePlace, type Place, usageProgram} from './place.ts'

/** Events in one loop of shell functions, and in one loop that starts a process for each event. */
const [ofFunctions, ofProcesses] = [500, 20]

const shells: readonly {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  readonly kind: Shell
}[] = [
  {name: 'bash', command: ['bash'], kind: 'bash'},
  {name: 'zsh', command: ['zsh', '-f'], kind: 'zsh'},
  {name: 'dash', command: ['dash'], kind: 'sh'},
  {name: 'busybox sh', command: ['busybox', 'sh'], kind: 'sh'},
]

/** Compares one event of the shell functions with a plain write of a file, and with commands that start a process. */
export async function benchShellFunctions(runs: number): Promise<string[]> {
  const place = makePlace('http://127.0.0.1:9')
  try {
    const tables: string[] = []
    for (const shell of shells) {
      const rows = [bareWrite(place, shell), functions(place, shell), ...processes(place, shell)]
      tables.push(writeTable(`One event in a loop of ${shell.name}`, await measure(rows, runs)))
    }
    return tables
  } finally {
    place.remove()
  }
}

type Tested = (typeof shells)[number]

const loop = (count: number, body: string) => `i=0; while [ $i -lt ${count} ]; do ${body}; i=$((i+1)); done`

function bareWrite({home, environment, holdSending}: Place, {name, command}: Tested): Row {
  const line = 'x'.repeat(400)
  const script = loop(ofFunctions, `printf '%s\\n' ${line} >'${home}/bare'$i`)
  return {
    name: `${name}: a line into a new file`,
    command: [...command, '-c', script],
    environment,
    prepare: holdSending,
    repeats: ofFunctions,
  }
}

function functions({home, environment, destination, holdSending}: Place, {name, command, kind}: Tested): Row {
  const library = join(home, `usage.${kind}`)
  writeFileSync(library, makeLibrary(kind, destination.project))
  const script = `. '${library}'; ${loop(ofFunctions, 'usage_feature Load.v1 Algorithm')}`
  return {
    name: `${name}: usage_feature`,
    command: [...command, '-c', script],
    environment,
    prepare: holdSending,
    repeats: ofFunctions,
  }
}

function processes({environment, holdSending}: Place, {command}: Tested): Row[] {
  const rows = {
    'logger, nobody listening': 'logger -u /nowhere x 2>/dev/null || :',
    'curl, refused': 'curl -s -m 2 -d x http://127.0.0.1:9 || :',
    '`node -e 0`': `'${process.execPath}' -e 0`,
    'usage feature': `'${process.execPath}' '${usageProgram}' feature Load.v1`,
  }
  return Object.entries(rows).map(([name, body]) => ({
    name,
    command: [...command, '-c', loop(ofProcesses, body)],
    environment,
    prepare: holdSending,
    repeats: ofProcesses,
  }))
}
