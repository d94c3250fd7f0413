import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {needs} from '../support/needs.ts'

/** Many ids within each millisecond, one a line. */
const python = (template: string): string => {
  const [newId] = /^def _new_id.*?\n\n\n/ms.exec(template) ?? []
  const script = `import os, re, time\n${newId}\nids = []\nfor _ in range(500): ids.append(_new_id())\nprint("\\n".join(ids))`
  return execFileSync('python3', ['-'], {input: script, encoding: 'utf8'})
}

const ids: Readonly<Record<string, (template: string) => string>> = {'client.py': python, 'client.h': c}

function c(template: string): string {
  const [now] = /^static double uc_now\(void\) \{.*?^\}/ms.exec(template) ?? []
  const [newId] = /^static int uc_new_id\(char \*id\) \{.*?^\}/ms.exec(template) ?? []
  const program = [
    '#define _POSIX_C_SOURCE 200809L',
    '#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>',
    'static int uc_random(unsigned char *byte, size_t size) { while (size--) *byte++ = (unsigned char)rand(); return 1; }',
    now,
    newId,
    'int main(void) { char id[41]; int n; for (n = 0; n < 500; n++) { if (!uc_new_id(id)) return 1; puts(id); } return 0; }',
  ].join('\n')
  const folder = mkdtempSync(join(tmpdir(), 'new-id-'))
  try {
    execFileSync('gcc', ['-x', 'c', '-o', join(folder, 'ids'), '-'], {input: program})
    return execFileSync(join(folder, 'ids'), {encoding: 'utf8'})
  } finally {
    rmSync(folder, {recursive: true})
  }
}

for (const [name, make] of Object.entries(ids))
  describe(`the ids of ${name}`, needs(name === 'client.py' ? 'python3' : 'gcc'), () => {
    it('are UUIDs of version 7 of now, in the order in which they were made', () => {
      const before = Date.now()
      const made = make(readFileSync(new URL(`../../src/embed/${name}`, import.meta.url), 'utf8'))
        .trim()
        .split('\n')
      const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      assert.deepEqual([made.length, made.filter(id => !pattern.test(id))], [500, []])
      const times = made.map(id => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16))
      assert.ok(Math.min(...times) >= before - 1 && Math.max(...times) <= Date.now() + 1)
      // The clock has steps: ids of one step are in no order.
      const coarse = made.map(id => id.slice(0, 18))
      assert.deepEqual(coarse, [...coarse].sort())
      assert.ok(new Set(coarse).size > new Set(times).size, 'ids of a millisecond differ in their time')
    })
  })
