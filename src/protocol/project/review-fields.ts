import {type Declaration, type Declarations, isDeclaredValue} from './declaration.ts'
import type {ReviewWarning} from './review-warning.ts'

/** More fields than this get a warning. */
const manyFields = 20
/** An enum with more values than this may identify people. */
const wideEnum = 50

/** Examples that a pattern must not match, because they reveal more than the project needs. */
const tellingValues = {
  'pattern-matches-email': ['ada.lovelace@example.org', 'ada@uni.example'],
  'pattern-matches-path': ['/home/ada/data.txt', 'C:\\Users\\ada', '~/data', 'data/ada/run1'],
  'pattern-matches-host': ['ws17.lab.example.org', '192.0.2.17', '2001:db8::17'],
  'pattern-matches-text': ['Ada Lovelace', 'ada', 'Lovelace', 'a secret project'],
} as const
type PatternCode = keyof typeof tellingValues

/** Words in a name that suggest a person, a place or a machine. */
const personalWords =
  /^(?:user|username|login|account|person|author|owner|name|surname|email|mail|phone|address|ip|ipv4|ipv6|mac|host|hostname|machine|path|file|filename|folder|directory|dir|home|cwd|url|title|comment|message|text|orcid)$/

/** Reviews declared fields for what they reveal about a person. `path` is their place in the project file. Pure. */
export function reviewFields(declared: Declarations, path: readonly string[]): ReviewWarning[] {
  const entries = Object.entries(declared)
  const many =
    entries.length > manyFields
      ? [
          warning(
            'many-fields',
            path,
            `${entries.length} values are declared`,
            `keep the values that answer a question: at most ${manyFields} can be explained`,
          ),
        ]
      : []
  return [...many, ...entries.flatMap(([name, one]) => reviewField(name, one, [...path, name]))]
}

function reviewField(name: string, declared: Declaration, path: readonly string[]): ReviewWarning[] {
  const found: ReviewWarning[] = []
  const personal = wordsOf(name).find(word => personalWords.test(word))
  if (personal !== undefined)
    found.push(
      warning(
        'personal-name',
        path,
        `a value named "${personal}" may identify a person or a place`,
        'collect a count or a category instead, or choose a clearer name',
      ),
    )
  if (saysNothing(name, declared.description))
    found.push(
      warning(
        'empty-description',
        [...path, 'description'],
        'the description does not explain the value',
        'describe the value and the question that it answers',
      ),
    )
  if (declared.type === 'enum' && declared.values.length > wideEnum)
    found.push(
      warning(
        'wide-enum',
        [...path, 'values'],
        `${declared.values.length} values can distinguish people`,
        `group them into at most ${wideEnum} categories`,
      ),
    )
  if (declared.type === 'pattern') found.push(...reviewPattern(declared, [...path, 'pattern']))
  return found
}

function reviewPattern(declared: Declaration, path: readonly string[]): ReviewWarning[] {
  const codes = Object.keys(tellingValues) as PatternCode[]
  return codes.flatMap(code => {
    const value = tellingValues[code].find(one => isDeclaredValue(declared, one))
    if (value === undefined) return []
    return [
      warning(
        code,
        path,
        `the pattern accepts ${JSON.stringify(value)}`,
        'list the values in an enum, or make the pattern stricter',
      ),
    ]
  })
}

/** The words of a field's name: `inputFile_name` has three. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
}

/** Whether a description is too short, or only repeats the name. */
function saysNothing(name: string, description: string): boolean {
  const words = wordsOf(description).filter(word => word !== '')
  const isPlaceholder = /^(?:todo|tbd|fixme|xxx|description|n\/?a|none|test)\b/i.test(description.trim())
  return isPlaceholder || words.length < 2 || words.join('') === wordsOf(name).join('')
}

const warning = (
  code: ReviewWarning['code'],
  path: readonly string[],
  message: string,
  next: string,
): ReviewWarning => ({
  code,
  path,
  message,
  next,
})
