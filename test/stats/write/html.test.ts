import assert from 'node:assert/strict'
import {test} from 'node:test'
import {writeHtml} from '../../../src/stats/write/html.ts'
import {tablesOf} from '../../../src/stats/write/tables.ts'
import {hostileStats, sample} from '../sample-stats.ts'

test('it is a complete page that loads and runs nothing', () => {
  const page = writeHtml(sample)
  assert.match(page, /^<!doctype html>\n<html lang="en">/)
  assert.match(page, /content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/)
  assert.doesNotMatch(page, /<script|<link|\bsrc=|url\(|@import|https?:/)
  assert.match(page, /<section id="versions">\n<h2>Versions<\/h2>\n<table>/)
  assert.match(page, /<th scope="col" class="number">runs<\/th>/)
})

test('it marks the incomplete period', () => {
  assert.match(
    writeHtml(sample, {section: 'runs'}),
    /<tr class="unfinished"><td><bdi>period<\/bdi><\/td><td><bdi>2026-03</,
  )
})

test('it puts a drawing above the table that it is made from', () => {
  const sections: string[] = []
  const page = writeHtml(sample, {
    drawChart: table => {
      sections.push(table.section)
      return `<svg id="chart-${table.section}"></svg>\n`
    },
  })
  assert.match(page, /<h2>Users<\/h2>\n<svg id="chart-users"><\/svg>\n<table>/)
  assert.deepEqual(
    sections,
    [...page.matchAll(/<section id="(\w+)">/g)].map(found => found[1]),
  )
})

test('it escapes names, so that they cannot be markup or change the direction of writing', () => {
  const page = writeHtml(hostileStats)
  assert.doesNotMatch(page, /<\/script|<img|[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  const tags = new Set([...page.matchAll(/<(\/?[a-z][a-z0-9]*)/g)].map(found => found[1]!.replace('/', '')))
  const known = [
    'html',
    'head',
    'meta',
    'title',
    'style',
    'body',
    'h1',
    'h2',
    'p',
    'section',
    'table',
    'thead',
    'tbody',
  ]
  assert.deepEqual(
    [...tags].filter(tag => ![...known, 'tr', 'th', 'td', 'bdi'].includes(tag)),
    [],
  )
  assert.ok(tablesOf(hostileStats).length > 20)
})
