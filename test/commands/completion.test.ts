import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {runUsage} from '../support/run-program.ts'

const file = repositoryPath('completions', 'usage.bash')
const {commands} = JSON.parse(readFileSync(repositoryPath('oclif.manifest.json'), 'utf8'))

/** A home in which some projects are known: used, registered, opted out of. There is no program on the PATH. */
function makeHome(t: TestContext) {
  const home = isolatedHome(t, {PATH: ''})
  const write = (...names: string[]) => {
    mkdirSync(join(...names, '..'), {recursive: true})
    writeFileSync(join(...names), '{}')
  }
  write(home.stateDirectory, 'heat-flow-01ce8e2a', 'project.json')
  write(home.configDirectory, 'projects', 'parsl.json')
  write(home.configDirectory, 'optout.d', 'mantid')
  for (const name of ['$(touch x)', 'a b;id', 'e\u001b[31m']) write(home.configDirectory, 'optout.d', name)
  return home
}

/** What a bash completes: the words that it would offer. */
function completeInBash(t: TestContext, lines: readonly (readonly string[])[], options = ''): string[][] {
  const quote = (word: string) => `'${word}'`
  const script = lines.map(words => {
    const all = ['usage', ...words]
    return `COMP_WORDS=(${all.map(quote).join(' ')}) COMP_CWORD=${words.length}; _usage; printf '%s ' "\${COMPREPLY[@]-}"; echo`
  })
  const text = [`. ${quote(file)}`, 'complete -p usage usage-reporter', options, ...script].join('\n')
  const bash = execFileSync('which', ['bash'], {encoding: 'utf8'}).trim()
  const {environment} = makeHome(t)
  const output = execFileSync(bash, ['--norc', '-c', text], {env: {...environment}, encoding: 'utf8'}).split('\n')
  assert.deepEqual(output.slice(0, 2), ['complete -F _usage usage', 'complete -F _usage usage-reporter'])
  return output.slice(2, -1).map(line => line.split(' ').filter(word => word !== ''))
}

describe('the completion of bash', () => {
  const cases: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
    [['opt'], ['optin', 'optout']],
    [['dis'], ['disable']],
    [['zzz'], []],
    [['project', 'c'], ['check']],
    [['policy', ''], ['check']],
    [
      ['optout', ''],
      ['heat-flow', 'parsl', 'mantid'],
    ],
    [['optout', 'h'], ['heat-flow']],
    [['project', 'remove', 'p'], ['parsl']],
    [['status', '--project', 'm'], ['mantid']],
    [['status', '--project', '=', 'm'], ['mantid']],
    [['status', '--ev'], ['--events']],
    [['stats', '--by', ''], commands.stats.flags.by.options],
    [['stats', '--by', '='], commands.stats.flags.by.options],
    [
      ['shell', ''],
      ['bash', 'zsh', 'sh'],
    ],
    [['completion', 'z'], ['zsh']],
    [['collect', '--no-p'], ['--no-public']],
    [['start', '--app-version', ''], []],
    [['project', 'check', ''], []],
    [['run', 'make', ''], []],
  ]

  it('offers what fits, under any options of the shell, and starts no program', needs('bash'), t => {
    for (const options of ['', 'set -u; shopt -s failglob nullglob', 'IFS=:; set -u', 'set -f']) {
      const lines = cases.map(([words]) => words)
      const offered = completeInBash(t, lines, options)
      for (const [index, [words, expected]] of cases.entries())
        assert.deepEqual(offered[index], expected, `${options} ${words.join(' ')}`)
    }
  })

  it('reports no error in a home without projects', needs('bash'), t => {
    const text = `. '${file}'; set -u; shopt -s failglob; COMP_WORDS=(usage optout ''); COMP_CWORD=2; _usage; shopt failglob
COMP_WORDS=(usage project); COMP_CWORD=1; _usage; echo "\${COMPREPLY[@]}"`
    const bash = execFileSync('which', ['bash'], {encoding: 'utf8'}).trim()
    const {environment} = isolatedHome(t, {PATH: ''})
    const {stdout, stderr} = spawnSync(bash, ['--norc', '-c', text], {env: {...environment}, encoding: 'utf8'})
    assert.deepEqual([stdout, stderr], ['failglob       \ton\nproject\n', ''])
  })

  it('offers every command and every flag of it', needs('bash'), t => {
    const known: {id: string; flags: Record<string, unknown>}[] = Object.values(commands)
    const lines = known.map(({id}) => [...id.split(':'), '--'])
    const offered = completeInBash(t, [[''], ...lines])
    for (const {id} of known) assert.ok(offered[0]?.includes(id.split(':')[0] ?? ''), id)
    for (const [index, {id, flags}] of known.entries())
      for (const flag of Object.keys(flags)) assert.ok(offered[index + 1]?.includes(`--${flag}`), `${id} --${flag}`)
  })
})

describe('the completion of zsh', () => {
  /** Types lines with a TAB into a real zsh without programs, and returns what its screen then shows. */
  function typeInZsh(t: TestContext, lines: readonly string[]): string {
    const home = makeHome(t)
    const functions = join(home.home, 'functions')
    mkdirSync(functions)
    symlinkSync(repositoryPath('completions', '_usage'), join(functions, '_usage'))
    const script = `zmodload zsh/zpty
zpty typed zsh -f -i
zpty -w typed "PS1=; usage() print en''ded; fpath=(${functions} \\$fpath)"
zpty -w typed "autoload -Uz compinit; compinit -u -D; PATH=; print rea''dy"
zpty -r typed all '*ready*'
for line in ${lines.map(line => `'${line}'`).join(' ')}; do
  zpty -w -n typed $line$'\\t\\n'
  zpty -r typed all '*ended*'
  print -r -- $all
done
zpty -d typed`
    const environment = {...home.environment, PATH: process.env['PATH'] ?? '', TERM: 'dumb'}
    return execFileSync('zsh', ['-f', '-c', script], {env: environment, encoding: 'utf8', timeout: 20_000})
  }

  it('completes commands, flags, values and projects, and starts no program', needs('zsh'), t => {
    const cases = [
      ['usage optou', 'usage optout '],
      ['usage project chec', 'usage project check '],
      ['usage status --ev', 'usage status --events '],
      ['usage stats --by mon', 'usage stats --by month '],
      ['usage optout hea', 'usage optout heat-flow '],
    ] as const
    const screen = typeInZsh(
      t,
      cases.map(([typed]) => typed),
    )
    for (const [, completed] of cases) assert.ok(screen.includes(completed), `${completed}: ${screen}`)
  })
})

describe('usage completion', {concurrency: 2}, () => {
  for (const [shell, name] of [
    ['bash', 'usage.bash'],
    ['zsh', '_usage'],
  ] as const)
    it(`prints the file for ${shell}`, async t => {
      const {code, stdout} = await runUsage(isolatedHome(t), ['completion', shell])
      assert.deepEqual([code, stdout], [0, readFileSync(repositoryPath('completions', name), 'utf8')])
    })

  it('names the shells that it knows', async t => {
    const {code, stderr} = await runUsage(isolatedHome(t), ['completion', 'fish'])
    assert.equal(code, 2)
    assert.match(stderr, /fish.*bash, zsh/)
  })
})
