import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {makeClient} from '../src/cli/maintain/make-client.ts'
import {makeLibrary} from '../src/cli/maintain/make-library.ts'
import type {Language} from '../src/embed/write-client.ts'
import {library} from './library.ts'
import {measure, type Row, writeTable} from './measure.ts'
import {makePlace, type Place, usageProgram} from './place.ts'

/** Uses in one process that merges them, and of shell functions, which write each. */
const [merged, written] = [200_000, 500]

/**
 * Compares the clients in all languages: one record by a process of its own, and one use in a loop of one process. Needs
 * gcc, Python, R, curl and logger.
 */
export async function benchClients(runs: number): Promise<string[]> {
  const place = makePlace('http://127.0.0.1:9')
  try {
    write(place, 'c', 'usage_client.h')
    write(place, 'python', 'usage_client.py')
    write(place, 'sh', 'usage.sh')
    writeFileSync(join(place.home, 'usage.dash'), makeLibrary('sh', place.destination.project))
    compile(place, '-DUSAGE_MAIN', 'usage_client.h', 'demo-usage')
    return [
      writeTable('One record by a process of its own', await measure(processes(place), runs)),
      writeTable('A thousand uses in a loop of one process', await measure(loops(place), Math.min(runs, 10))),
    ]
  } finally {
    place.remove()
  }
}

function write({home, destination}: Place, language: Language, name: string): void {
  writeFileSync(join(home, name), makeClient(language, destination.project))
}

function compile({home}: Place, define: string, source: string, program: string): void {
  execFileSync('gcc', ['-O2', '-x', 'c', define, '-o', program, source], {cwd: home})
}

function processes(place: Place): Row[] {
  const row = (name: string, ...command: [string, ...string[]]): Row => rowOf(place, name, command)
  const inR = `invisible(system2("${place.home}/demo-usage", c("feature", "Load.v1", "--type", "Algorithm")))`
  const inPython = 'import usage_client; usage_client.feature("Load.v1", "Algorithm")'
  return [
    row('`true`', '/bin/true'),
    row('the command in C', `${place.home}/demo-usage`, 'feature', 'Load.v1', '--type', 'Algorithm'),
    row('`logger`, nobody listening', 'logger', '-u', '/nowhere', 'x'),
    row('`curl`, refused', 'curl', '-s', '-m', '2', '-d', 'x', 'http://127.0.0.1:9'),
    row('`python3 -c 0`', 'python3', '-c', '0'),
    row('a program in Python', 'python3', '-c', inPython),
    row('`node -e 0`', process.execPath, '-e', '0'),
    row('`usage feature`', process.execPath, usageProgram, 'feature', 'Load.v1', '--type', 'Algorithm'),
    row('`Rscript -e 0`', 'Rscript', '--vanilla', '-e', '0'),
    row('a program in R, by the command in C', 'Rscript', '--vanilla', '-e', inR),
  ]
}

function loops(place: Place): Row[] {
  const {home} = place
  const loopInC = (body: string) => `#include <stdio.h>
#define USAGE_IMPLEMENTATION
#include "usage_client.h"
int main(void) { for (int i = 0; i < ${merged}; i++) { ${body} } return 0; }
`
  writeFileSync(join(home, 'merging.c'), loopInC('usage_uses("Algorithm", "Load.v1", 1, 0.001 * (i % 100), 0);'))
  compile(place, '-DNDEBUG', 'merging.c', 'merging')
  const inPython = `import usage_client
for i in range(${merged}): usage_client.feature("Load.v1", "Algorithm", seconds=0.001 * (i % 100))`
  const inNode = `import {createReporter} from ${library}
const reporter = createReporter({project: process.env.USAGE_PROJECT_FILE})
for (let i = 0; i < ${merged}; i++) reporter.feature({name: 'Load.v1', type: 'Algorithm', durationSeconds: 0.001 * (i % 100)})`
  const inShell = (file: string, call: string) =>
    `. ${home}/${file}; i=0; while [ $i -lt ${written} ]; do ${call}; i=$((i+1)); done`
  const many = (name: string, repeats: number, ...command: [string, ...string[]]): Row => ({
    ...rowOf(place, name, command),
    repeats: repeats / 1000,
  })
  return [
    many('C', merged, `${home}/merging`),
    many('Node.js', merged, process.execPath, '--input-type=module', '-e', inNode),
    many('Python', merged, 'python3', '-c', inPython),
    many('dash, shell functions', written, 'dash', '-c', inShell('usage.dash', 'usage_feature Load.v1 Algorithm')),
    many('dash, one-file client', written, 'dash', '-c', inShell('usage.sh', 'usage_feature Load.v1 Algorithm')),
  ]
}

const rowOf = ({home, environment, holdSending}: Place, name: string, command: [string, ...string[]]): Row => ({
  name,
  command,
  environment: {...environment, PYTHONPATH: home},
  prepare: holdSending,
})
