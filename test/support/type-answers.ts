import {spawn} from 'node:child_process'
import type {IsolatedHome} from './isolated-home.ts'
import type {Outcome} from './run-program.ts'

/**
 * Runs a command line of sh in a terminal, and types an answer whenever the prompt `> ` stands there. Requires `script`.
 * What the program shows is in `stdout`.
 */
export function typeAnswers(
  home: IsolatedHome,
  line: string,
  answers: readonly string[],
  options: {readonly cwd: string},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('script', ['-qec', line, '/dev/null'], {...options, env: home.environment, timeout: 50_000})
    let shown = ''
    let typed = 0
    child.stdout.setEncoding('utf8').on('data', chunk => {
      shown += chunk
      if (/> (?:\u001b\[\d*[A-Z])*$/.test(shown)) child.stdin.write(answers[typed++] ?? '\u0004')
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({code, signal, stdout: shown, stderr: ''}))
  })
}
