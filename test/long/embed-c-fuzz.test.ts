import assert from 'node:assert/strict'
import {execFileSync, spawnSync} from 'node:child_process'
import {randomInt} from 'node:crypto'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {cScene} from '../support/c-scene.ts'
import {needs} from '../support/needs.ts'
import {policyCases} from '../support/policies.ts'
import {repositoryPath} from '../support/repository.ts'

describe('what the client in C reads', () => {
  it('survives ten seconds of a fuzzer, which begins with policies', needs('the fuzzer of clang'), t => {
    const {folder} = cScene(t)
    const program = join(folder, 'fuzz')
    const seed = Number(process.env['USAGE_FUZZ_SEED'] ?? randomInt(1, 2 ** 31))
    const seconds = Number(process.env['USAGE_FUZZ_SECONDS'] ?? 10)
    const corpus = join(folder, 'corpus')
    mkdirSync(corpus)
    for (const [index, {content}] of policyCases.entries()) writeFileSync(join(corpus, `policy-${index}`), content)
    const flags = ['-g', '-O1', '-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all', '-I', folder]
    execFileSync('clang', [...flags, repositoryPath('test', 'clients', 'fuzz.c'), '-o', program])
    const words = [`-seed=${seed}`, `-max_total_time=${seconds}`, '-max_len=4096', '-print_final_stats=1', corpus]
    const {status, stderr} = spawnSync(program, words, {cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26})
    t.diagnostic(`seed ${seed}, ${/number_of_executed_units: (\d+)/.exec(stderr)?.[1]} inputs`)
    assert.equal(status, 0, `USAGE_FUZZ_SEED=${seed}\n${stderr.slice(-4000)}`)
  })
})
