import assert from 'node:assert/strict'
import {test} from 'node:test'
import {writeStartPage} from '../../../src/dashboard/pages/start-page.ts'
import {sampleProject} from '../../collector/samples.ts'

const footerOf = (left: number): string => {
  const row = {project: sampleProject(), address: '/p', figures: null}
  return writeStartPage({rows: Array.from({length: left}, () => row), month: '2026-10', footer: ''})
}

test('it names how many projects have their figures only on their own pages', () => {
  assert.match(footerOf(1), /The figures of 1 project are/)
  assert.match(footerOf(2), /The figures of 2 projects are/)
})
