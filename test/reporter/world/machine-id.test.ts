import assert from 'node:assert/strict'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {readMachineId, readMachineIdFile} from '../../../src/reporter/world/machine-id.ts'
import {makeWorld} from '../../support/make-world.ts'

describe('the machine id', () => {
  it('is what the system says, or null, and never the name of the host', async () => {
    const paths = ['/var/lib/dbus/machine-id', '/etc/machine-id'].filter(path => existsSync(path))
    const known = paths.map(path => readFileSync(path, 'utf8').trim()).filter(id => id !== '')
    const id = await readMachineId()
    if (process.platform === 'linux') assert.equal(id, known[0] ?? null)
    assert.match(id ?? '0'.repeat(32), /^[0-9a-f-]{32,36}$/i)
  })

  it('is the same read from its file as by node-machine-id, which takes a process', async () => {
    if (process.platform === 'linux') assert.equal(readMachineIdFile(), await readMachineId())
    else assert.equal(readMachineIdFile(), null)
  })

  const [one, two] = ['1'.repeat(32), '2'.repeat(32)]
  for (const [what, dbus, etc, id] of [
    ['the first of two files', `${one}\n`, `${two}\n`, one],
    ['the second where the first is empty', '', `${two}\n`, two],
    ['the second where there is no first', null, `${two}\n`, two],
    ['a file without a newline at its end', null, two, two],
    ['no file that is empty', null, '', null],
    ['no file that says something else', 'uninitialized\n', `${two}\n`, null],
    ['nothing where there is no file', null, null, null],
  ] as const)
    it(`is that of ${what}`, t => {
      const {directory} = makeWorld(t)
      const paths = [join(directory, 'dbus'), join(directory, 'etc')]
      for (const [index, content] of [dbus, etc].entries()) if (content !== null) writeFileSync(paths[index]!, content)
      assert.equal(readMachineIdFile(paths), process.platform === 'linux' ? id : null)
    })
})
