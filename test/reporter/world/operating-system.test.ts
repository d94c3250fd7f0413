import assert from 'node:assert/strict'
import {existsSync, readFileSync} from 'node:fs'
import {release, type} from 'node:os'
import {describe, it} from 'node:test'
import * as v from 'valibot'
import {operatingSystem} from '../../../src/protocol/report/header.ts'
import {readOperatingSystem} from '../../../src/reporter/world/operating-system.ts'

describe('the operating system', () => {
  it('is named as the system does, with the first two numbers of its kernel', () => {
    const {name, version, arch, readable} = readOperatingSystem()
    assert.deepEqual([name, arch], [type(), process.arch])
    assert.ok(version === null || release().startsWith(version))
    assert.match(version ?? '0', /^\d+(\.\d+)?$/)
    if (readable !== null) assert.ok(readFileSync('/etc/os-release', 'utf8').includes(readable))
    else
      assert.equal(
        existsSync('/etc/os-release') && /^PRETTY_NAME=./m.test(readFileSync('/etc/os-release', 'utf8')),
        false,
      )
  })

  it('fits into a header', () => {
    assert.equal(v.is(operatingSystem, readOperatingSystem()), true)
  })
})
