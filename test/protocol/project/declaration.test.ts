import assert from 'node:assert/strict'
import {test} from 'node:test'
import * as v from 'valibot'
import {
  type Declaration,
  declaration,
  declarations,
  describeDeclaration,
  isDeclaredValue,
  keepDeclared,
  readDeclaredValue,
} from '../../../src/protocol/project/declaration.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import type {FieldValue} from '../../../src/protocol/values/scalars.ts'

const description = 'Which question it answers'
const declared = {
  executors: {type: 'integer', min: 0, max: 100_000, description},
  load: {type: 'number', max: 1, description},
  gpu: {type: 'boolean', description},
  precision: {type: 'enum', values: ['single', 'double'], description},
  grid: {type: 'pattern', pattern: '[0-9]+x[0-9]+|none', description},
  python: {type: 'version', description},
} satisfies Record<string, Declaration>

const allowed: Record<keyof typeof declared, FieldValue[]> = {
  executors: [0, 100_000],
  load: [-5.5, 1],
  gpu: [true, false],
  precision: ['single', 'double'],
  grid: ['10x20', 'none'],
  python: ['3.12.1', '2024a', '1.0.0-rc.1+build', 'x'.repeat(64)],
}
const rejected: Record<keyof typeof declared, FieldValue[]> = {
  executors: [-1, 100_001, 1.5, '2', true, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60],
  load: [1.01, '0.5', false, Number.NaN, Number.NEGATIVE_INFINITY],
  gpu: ['true', 1, 0, ''],
  precision: ['half', '', 'Single', 1],
  grid: ['10x20 /home/ada', ' 10x20', '10x20\n', 'nonesuch', 10],
  python: ['', '.1', '3.12 by ada', '/usr/bin/python', 'x'.repeat(65), 3],
}

for (const [name, rule] of Object.entries(declared) as [keyof typeof declared, Declaration][]) {
  test(`accepts ${describeDeclaration(rule)} and rejects other values`, () => {
    assert.ok(v.is(declaration, rule))
    for (const value of allowed[name]) assert.ok(isDeclaredValue(rule, value), String(value))
    for (const value of rejected[name]) assert.ok(!isDeclaredValue(rule, value), String(value))
  })
}

test('rejects a declaration without a valid type and a description', () => {
  for (const wrong of [
    {type: 'integer'},
    {description},
    {type: 'text', description},
    {type: 'enum', description},
    {type: 'enum', values: [], description},
    {type: 'pattern', description},
    {type: 'pattern', pattern: '(', description},
    {type: 'integer', description: ''},
    {type: 'integer', min: '0', description},
  ])
    assert.ok(!v.is(declaration, wrong), JSON.stringify(wrong))
})

test(`accepts ${limits.maxFields} fields and rejects one more`, () => {
  const fields = (count: number) =>
    Object.fromEntries(Array.from({length: count}, (_, index) => [`f${index}`, declared.gpu]))
  assert.ok(v.is(declarations, fields(limits.maxFields)))
  assert.ok(!v.is(declarations, fields(limits.maxFields + 1)))
})

test('describes the values of a field for people', () => {
  assert.deepEqual(Object.values(declared).map(describeDeclaration), [
    'an integer from 0 to 100000',
    'a number to 1',
    'true or false',
    'one of single, double',
    'text like [0-9]+x[0-9]+|none',
    'a version such as 1.2.3',
  ])
})

test('converts a value from a command line to its declared type', () => {
  assert.equal(readDeclaredValue(declared.executors, '2'), 2)
  assert.equal(readDeclaredValue(declared.load, '-0.5'), -0.5)
  assert.equal(readDeclaredValue(declared.gpu, 'true'), true)
  assert.equal(readDeclaredValue(declared.python, '3'), '3')
  for (const text of ['two', '', ' ', 'Infinity', 'NaN'])
    assert.equal(readDeclaredValue(declared.executors, text), text)
  assert.equal(readDeclaredValue(declared.gpu, 'yes'), 'yes')
  assert.equal(readDeclaredValue(undefined, '2'), '2')
})

test('keeps the declared values and returns the others with the reason', () => {
  const {kept, dropped} = keepDeclared(declared, {executors: 2, gpu: 'maybe', home: '/home/ada', toString: 'x'})
  assert.deepEqual(kept, {executors: 2})
  assert.deepEqual(dropped, [
    {name: 'gpu', message: 'field gpu: must be true or false, got "maybe"', isDeclared: true},
    {name: 'home', message: 'field "home" is not declared', isDeclared: false},
    {name: 'toString', message: 'field "toString" is not declared', isDeclared: false},
  ])
})
