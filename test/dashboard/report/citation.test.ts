import assert from 'node:assert/strict'
import {test} from 'node:test'
import {describeSoftware, factsOf} from '../../../src/dashboard/report/about.ts'
import {readCitation} from '../../../src/dashboard/report/citation.ts'
import {citeReport, citeSoftware} from '../../../src/dashboard/report/cite.ts'
import {sampleProject} from '../../collector/samples.ts'

const read = (input: object) => readCitation(input)!

test('it reads a licence as one or as a list, and a DOI as itself, as an address and among identifiers', () => {
  assert.deepEqual(read({license: 'MIT'}).licences, ['MIT'])
  assert.deepEqual(read({license: ['GPL-3.0', 'MIT']}).licences, ['GPL-3.0', 'MIT'])
  for (const doi of ['10.5281/zenodo.1', 'https://doi.org/10.5281/zenodo.1', 'doi:10.5281/zenodo.1'])
    assert.equal(read({doi}).doi, '10.5281/zenodo.1')
  const identifiers = [
    {type: 'swh', value: 'swh:1:rel:1'},
    {type: 'doi', value: '10.5281/zenodo.2'},
    {type: 'doi', value: '10.5281/zenodo.3'},
  ]
  assert.equal(read({identifiers}).doi, '10.5281/zenodo.2')
  assert.equal(read({identifiers, doi: '10.1/a'}).doi, '10.1/a')
})

test('it reads people with particles and suffixes, groups, and aliases', () => {
  const authors = [
    {'family-names': 'Mora', 'given-names': 'Lee', 'name-particle': 'de', orcid: 'https://orcid.org/0'},
    {'family-names': 'King', 'given-names': 'Martin', 'name-suffix': 'Jr.'},
    {name: 'The Team, Inc'},
    {alias: 'someone'},
    {affiliation: 'nobody'},
    'A string',
  ]
  assert.deepEqual(
    read({authors}).authors.map(({name, kind}) => `${name} (${kind})`),
    [
      'de Mora, Lee (person)',
      'King Jr., Martin (person)',
      'The Team, Inc (group)',
      'someone (person)',
      'A string (group)',
    ],
  )
})

test('it reads references of type grant as awards', () => {
  const references = [
    {type: 'software', title: 'Other'},
    {type: 'grant', title: 'Heat', number: 42, institution: {name: 'Council'}, doi: '10.3030/1'},
    {type: 'grant', authors: [{name: 'Foundation'}], url: 'https://example.org/grant'},
  ]
  assert.deepEqual(read({references}).awards, [
    {title: 'Heat', number: '42', funder: 'Council', address: 'https://doi.org/10.3030/1'},
    {title: null, number: null, funder: 'Foundation', address: 'https://example.org/grant'},
  ])
})

test('it ignores what has another type, and reads nothing from a text or a list', () => {
  const {licences, title, authors, awards, contact, preferred} = read({
    title: ['a'],
    license: {name: 'MIT'},
    authors: {'family-names': 'Solo'},
    references: 'none',
    contact: 7,
    'preferred-citation': 'none',
  })
  assert.deepEqual([licences, title, authors[0]?.name, awards, contact, preferred], [[], null, 'Solo', [], '7', null])
  for (const input of ['text', ['a'], null, 1]) assert.equal(readCitation(input), null)
})

test('it takes name, contact and purpose from the project file, and the rest from the citation file', () => {
  const citation = read({title: 'Parsl, a library', contact: [{email: 'other@example.org'}], url: 'https://parsl.org'})
  const project = sampleProject({name: 'Parsl'})
  const about = describeSoftware('parsl', project, citation)
  assert.deepEqual([about.name, about.title, about.contact], ['Parsl', 'Parsl, a library', 'parsl@example.org'])
  const alone = describeSoftware('parsl', null, citation)
  assert.deepEqual([alone.name, alone.contact, alone.purpose], ['Parsl, a library', 'other@example.org', []])
  assert.equal(describeSoftware('parsl', null, null).name, 'parsl')
  assert.deepEqual(
    factsOf(about).map(([name]) => name),
    ['Software', 'Purpose of the count', 'Contact', 'Website'],
  )
})

test('it cites the software, the work that its authors prefer, and the report', () => {
  const file = {
    title: 'Heatflow',
    version: '2.10',
    'date-released': '2025-11-04',
    doi: '10.5281/zenodo.1',
    authors: [{'family-names': 'Noether', 'given-names': 'E.'}, {name: 'The team'}],
  }
  const about = (input: object) => describeSoftware('heatflow', null, readCitation(input))
  assert.equal(
    citeSoftware(about(file)),
    'Noether, E.; The team (2025). Heatflow (2.10) [Computer software]. https://doi.org/10.5281/zenodo.1',
  )
  const preferred = {title: 'Heat', year: 2024, journal: 'J. Heat', authors: [{name: 'All'}], doi: '10.1/b'}
  assert.equal(
    citeSoftware(about({...file, 'preferred-citation': preferred})),
    'All (2024). Heat. J. Heat. https://doi.org/10.1/b',
  )
  assert.equal(citeSoftware(about({title: 'Heatflow'})), null)
  assert.equal(
    citeReport(about(file), 'in 2025', '2026'),
    'Noether, E.; The team (2026). Usage of Heatflow in 2025 [usage report].',
  )
  assert.match(citeReport(about({title: 'Heatflow'}), 'in 2025', '2026'), /^The Heatflow project \(2026\)\. /)
})
