import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {describe, it} from 'node:test'
import {makeLibrary} from '../../src/cli/maintain/shell-library.ts'
import {quoteForShell, shells} from '../../src/shell/write-library.ts'
import {makeProject} from '../support/make-project.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

const checks: Readonly<Record<(typeof shells)[number], readonly [string, ...string[]]>> = {
  bash: ['shellcheck', '--severity=style', '--shell=bash'],
  sh: ['shellcheck', '--severity=style', '--shell=dash'],
  zsh: ['zsh', '-f', '-n'],
}

describe('a library of shell functions', () => {
  for (const shell of shells)
    it(`is free of what ${checks[shell][0]} finds, for ${shell}, whatever the project is called`, t => {
      const project = makeProject({name: `It's "so" \`x\` $(touch /tmp/no) \\`, purpose: ["Why it's used"]})
      const path = libraryOnDisk(temporaryDirectory(t), shell, project)
      const [command, ...args] = checks[shell]
      execFileSync(command, [...args, path], {stdio: ['ignore', 'inherit', 'inherit']})
    })

  it('is the same text for the same project', () => {
    for (const shell of shells) assert.equal(makeLibrary(shell, makeProject()), makeLibrary(shell, makeProject()))
  })

  it('has names of its own for everything but its four functions and what it tells to programs', () => {
    for (const shell of shells) {
      const names = [...makeLibrary(shell, makeProject()).matchAll(/^ *(\w+)(?:\(\)|=)/gm)]
        .filter(([line]) => !line.includes('IFS'))
        .map(([, name]) => name ?? '')
      const others = new Set(names.filter(name => !/^(?:_usage_|USAGE_)/.test(name)))
      assert.deepEqual(others, new Set(['usage_start', 'usage_feature', 'usage_end', 'usage_trap']))
    }
  })
})

describe('a word for a shell', () => {
  for (const text of ['', 'plain', "it's", "''", '$(id) `id` "x" \\', 'two\nlines', 'é 日本'])
    it(`is read by it as ${JSON.stringify(text)} again`, () => {
      for (const shell of ['bash', 'dash', 'zsh'])
        assert.equal(execFileSync(shell, ['-c', `printf %s ${quoteForShell(text)}`], {encoding: 'utf8'}), text)
    })
})
