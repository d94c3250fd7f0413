import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {suggestAnswers} from '../../../src/cli/setup/suggest-answers.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

function suggestBeside(t: TestContext, files: Readonly<Record<string, string>>, folder = 'heatflow') {
  const path = join(temporaryDirectory(t), folder)
  mkdirSync(path)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  const {name, project, contact} = suggestAnswers(path)
  return [name, project, contact]
}

const citation =
  'cff-version: 1.2.0\ntitle: "Heat Flow: a solver"\nauthors:\n  - family-names: Doe\n    email: doe@example.org\n'
const pyproject =
  '[build-system]\nrequires = []\n\n[project]\nname = "heat_flow"\nauthors = [{name = "Doe", email = "py@example.org"}]\n\n[tool.x]\nname = "other"\n'

describe('suggestAnswers', () => {
  it('reads name and contact of CITATION.cff, pyproject.toml and package.json', t => {
    assert.deepEqual(suggestBeside(t, {'CITATION.cff': citation}), ['Heat Flow', 'heat-flow', 'doe@example.org'])
    assert.deepEqual(suggestBeside(t, {'pyproject.toml': pyproject}), ['heat_flow', 'heat-flow', 'py@example.org'])
    for (const author of ['Doe <js@example.org> (https://example.org)', {name: 'Doe', email: 'js@example.org'}])
      assert.deepEqual(suggestBeside(t, {'package.json': JSON.stringify({name: '@lab/heat', author})}), [
        'heat',
        'heat',
        'js@example.org',
      ])
  })

  it('prefers the name that people know, and completes it from the other files', t => {
    const files = {'CITATION.cff': 'title: Heat Flow\n', 'pyproject.toml': pyproject}
    assert.deepEqual(suggestBeside(t, files), ['Heat Flow', 'heat-flow', 'py@example.org'])
  })

  it('passes over a name that is not valid, and a title that is no text on one line', t => {
    for (const title of [`title: ${'x'.repeat(300)}`, 'title: >-\n  Heat\n  Flow', 'title: ""', 'title: a\u0001b'])
      assert.deepEqual(suggestBeside(t, {'CITATION.cff': `${title}\n`}).slice(0, 2), ['heatflow', 'heatflow'], title)
    const files = {'CITATION.cff': 'title: "日本"\n', 'pyproject.toml': pyproject}
    assert.deepEqual(suggestBeside(t, files).slice(0, 2), ['日本', 'heat-flow'])
  })

  it('uses the name of the folder, and suggests nothing that is not valid', t => {
    assert.deepEqual(suggestBeside(t, {}, 'Éther Größe'), ['Éther Größe', 'ether-gro-e', undefined])
    assert.deepEqual(suggestBeside(t, {}), ['heatflow', 'heatflow', undefined])
    assert.deepEqual(suggestBeside(t, {'package.json': '{damaged', 'pyproject.toml': 'name = 3'}, '2026'), [
      '2026',
      undefined,
      undefined,
    ])
    assert.deepEqual(suggestBeside(t, {'CITATION.cff': 'title: a\u0007b\n'}), ['heatflow', 'heatflow', undefined])
  })
})
