import type {Environment} from './environment.ts'
import {isThere, type Sign} from './sign.ts'

/** A coding agent, and one sign that it leaves in the environment of the commands that it runs. */
export interface AgentSign extends Sign {
  readonly id: string
}

/** What agents write into `AI_AGENT`, and their names here. Other words are not sent, because anybody may write them. */
const names: readonly (readonly [pattern: string, id: string])[] = [
  ['antigravity*', 'antigravity'],
  ['augment*', 'augment-cli'],
  ['claude*', 'claude-code'],
  ['codex*', 'codex'],
  ['cowork*', 'cowork'],
  ['cursor*', 'cursor-cli'],
  ['devin*', 'devin'],
  ['gemini*', 'gemini'],
  ['github-copilot*', 'github-copilot'],
  ['opencode*', 'opencode'],
  ['replit*', 'replit'],
  ['v0*', 'v0'],
  ['*', 'other'],
]

/**
 * Every sign of a coding agent, the first that is there counts. Agents and variables are those of @vercel/detect-agent, as of
 * 2026-11, without what people have in terminals of their own: `CURSOR_TRACE_ID` and `REPL_ID` of two editors, and the
 * settings `COPILOT_MODEL`, `COPILOT_ALLOW_ALL` and `COPILOT_GITHUB_TOKEN`. Devin's file is not looked for: that would cost
 * every start a call of the file system.
 */
export const agentSigns: readonly AgentSign[] = [
  ...names.map(([pattern, id]) => ({variable: 'AI_AGENT', pattern, id})),
  {variable: 'CURSOR_AGENT', pattern: '*', id: 'cursor-cli'},
  {variable: 'CURSOR_EXTENSION_HOST_ROLE', pattern: 'agent-exec', id: 'cursor-cli'},
  {variable: 'GEMINI_CLI', pattern: '*', id: 'gemini'},
  {variable: 'CODEX_SANDBOX', pattern: '*', id: 'codex'},
  {variable: 'CODEX_CI', pattern: '*', id: 'codex'},
  {variable: 'CODEX_THREAD_ID', pattern: '*', id: 'codex'},
  {variable: 'ANTIGRAVITY_AGENT', pattern: '*', id: 'antigravity'},
  {variable: 'AUGMENT_AGENT', pattern: '*', id: 'augment-cli'},
  {variable: 'OPENCODE_CLIENT', pattern: '*', id: 'opencode'},
  {variable: 'CLAUDE_CODE_IS_COWORK', pattern: '*', id: 'cowork'},
  {variable: 'CLAUDECODE', pattern: '*', id: 'claude-code'},
  {variable: 'CLAUDE_CODE', pattern: '*', id: 'claude-code'},
]

/** The coding agent that runs this program, or null. `0`, `false`, `no` and `off` are no. */
export function detectAgent(environment: Environment): string | null {
  return agentSigns.find(sign => isThere(environment, sign))?.id ?? null
}
