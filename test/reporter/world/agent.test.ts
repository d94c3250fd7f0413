import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {agentSigns, detectAgent} from '../../../src/reporter/world/agent.ts'

describe('the coding agent', () => {
  for (const [environment, agent] of [
    [{}, null],
    [{CLAUDECODE: '1'}, 'claude-code'],
    [{CLAUDECODE: '1', CLAUDE_CODE_IS_COWORK: '1'}, 'cowork'],
    [{CODEX_SANDBOX: 'seatbelt'}, 'codex'],
    [{GEMINI_CLI: '1'}, 'gemini'],
    [{CURSOR_AGENT: '1'}, 'cursor-cli'],
    [{CURSOR_EXTENSION_HOST_ROLE: 'agent-exec'}, 'cursor-cli'],
    [{CURSOR_EXTENSION_HOST_ROLE: 'user'}, null],
    [{AI_AGENT: 'claude'}, 'claude-code'],
    [{AI_AGENT: 'devin@1'}, 'devin'],
    [{AI_AGENT: 'codex', CLAUDECODE: '1'}, 'codex'],
  ] as const)
    it(`is ${agent} with ${JSON.stringify(environment)}`, () => assert.equal(detectAgent(environment), agent))

  it('is no free word of the environment, because that could name a person', () =>
    assert.equal(detectAgent({AI_AGENT: 'ada-s-own'}), 'other'))

  it('is none where a variable says no', () => {
    for (const no of ['', '0', 'false', 'No', 'OFF'])
      for (const {variable} of agentSigns) assert.equal(detectAgent({[variable]: no}), null, `${variable}=${no}`)
  })

  it('is none in a terminal of an editor, nor where a person has set up an agent', () => {
    for (const variable of [
      'CURSOR_TRACE_ID',
      'REPL_ID',
      'COPILOT_MODEL',
      'COPILOT_ALLOW_ALL',
      'COPILOT_GITHUB_TOKEN',
      'TERM_PROGRAM',
      'CODEX_HOME',
    ])
      assert.equal(detectAgent({[variable]: '1'}), null, variable)
  })
})
