import {errorRegistry} from '../../src/errors.ts'

const introduction = `# Errors

Search for the code of an error here to see what to do. On the command line, an error is one line on stderr, \`CODE: what is wrong
with which value. The next step.\` With \`--json\` it is one document on stdout, \`{"error": {"code", "message", "next"}}\`. A
collector answers with the same document.

\`start\`, \`end\` and \`feature\` always exit 0, unless \`--strict\` or \`USAGE_STRICT=1\` asks for the exit code below.

This page is made from \`src/error-registry.ts\` by \`npm run generate\`.

| code | what it means | what to do | exit code | HTTP status |
| --- | --- | --- | --- | --- |
`

/** Generates the page of all errors: path in the repository → content. */
export function generateErrorsPage(): Map<string, string> {
  const rows = Object.entries(errorRegistry).map(([code, {meaning, next, exit, http}]) =>
    ['', ` \`${code}\` `, ...[meaning, next, String(exit), String(http ?? '–')].map(cell), ''].join('|'),
  )
  return new Map([['docs/errors.md', `${introduction}${rows.join('\n')}\n`]])
}

const cell = (text: string): string => ` ${text.replaceAll('|', '\\|')} `
