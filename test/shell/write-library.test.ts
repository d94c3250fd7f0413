import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {describe, it} from 'node:test'
import {makeLibrary} from '../../src/cli/maintain/make-library.ts'
import {assignText, quoteForShell} from '../../src/shell/shell-text.ts'
import {shells} from '../../src/shell/write-library.ts'
import {exampleProject, makeProject} from '../support/make-project.ts'
import {needs, type Tool} from '../support/needs.ts'
import {assertShfmt, longLines} from '../support/shell-format.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

const checks: Readonly<Record<(typeof shells)[number], readonly [Tool, ...string[]]>> = {
  bash: ['shellcheck', '--severity=style', '--shell=bash'],
  sh: ['shellcheck', '--severity=style', '--shell=dash'],
  zsh: ['zsh', '-f', '-n'],
}

describe('a library of shell functions', () => {
  for (const shell of shells)
    it(
      `is free of what ${checks[shell][0]} finds, for ${shell}, whatever the project is called`,
      needs(checks[shell][0]),
      t => {
        const project = makeProject({name: `It's "so" \`x\` $(touch /tmp/no) \\`, purpose: ["Why it's used"]})
        const path = libraryOnDisk(temporaryDirectory(t), shell, project)
        const [command, ...args] = checks[shell]
        execFileSync(command, [...args, path], {stdio: ['ignore', 'inherit', 'inherit']})
      },
    )

  for (const shell of shells)
    it(`is formatted as shfmt does, in lines of at most 100 characters, for ${shell}`, needs('shfmt'), t => {
      const directory = temporaryDirectory(t)
      for (const project of [makeProject(), exampleProject()])
        assertShfmt(libraryOnDisk(directory, shell, project), shell === 'sh' ? 'posix' : 'bash')
    })

  it('has at most 53,000 bytes for the project of the examples', () => {
    for (const shell of shells) {
      const bytes = Buffer.byteLength(makeLibrary(shell, exampleProject()))
      assert.ok(bytes <= 53_000, `${shell}: ${bytes}`)
    }
  })

  it('is the same text for the same project', () => {
    for (const shell of shells) assert.equal(makeLibrary(shell, makeProject()), makeLibrary(shell, makeProject()))
  })

  it('has names of its own for everything but its four functions and what it tells to programs', () => {
    for (const shell of shells) {
      const names = [...makeLibrary(shell, makeProject()).matchAll(/^ *(\w+)(?:\(\)|=)/gm)]
        .filter(([line]) => !/IFS|LC_ALL/.test(line))
        .map(([, name]) => name ?? '')
      const others = new Set(names.filter(name => !/^(?:_usage_|USAGE_)/.test(name)))
      assert.deepEqual(others, new Set(['usage_start', 'usage_feature', 'usage_end', 'usage_trap']))
    }
  })
})

describe('a text that is assigned to a variable', () => {
  const word = 'x'.repeat(70)
  const quotes = "'".repeat(30)
  const texts = ['', 'short', `${'two words '.repeat(40)}\n  ${word}`, `${quotes}\n${word}${word} é`, ` \t${quotes} `]
  for (const shell of ['bash', 'dash', 'zsh'] as const)
    it(`is read again by ${shell}, in lines of at most 100 characters`, needs(shell), () => {
      for (const text of texts) {
        const script = assignText('name', text)
        assert.deepEqual(longLines(script), [])
        assert.equal(execFileSync(shell, ['-c', `${script}\nprintf %s "$name"`], {encoding: 'utf8'}), text)
      }
    })
})

describe('a word for a shell', () => {
  const texts = ['', 'plain', "it's", "''", '$(id) `id` "x" \\', 'two\nlines', 'é 日本']
  for (const shell of ['bash', 'dash', 'zsh'] as const)
    it(`is read by ${shell} as the same text again`, needs(shell), () => {
      for (const text of texts)
        assert.equal(execFileSync(shell, ['-c', `printf %s ${quoteForShell(text)}`], {encoding: 'utf8'}), text)
    })
})
