import assert from 'node:assert/strict'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {describe, it, type TestContext} from 'node:test'
import {noticePath} from '../../src/reporter/consent/notice.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {arrange, surfaces} from '../e2e/consent-contract.ts'
import {allowedSituations} from '../support/consent-situations.ts'
import {needs} from '../support/needs.ts'
import {runProgram} from '../support/run-program.ts'
import {silentServer} from '../support/silent-server.ts'

/** Words that people and batch systems set, and that some CI system sets too. */
const lookAlikes: readonly Readonly<Record<string, string>>[] = [
  {RENDER: 'opengl'},
  {TASK_ID: '3', RUN_ID: 'x'},
  {GITLAB_CI: '0'},
  {CI: 'no', TF_BUILD: 'True'},
  {CI: 'true'},
]

for (const surface of surfaces) {
  const {name, shell, script, library: kind, tools} = surface
  /** A home in which nobody has decided anything, and a way to report there that may send. */
  const arrangeHome = (t: TestContext, http: string) => {
    const {home, project, library} = arrange(t, allowedSituations[0]!, http, kind)
    const {USAGE_CONSENT: _, ...environment} = home.environment
    const report = (variables: Readonly<Record<string, string>>) =>
      runProgram({...home, environment}, [...shell, '-c', `${script(library)}\n:`], {environment: variables})
    return {destination: destinationOf(home.stateDirectory, project), report}
  }

  describe(`sending by ${name}`, needs(...tools), () => {
    it('opens at once in a CI system, whose log has the notice once, and true', async t => {
      const {report} = arrangeHome(t, 'http://127.0.0.1:9')
      const ci = {TF_BUILD: 'True'}
      const printed = [await report(ci), await report(ci), await report(ci)].map(({stderr}) => stderr)
      assert.match(printed[0] ?? '', /^Demo counts how it is used[\s\S]*\sSent from this CI job in\s+the background\./)
      assert.deepEqual(printed.slice(1), ['', ''])
    })

    it('is held where only a word looks like CI', async t => {
      const server = await silentServer(t)
      for (const variables of lookAlikes) {
        const {report} = arrangeHome(t, server.url)
        assert.match((await report(variables)).stderr, /None of this is sent\s+yet\./, JSON.stringify(variables))
        assert.equal((await report(variables)).stderr, '')
      }
      assert.equal(server.connections(), 0)
    })

    it('is not held by a notice that a clock which was ahead has dated in the future', async t => {
      const {destination, report} = arrangeHome(t, 'http://127.0.0.1:9')
      mkdirSync(destination.directory, {recursive: true, mode: 0o700})
      writeFileSync(noticePath(destination), '{"shownAt":"2130-01-01T00:00:00.000Z","caller":null}\n')
      await report({})
      assert.ok(existsSync(`${noticePath(destination)}.open`))
    })
  })
}
