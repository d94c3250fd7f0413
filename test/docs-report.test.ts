import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {readCitationFile} from '../src/cli/maintain/report/read-citation.ts'
import {writeReportJson} from '../src/dashboard/report/write-json.ts'
import {reportOf} from './dashboard/report/sample-report.ts'
import {sample} from './stats/sample-stats.ts'
import {needs} from './support/needs.ts'
import {repositoryPath} from './support/repository.ts'
import {temporaryDirectory} from './support/temporary-directory.ts'

const page = readFileSync(repositoryPath('docs/report.md'), 'utf8')
const blockOf = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!

describe('docs/report.md', () => {
  it('explains every key of report.json, and no other', () => {
    const [, table = ''] = page.split('## `report.json`')
    const rows = [...table.split('\n## ')[0]!.matchAll(/^\| (`[^|]*`) \|/gm)]
    const explained = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key]) => key!))
    const keys = Object.keys(reportOf(sample).document).filter(key => key !== 'project')
    assert.deepEqual(explained.toSorted(), keys.toSorted())
  })

  it('has an award that a report reads', async t => {
    const path = join(temporaryDirectory(t), 'CITATION.cff')
    writeFileSync(path, blockOf('yaml'))
    const {awards} = await readCitationFile(path)
    assert.deepEqual(awards, [
      {
        title: 'Heat for everybody',
        number: '123456',
        funder: 'European Commission',
        address: 'https://doi.org/10.3030/123456',
      },
    ])
  })

  it('has lines that sign report.json and check the signature', needs('ssh-keygen'), t => {
    const directory = temporaryDirectory(t)
    const run = (command: string) => spawnSync('sh', ['-ec', command], {cwd: directory, encoding: 'utf8'})
    writeFileSync(join(directory, 'report.json'), writeReportJson(reportOf(sample).document))
    run('ssh-keygen -q -t ed25519 -N \'\' -f key && echo "you@example.org $(cat key.pub)" > allowed_signers')
    const lines = blockOf('sh').replace('~/.ssh/id_ed25519', 'key')
    const signed = run(lines)
    assert.equal(signed.status, 0, signed.stderr)
    assert.match(signed.stdout, /Good "usage-report" signature for you@example\.org/)
    const [, verify = ''] = lines.trimEnd().split('\n')
    writeFileSync(join(directory, 'report.json'), '{}\n')
    assert.notEqual(run(verify).status, 0)
  })
})
